import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
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

/** Bytes of CP932 for the words that the decks below hold; Node can only read that code page. */
const cp932: Record<string, string> = {
  対称: '\x91\xce\x8f\xcc',
  変位: '\x95\xcf\x88\xca',
  '鋼の表は別のファイル': '\x8d\x7c\x82\xcc\x95\x5c\x82\xcd\x95\xca\x82\xcc\x83\x74\x83\x40\x83\x43\x83\x8b',
};

/** Text as Abaqus/CAE writes it on a Japanese Windows: CP932, lines ended by CR and LF. */
function windows(text: string): Buffer {
  const bytes = Object.entries(cp932).reduce((all, [word, code]) => all.replaceAll(word, code), text.replaceAll('\n', '\r\n'));
  return Buffer.from(bytes, 'latin1');
}

/** A flat plate of 3 × 3 nodes as CAE exports it: an empty part, an instance with the mesh, sets of the assembly. `extra` goes before the step. */
export function caeDeck(name: string, extra = ''): Dropped {
  const nodes = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => `${String(row * 3 + column + 1).padStart(7)}, ${(column / 2).toFixed(1)}, ${(row / 2).toFixed(1)}`));
  const text = `*Heading
** Job name: ${name} Model name: Model-1
*Preprint, echo=NO, model=NO, history=NO, contact=NO
**
** PARTS
**
*Part, name=Part-1
*End Part
**  
** ASSEMBLY
**
*Assembly, name=Assembly
**  
*Instance, name=Part-1-1, part=Part-1
*Node
${nodes.join('\n')}
*Element, type=CPS4R
1, 1, 2, 5, 4
2, 2, 3, 6, 5
3, 4, 5, 8, 7
4, 5, 6, 9, 8
*Nset, nset=All, generate
 1,  9,  1
*Elset, elset=All, generate
 1,  4,  1
** Section: Section-1
*Solid Section, elset=All, material=Steel
,
*End Instance
**  
*Nset, nset=Left, instance=Part-1-1
 1, 4, 7
*Nset, nset=Right, instance=Part-1-1, generate
 3,  9,  3
*End Assembly
*Material, name=Steel
*Elastic
 2.06e+11, 0.3
${extra}** Name: BC-1 Type: 対称
*Boundary
Left, 1, 2
*Step, name=Pull, nlgeom=NO
*Static
0.5, 1., 1e-05, 1.
** Name: BC-2 Type: 変位
*Boundary
Right, 1, 1, 0.1
*Restart, write, frequency=1
*Output, field
*Node Output
RF, U
*Output, history, variable=PRESELECT
*End Step
`;
  return { name: `${name}.inp`, mimeType: 'application/octet-stream', buffer: windows(text) };
}

/** A deck of at least so many bytes on the disk: a line of bricks. Returns how many nodes and elements it has. */
export function writeLargeDeck(path: string, bytes: number): { nodes: number; elements: number } {
  const file = openSync(path, 'w');
  const lines = (head: string, line: (n: number) => string, size: number): number => {
    let n = 0;
    let written = writeSync(file, head);
    while (written < size) {
      let part = '';
      while (part.length < 1 << 20 && written + part.length < size) part += line((n += 1));
      written += writeSync(file, part);
    }
    return n;
  };
  const x = (n: number): string => (n * 0.001).toFixed(6);
  const nodes = lines('*HEADING\nA large model\n*NODE, NSET=ALL\n', (n) => `${n}, ${x(n)}, ${(n % 997).toFixed(6)}, ${((n % 13) / 4).toFixed(6)}\n`, bytes / 2);
  const brick = (n: number): string => `${n}, ${n}, ${n + 1}, ${n + 2}, ${n + 3}, ${n + 4}, ${n + 5}, ${n + 6}, ${n + 7}\n`;
  const elements = lines('*ELEMENT, TYPE=C3D8, ELSET=SOLID\n', brick, bytes / 2);
  writeSync(file, '*MATERIAL, NAME=STEEL\n*ELASTIC\n2.1E11, 0.3\n*SOLID SECTION, ELSET=SOLID, MATERIAL=STEEL\n*RESTART, WRITE\n*STEP\n*STATIC\n0.1, 1.0\n*END STEP\n');
  closeSync(file);
  return { nodes, elements };
}
