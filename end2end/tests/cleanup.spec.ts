import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { submit, until } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

const test = onOwnStack();

test('what goes is shown beforehand, stays where somebody keeps it, and goes when an admin says so', async ({
  page,
  request,
  stackFolder,
}) => {
  const jobs: number[] = [];
  for (const name of ['kept', 'gone']) {
    const job = await submit(request, 'quick.inp', { name });
    await until(request, job.id, ['Completed']);
    jobs.push(job.id);
  }
  const [kept, gone] = jobs;
  const sql = (statement: string) =>
    execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(stackFolder, 'data/abaqus-jobs.db'), statement]);
  sql(`UPDATE jobs SET ended_at = ended_at - 100 * 86400, updated_at = updated_at - 100 * 86400 WHERE id IN (${kept}, ${gone})`);
  sql("UPDATE system_config SET updated_at = updated_at - 8 * 86400 WHERE key LIKE 'cleanup_%'");

  await page.goto('/cleanup');
  await hydrated(page);
  await expect(page.getByTestId('cleanup-lead')).toContainText('結果は終了から90日間、完了したジョブは30日間、結果がある間はそれ以降も残します。');
  const row = (id: number) => page.getByTestId(`going-${id}`);
  await expect(row(kept)).toContainText('ジョブとファイル');
  await expect(row(gone)).toBeVisible();
  await row(kept).getByTestId('keep').click();
  await expect(row(kept)).toBeHidden();
  await expect(page.getByTestId('cleanup-lead')).toContainText('保管中のジョブ1件');

  // the job's own page says the same, and lets it go again
  await page.goto(`/jobs/${kept}`);
  await hydrated(page);
  const keeping = page.getByTestId('keeping');
  await expect(keeping).toContainText('保管中です');
  await keeping.getByRole('button', { name: '保管をやめる' }).click();
  await expect(keeping).toContainText('以降に消えます');
  await keeping.getByRole('button', { name: '保管する' }).click();
  await expect(keeping).toContainText('保管中です');

  await keeping.page().goto('/cleanup');
  await hydrated(page);
  await page.getByTestId('clean-up').click();
  await expect(page.getByRole('dialog')).toContainText('1件の完了したジョブとそのファイル');
  await page.getByTestId('clean-up-confirm').click();
  await expect(row(gone)).toBeHidden();
  await expect(page.getByTestId('going')).toContainText('7日以内に消えるものはありません');
  expect((await request.get(`/api/v1/jobs/${gone}`)).status()).toBe(404);
  expect((await request.get(`/api/v1/jobs/${kept}`)).status()).toBe(200);
  await expect(page.getByTestId('clean-up')).toBeDisabled();

  const download = page.waitForEvent('download');
  await page.getByTestId('usage').click();
  expect((await download).suggestedFilename()).toBe('usage.csv');
});

test.describe('at 360 px', () => {
  test.use({ viewport: { width: 360, height: 780 } });

  test('nothing runs out of the page', async ({ page }) => {
    await page.goto('/cleanup');
    await hydrated(page);
    await expect(page.getByTestId('going')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
