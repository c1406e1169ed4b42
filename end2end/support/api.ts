import { expect, type APIRequestContext } from '@playwright/test';
import { deck, freshName } from './decks';

/** A job as `/api/v1` tells it, as far as the specs ask. */
export interface Job {
  id: number;
  name: string;
  status: string;
  message: string | null;
}

export const ended = ['Completed', 'Failed', 'Cancelled', 'Missing'];

/** What a job is submitted with where the usual will not do. */
interface Wishes {
  name?: string;
  cpus?: 2 | 4 | 8;
  node?: string;
  solver?: 'calculix' | 'abaqus';
  /** Changes the deck before it is sent. */
  edit?: (deck: string) => string;
}

/** The cantilever in smaller increments: it runs for longer than a page takes to open on a busy machine. */
export const slower = (deck: string): string => deck.replaceAll('1.E-6, 0.025', '1.E-6, 0.0075');

/** Submits a sample deck through `/api/v1`, for specs that are about something else than the form. */
export async function submit(request: APIRequestContext, sample: string, wishes: Wishes = {}): Promise<Job> {
  const { name = freshName(sample.replace('.inp', '')), cpus = 2, node = 'auto', solver = 'calculix', edit } = wishes;
  const { buffer } = deck(sample);
  const bytes = edit ? Buffer.from(edit(buffer.toString('utf8'))) : buffer;
  const form = new FormData();
  form.set('name', name);
  form.set('cpus', String(cpus));
  form.set('node', node);
  form.set('solver', solver);
  form.append('file', new File([new Uint8Array(bytes)], `${name}.inp`));
  const answer = await request.post('/api/v1/jobs', { multipart: form });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as Job;
}

/** Waits until a job is in one of these states. */
export async function until(request: APIRequestContext, id: number, states: string[]): Promise<Job> {
  let job: Job | undefined;
  await expect
    .poll(
      async () => {
        job = (await (await request.get(`/api/v1/jobs/${id}`)).json()) as Job;
        return states.includes(job.status) ? 'there' : job.status;
      },
      { timeout: 120_000, intervals: [100, 200, 400] },
    )
    .toBe('there');
  return job as Job;
}

/** Waits until every node has answered the server once: a connection that is being made cannot be taken away whole. */
export async function untilContact(request: APIRequestContext): Promise<void> {
  const silent = async (): Promise<number> => {
    const nodes = (await (await request.get('/api/v1/nodes')).json()) as { last_contact: number | null }[];
    return nodes.filter((node) => node.last_contact === null).length;
  };
  await expect.poll(silent, { timeout: 60_000, intervals: [50, 100, 200] }).toBe(0);
}
