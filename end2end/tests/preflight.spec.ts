import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caeDeck, freshName, writeLargeDeck } from '../support/decks';
import { expect, hydrated, test } from '../support/fixtures';

test('a deck of CAE’s, in CP932 and with CRLF: its parts, mesh and steps are told, and nothing is found that is not there', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  await newJob.choose(caeDeck(freshName('plate')));
  // Only once the server has read it too, and only where it found the same.
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'fits');
  await expect(page.getByTestId('deck-differs')).toHaveCount(0);
  await expect(page.getByTestId('deck-parts')).toHaveText('Part-1 (1個)');
  await expect(page.getByTestId('deck-instances')).toHaveText('Part-1-1 (1個)');
  await expect(page.getByTestId('deck-nodes')).toHaveText('9');
  await expect(page.getByTestId('deck-elements')).toHaveText('4');
  for (const told of ['CPS4R', 'Pull', 'STATIC', 'Steel', 'CP932']) await expect(newJob.panels).toContainText(told);
});

test('the lines around a missing file are shown as they were written', async ({ page, newJob }) => {
  await newJob.open();
  await hydrated(page);
  await newJob.choose(caeDeck(freshName('plate'), '** 鋼の表は別のファイル\n*Include, input=steel_table.inc\n'));
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'blocked');
  await expect(newJob.panels).toContainText('** 鋼の表は別のファイル');
  await expect(newJob.panels).toContainText('*Include, input=steel_table.inc');
  await expect(newJob.submit).toBeDisabled();
});

test('while a large deck is read the page answers', async ({ page, newJob }) => {
  const folder = mkdtempSync(join(tmpdir(), 'ajm-large-'));
  try {
    const path = join(folder, `${freshName('large')}.inp`);
    const { nodes } = writeLargeDeck(path, 20_000_000);
    await newJob.open();
    await hydrated(page);
    // In the page itself, so that no way from here to there counts: as soon as the reading is seen to have begun, the other
    // theme is asked for; what comes first is written down.
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      const root = document.documentElement;
      new MutationObserver(() => {
        const verdict = document.querySelector('[data-testid=deck-verdict]')?.getAttribute('data-verdict') ?? 'none';
        const last = told.filter((one) => one !== 'theme').at(-1);
        if (verdict === last) return;
        told.push(verdict);
        if (verdict === 'reading') setTimeout(() => document.querySelector<HTMLElement>('[data-testid=theme-toggle]')?.click());
      }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-verdict'] });
      new MutationObserver(() => told.push('theme')).observe(root, { attributeFilter: ['data-theme'] });
    });
    await page.getByTestId('file-input').setInputFiles(path);
    await expect(newJob.verdict).toHaveAttribute('data-verdict', 'fits', { timeout: 120_000 });
    await expect(page.getByTestId('deck-nodes')).toHaveText(nodes.toLocaleString('en'));
    const told = await page.evaluate(() => (window as unknown as { told: string[] }).told);
    expect(told.indexOf('reading'), told.join()).toBeGreaterThanOrEqual(0);
    expect(told[told.indexOf('reading') + 1], told.join()).toBe('theme');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
