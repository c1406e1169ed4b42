import { readFileSync } from 'node:fs';
import { ended, submit, until } from '../support/api';
import { deck, freshName } from '../support/decks';
import { expect, hydrated, test } from '../support/fixtures';

test('from the empty form to the first result in three clicks, without a reload', async ({ page, jobs, newJob, job }) => {
  await jobs.open();
  await hydrated(page);
  // A reload would lose this.
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  await page.getByTestId('new-job').filter({ visible: true }).first().click();
  await newJob.trySample.click();
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
  const name = await newJob.name.inputValue();
  await newJob.submit.click();

  await page.waitForURL(/\/jobs\/\d+$/);
  await job.shows('Running');
  // The bar moves by itself.
  const share = async (): Promise<number> => Number((await job.progress.getAttribute('aria-valuenow')) ?? 0);
  await expect.poll(share).toBeGreaterThan(0);
  const before = await share();
  await expect.poll(share).toBeGreaterThan(before);
  await expect(job.plot).toBeVisible();
  await job.logTab('sta').click();
  await expect(job.log).toContainText(/0\.\d{6}E[+-]\d\d/);

  await job.shows('Completed');
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);

  const dat = job.file(`${name}.dat`);
  await expect(dat).toBeVisible();
  const download = page.waitForEvent('download');
  await dat.getByRole('link').first().click();
  const content = readFileSync(await (await download).path(), 'utf8');
  expect(content).toContain('displacements');
  await expect(job.history).toContainText(/完了/);
});

test('the row of the list lives: waiting or starting, running with a bar, completed', async ({ page, jobs, request }) => {
  await jobs.open();
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const { id } = await submit(request, 'cantilever.inp');

  await expect(jobs.row(id)).toBeVisible();
  await expect(jobs.status(id)).toHaveAttribute('data-status', 'Running');
  await expect(jobs.progress(id)).toBeVisible();
  await expect(jobs.status(id)).toHaveAttribute('data-status', 'Completed', { timeout: 120_000 });
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
});

test('a deck in two files: the missing one is named, dropped after it, and the job completes', async ({ page, newJob, request }) => {
  await newJob.open();
  await hydrated(page);
  const name = freshName('two');
  await newJob.choose(deck('with_include.inp', `${name}.inp`));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'blocked');
  await expect(newJob.panels).toContainText('steel.inc');
  await expect(newJob.submit).toBeDisabled();
  await newJob.choose(deck('steel.inc'));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
  await newJob.cpus(4).click();
  await newJob.submit.click();
  await expect
    .poll(async () => (await (await request.get(`/api/v1/jobs?q=${name}`)).json()).total)
    .toBe(1);
  const { jobs: found } = await (await request.get(`/api/v1/jobs?q=${name}`)).json();
  expect(found[0].cpu_count).toBe(4);
  expect((await until(request, found[0].id, ended)).status).toBe('Completed');
});
