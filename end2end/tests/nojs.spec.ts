import { ended, submit, until } from '../support/api';
import { expect, test } from '../support/fixtures';

// The server's HTML alone has to do for reading.
test.use({ javaScriptEnabled: false });

test('the list shows its jobs and leads to each', async ({ jobs, job, request }) => {
  const { id, name } = await submit(request, 'quick.inp');
  await until(request, id, ended);
  await jobs.open();
  await expect(jobs.row(id)).toContainText(name);
  await expect(jobs.status(id)).toHaveAttribute('data-status', 'Completed');
  await jobs.row(id).getByRole('link', { name }).click();
  await expect(job.status).toHaveAttribute('data-status', 'Completed');
});

test('a completed job shows its history and its files, and they can be fetched', async ({ job, request }) => {
  const { id, name } = await submit(request, 'quick.inp');
  await until(request, id, ended);
  await job.open(id);
  await expect(job.status).toHaveAttribute('data-status', 'Completed');
  await expect(job.history).toContainText('node-01');
  const link = job.file(`${name}.dat`).getByRole('link').first();
  const answer = await request.get((await link.getAttribute('href')) ?? '');
  expect(await answer.text()).toContain('displacements');
});

test('a failed job shows its cause', async ({ job, request }) => {
  const { id } = await submit(request, 'broken.inp');
  await until(request, id, ended);
  await job.open(id);
  await expect(job.evidence).toContainText('node set TOP');
});
