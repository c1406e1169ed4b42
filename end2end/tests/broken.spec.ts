import { ended, submit, until } from '../support/api';
import { deck, freshName } from '../support/decks';
import { expect, hydrated, test } from '../support/fixtures';

test('a deck the solver refuses ends as Failed, with the solver’s own line on top', async ({ page, job, request }) => {
  const { id } = await submit(request, 'broken.inp');
  await job.open(id);
  await job.shows('Failed');
  await expect(job.failure).toBeVisible();
  await expect(job.evidence).toContainText('node set TOP');
  // The cause stands before plot, log and files.
  const [failure, log] = [await job.failure.boundingBox(), await job.log.boundingBox()];
  expect(failure && log && failure.y < log.y).toBe(true);
  await hydrated(page);
});

test('a deck that diverges says so, and its cutbacks are in the plot', async ({ job, request }) => {
  const { id } = await submit(request, 'diverges.inp');
  await until(request, id, ended);
  await job.open(id);
  await job.shows('Failed');
  await expect(job.evidence).toContainText('increment size smaller than minimum');
  await expect(job.plot).toBeVisible();
});

test('a missing include blocks the form before anything is sent', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  await newJob.choose(deck('missing_include.inp', `${freshName('missing')}.inp`));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'blocked');
  await expect(newJob.panels).toContainText('steel_data.inc');
  await expect(newJob.submit).toBeDisabled();
});

test('a file that is no deck is refused with a reason', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  await newJob.choose({ name: 'picture.inp', mimeType: 'application/octet-stream', buffer: Buffer.from([0x89, 0x50, 0, 0, 1, 2, 3, 0]) });
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'blocked');
  await expect(newJob.submit).toBeDisabled();
});

test('an address without a job says so', async ({ page, errors }) => {
  const answer = await page.goto('/jobs/999999');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('main')).toContainText(/ありません|見つかりません/);
  // The browser reports the 404 it was promised.
  errors.length = 0;
});
