import { ended, slower, submit, until, untilContact } from '../support/api';
import { expect, onOwnStack } from '../support/fixtures';

// These take the node away.
const test = onOwnStack();

test('submitted while the node is away, a job waits, says why, and starts by itself when the node is back', async ({ stack, jobs, request }) => {
  await untilContact(request);
  stack.loseNode();
  const { id } = await submit(request, 'quick.inp', { node: 'node-01' });
  await jobs.open();
  await expect(jobs.waitingReason(id)).toContainText('node-01');
  await expect(jobs.status(id)).toHaveAttribute('data-status', 'Waiting');
  stack.bringNodeBack();
  await expect(jobs.status(id)).toHaveAttribute('data-status', 'Completed', { timeout: 120_000 });
});

test('a node lost under a running job changes nothing but what is known: it ends as it would have', async ({ stack, job, request }) => {
  const { id } = await submit(request, 'cantilever.inp', { edit: slower });
  await until(request, id, ['Running']);
  await job.open(id);
  stack.loseNode();
  await expect(job.page.getByRole('main')).toContainText('連絡なし');
  await job.shows('Running');
  stack.bringNodeBack();
  expect((await until(request, id, ended)).status).toBe('Completed');
  await job.shows('Completed');
});
