import { request as http, type BrowserContextOptions } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody who may sign in at a stack. */
export interface Person {
  id: string;
  password: string;
  role: 'admin' | 'faculty' | 'student';
  name: string;
}

export type SignedIn = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** The people of the stack in this folder. */
export function peopleOf(folder: string): Person[] {
  const lines = readFileSync(join(folder, 'people'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [id, password, role, ...name] = line.split(' ');
    return { id, password, role: role as Person['role'], name: name.join(' ') };
  });
}

/** What a browser keeps after this person has signed in there; `null` for nobody. */
export async function signedIn(url: string, person: Person | null): Promise<SignedIn> {
  if (!person) return { cookies: [], origins: [] };
  // a sign-in ends the session that the browser had: this one has none, whoever the spec is signed in as
  const context = await http.newContext({ baseURL: url, storageState: { cookies: [], origins: [] } });
  const answer = await context.post('/rpc/sign_in', { form: { id: person.id, password: person.password } });
  if (!answer.ok()) throw new Error(`${person.id} cannot sign in: ${answer.status()} ${await answer.text()}`);
  const { cookies } = await context.storageState();
  await context.dispose();
  // a language or a theme that another spec has chosen for this person is not this one's
  return { cookies: cookies.filter(({ name }) => name === 'ajm_session'), origins: [] };
}
