import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(__dirname, '../../public/sample');

/** A file as Playwright's `setInputFiles` takes it. */
export interface Dropped {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A sample deck under a name of its own, so that specs and repeated runs do not take each other's job names. */
export function deck(sample: string, name = sample): Dropped {
  return { name, mimeType: 'application/octet-stream', buffer: readFileSync(join(folder, sample)) };
}

let taken = 0;

/** A job name nobody has used in this run. */
export function freshName(stem: string): string {
  taken += 1;
  return `${stem}-${process.pid.toString(36)}${Date.now().toString(36).slice(-4)}${taken}`;
}
