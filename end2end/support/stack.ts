import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const script = resolve(__dirname, '../../scripts/stack');
const run = (args: string[], env: NodeJS.ProcessEnv = {}): string =>
  execFileSync(script, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });

/** A whole installation of a test's own: server, database, and an sshd as its one node. */
export class Stack {
  private constructor(
    readonly folder: string,
    readonly url: string,
  ) {}

  /** Starts one; it ends with `down`, or with this process. With `ABAQUS=standin` it has a second node that runs the stand-in. */
  static up(env: NodeJS.ProcessEnv = {}): Stack {
    const folder = mkdtempSync(join(tmpdir(), 'ajm-end2end-'));
    const url = /^URL=(.*)$/m.exec(run(['up', folder, String(process.pid)], env))?.[1];
    if (!url) throw new Error(`scripts/stack up ${folder} gave no URL`);
    return new Stack(folder, url);
  }

  /** The node's sshd and every session end: the node cannot be reached, its solvers go on. */
  loseNode(): void {
    run(['node-down', this.folder]);
  }

  /** The node answers again, on the same port. */
  bringNodeBack(): void {
    run(['node-up', this.folder]);
  }

  /** Ends everything; its folder stays when `KEEP_STACK` is set. */
  down(): void {
    run(['down', this.folder]);
    if (!process.env.KEEP_STACK) rmSync(this.folder, { recursive: true, force: true });
  }
}
