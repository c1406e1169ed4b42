import { strToU8, zipSync } from 'fflate';
import { deck, freshName, type Dropped } from '../support/decks';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// A node with the stand-in for Abaqus.
const test = onOwnStack({ ABAQUS: 'standin' });

/** An archive of these files, by their paths in it. */
function zip(files: Record<string, string | Buffer>): Dropped {
  const bytes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? strToU8(text) : new Uint8Array(text)]));
  return { name: '解析.zip', mimeType: 'application/zip', buffer: Buffer.from(zipSync(bytes)) };
}

const number = (url: string): number => Number(/jobs\/(\d+)/.exec(url)?.[1]);

test('a .zip becomes its files: a deck with what it includes and its subroutine, submitted and run', async ({ page, newJob, job, request }) => {
  const name = freshName('packed');
  await newJob.open();
  await hydrated(page);
  await page.getByTestId('solver').selectOption('abaqus');
  await newJob.choose(
    zip({
      [`work/${name}.inp`]: deck('with_include.inp').buffer,
      // Windows does not tell capitals apart, a Linux node does: it goes under the deck's spelling.
      'work/STEEL.INC': deck('steel.inc').buffer,
      'work/umat.for': '      SUBROUTINE UMAT\n      END\n',
      'work/old.odb': 'x',
    }),
  );
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
  await expect(newJob.panels).toHaveCount(1);
  await expect(newJob.panels).toContainText('解析.zip');
  // What was left out is said, and can be taken off the page.
  const left = page.getByTestId('other-file');
  await expect(left).toHaveCount(1);
  await expect(left).toContainText('work/old.odb');
  await newJob.submit.click();
  await page.waitForURL(/\/jobs\/\d+$/);
  await job.shows('Completed');
  const files = ((await (await request.get(`/api/v1/jobs/${number(page.url())}/files`)).json()) as { name: string }[]).map((file) => file.name);
  expect(files).toEqual(expect.arrayContaining(['steel.inc', 'umat.for']));
});

test('each deck in a .zip is a job of its own, and a second drop does not take its place', async ({ page, newJob }) => {
  const [one, two, three] = [freshName('one'), freshName('two'), freshName('three')];
  const quick = deck('quick.inp').buffer;
  await newJob.open();
  await hydrated(page);
  await newJob.choose(zip({ [`${one}.inp`]: quick, [`${two}.inp`]: quick }));
  await expect(newJob.panels).toHaveCount(2);
  await newJob.choose(zip({ [`${three}.inp`]: quick }));
  await expect(newJob.panels).toHaveCount(3);
  await expect(page.locator('[data-testid=deck-verdict][data-verdict=fits]')).toHaveCount(3);
  await newJob.submit.click();
  await page.waitForURL((url) => url.pathname === '/');
  for (const name of [one, two, three]) await expect(page.getByRole('main')).toContainText(name);
});

test('a .zip that is not taken says why, and the form keeps what it had', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  const name = freshName('kept');
  await newJob.choose(deck('quick.inp', `${name}.inp`));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'fits');
  await newJob.choose({ ...zip({ 'a.inp': '*NODE\n' }), buffer: Buffer.from('no archive') });
  await expect(page.getByTestId('other-file')).toContainText('壊れている');
  await newJob.choose(zip({ 'a;b.inp': '*NODE\n' }));
  await expect(page.getByTestId('other-file')).toContainText('a;b.inp');
  await expect(newJob.panels).toHaveCount(1);
  await expect(newJob.submit).toBeEnabled();
});

test('a .zip dropped on a missing file’s place brings it', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  await newJob.choose(deck('with_include.inp', `${freshName('brought')}.inp`));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'blocked');
  await page.getByTestId('missing-drop').locator('input').setInputFiles(zip({ 'sub/steel.inc': deck('steel.inc').buffer }));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
});
