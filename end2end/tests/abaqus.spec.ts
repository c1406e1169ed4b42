import { ended, until } from '../support/api';
import { deck, freshName, type Dropped } from '../support/decks';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// A node with the stand-in for Abaqus.
const test = onOwnStack({ ABAQUS: 'standin' });

/** A sample deck whose comment asks the stand-in to behave so. */
function asked(sample: string, name: string, words: string): Dropped {
  const { buffer } = deck(sample);
  return { ...deck(sample, `${name}.inp`), buffer: Buffer.from(`** standin: ${words}\n${buffer.toString('utf8')}`) };
}

const number = (url: string): number => Number(/jobs\/(\d+)/.exec(url)?.[1]);

test('a deck with a subroutine fails in the student’s words, and runs once it is corrected', async ({ page, newJob, job, request }) => {
  const name = freshName('umat');
  const broken = { name: 'umat.for', mimeType: 'text/plain', buffer: Buffer.from('C standin: compile-error\n      SUBROUTINE UMAT(\n') };
  await newJob.open();
  await hydrated(page);
  await page.getByTestId('solver').selectOption('abaqus');
  await newJob.choose(asked('quick.inp', name, ''), broken);
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
  await page.getByTestId('abaqus-options').locator('summary').click();
  await page.getByTestId('memory').fill('16');
  // What Abaqus would not take is said at its field, and nothing is sent.
  await expect(newJob.submit).toBeDisabled();
  await page.getByTestId('memory').fill('80%');
  await newJob.submit.click();
  await page.waitForURL(/\/jobs\/\d+$/);
  await job.shows('Failed');
  await expect(page.getByTestId('explained')).toContainText('サブルーチン');
  await expect(job.evidence).toContainText('umat.for');
  // In two clicks back at the form, with the files of that run; the corrected file takes the old one's place.
  const parent = number(page.url());
  await page.getByTestId('resubmit').first().click();
  await page.waitForURL(/from=/);
  await expect(page.getByTestId('memory')).toHaveValue('80%');
  await expect(page.getByTestId('unchanged')).toBeVisible();
  await newJob.choose({ ...broken, buffer: Buffer.from('      SUBROUTINE UMAT\n      END\n') });
  await expect(page.getByTestId('unchanged')).toHaveCount(0);
  await expect(newJob.submit).toBeEnabled();
  await newJob.submit.click();
  await page.waitForURL((url) => /\/jobs\/\d+$/.test(url.pathname) && number(url.pathname) !== parent);
  await job.shows('Completed');
  expect((await (await request.get(`/api/v1/jobs/${number(page.url())}`)).json()).parent_id).toBe(parent);
});

test('a run shows Abaqus’ own increments and cutbacks, and what its errors mean in both languages', async ({ page, newJob, job, request }) => {
  await newJob.open();
  await hydrated(page);
  await page.getByTestId('solver').selectOption('abaqus');
  await newJob.choose(asked('diverges.inp', freshName('buckled'), ''));
  await newJob.submit.click();
  await page.waitForURL(/\/jobs\/\d+$/);
  await until(request, number(page.url()), ended);
  await job.shows('Failed');
  await expect(job.plot).toBeVisible();
  await expect(page.getByTestId('messages')).toContainText('TIME INCREMENT REQUIRED IS LESS THAN THE MINIMUM');
  await page.getByTestId('meaning').first().locator('summary').click();
  await expect(page.getByTestId('meaning').first()).toContainText('*STATIC');
});
