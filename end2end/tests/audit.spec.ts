import { readFileSync } from 'node:fs';
import { submit } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { saveSetting } from '../support/settings';

const test = onOwnStack();

test('changes are told in words, newest first, with the way to their job', async ({ page, audit, request }) => {
  const { id } = await submit(request, 'quick.inp');
  await saveSetting(request, 'backfill_patience', '20');
  await audit.open();
  await hydrated(page);
  await expect(audit.rows.first()).toContainText('設定を変更');
  await expect(audit.rows.first()).toContainText('15分 → 20分');
  await page.getByTestId('lang-en').click();
  await expect(audit.rows.first()).toContainText('15 min → 20 min');
  await audit.rows.filter({ hasText: `Job ${id}` }).getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/jobs/${id}$`));
});

test('filters are an address, and a wrong day is said at its field', async ({ page, audit, request, errors }) => {
  await saveSetting(request, 'user_max_tokens', '12');
  await audit.open();
  await hydrated(page);
  await audit.filter('subject').fill('user_max_tokens');
  await audit.filter('actor').selectOption('ito');
  await audit.apply.click();
  await expect(page).toHaveURL(/subject=user_max_tokens/);
  await expect(audit.rows).toHaveCount(1);
  await audit.open('?subject=nothing-of-this-name');
  await expect(audit.empty).toBeVisible();
  await audit.open('?from=yesterday');
  await expect(audit.filter('from')).toHaveAttribute('aria-invalid', 'true');
  // the browser itself reports the refusal's status
  errors.length = 0;
});

test('pages follow each other without a gap', async ({ page, audit, request }) => {
  // more than one page holds, and the last of them is the first change
  for (let number = 1; number <= 52; number += 1) await saveSetting(request, 'user_max_running_jobs', String(number));
  await audit.open('?subject=user_max_running_jobs');
  await hydrated(page);
  await expect(audit.rows).toHaveCount(50);
  await expect(audit.newest).toHaveCount(0);
  await audit.older.click();
  await expect(audit.rows).toHaveCount(2);
  await expect(audit.rows.last()).toContainText('上限なし → 1件');
  await expect(audit.older).toHaveCount(0);
  await audit.newest.click();
  await expect(audit.rows).toHaveCount(50);
});

test('what is filtered can be exported for Excel', async ({ page, audit, request }) => {
  await saveSetting(request, 'license_feature', 'abaqus2');
  await audit.open('?subject=license_feature');
  await hydrated(page);
  const [download] = await Promise.all([page.waitForEvent('download'), audit.exportFile.click()]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.trimEnd().split('\r\n')).toHaveLength(2);
  expect(text).toContain('abaqus2');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the filters work as a form', async ({ page, audit, request }) => {
    await saveSetting(request, 'stop_grace_seconds', '20');
    await audit.open();
    await audit.filter('subject').fill('stop_grace');
    await audit.apply.click();
    await expect(page).toHaveURL(/subject=stop_grace/);
    await expect(audit.rows).toHaveCount(1);
    await expect(audit.rows.first()).toContainText('20秒');
    await expect(audit.exportFile).toBeHidden();
  });
});

test('at 360 px who, what and the values are read without moving anything sideways', async ({ page, audit, request }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await saveSetting(request, 'retry_pause_seconds', '6');
  await audit.open();
  await hydrated(page);
  const row = audit.rows.first();
  for (const said of [/伊藤 健/, /設定/, /6秒/]) await expect(row.getByText(said).filter({ visible: true }).first()).toBeVisible();
  // nothing stands letter below letter
  const what = await row.locator('td.m1').boundingBox();
  expect(what?.width).toBeGreaterThan(120);
  expect(what?.height).toBeLessThan(120);
  const table = page.getByRole('group', { name: '監査ログ' });
  expect(await table.evaluate((group) => group.scrollWidth - group.clientWidth)).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
