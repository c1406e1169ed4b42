import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { submit } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { saveSetting } from '../support/settings';

const test = onOwnStack();

test('an admin backs up, looks at it again, and takes it away', async ({ page, operations, request, stackFolder }) => {
  await submit(request, 'quick.inp');
  await operations.open();
  await hydrated(page);
  await expect(operations.lead).toHaveText('問題はありません。');
  await expect(operations.card('database')).toContainText('正常');
  await expect(operations.card('nodes')).toContainText('1 / 1');
  const before = await operations.rows.count();
  await operations.backUp.click();
  await expect(operations.rows).toHaveCount(before + 1);
  await expect(operations.doing).toBeHidden();
  await expect(operations.backUp).toBeEnabled();
  const row = operations.rows.first();
  await expect(row).toContainText('正常');

  // taken away: a whole archive
  const download = page.waitForEvent('download');
  await row.getByTestId('download-backup').click();
  const file = join(stackFolder, 'taken.zip');
  await (await download).saveAs(file);
  const listed = execFileSync('python3', ['-m', 'zipfile', '-l', file], { encoding: 'utf8' });
  for (const name of ['abaqus-jobs.db', 'SHA256SUMS', 'manifest.json']) expect(listed).toContain(name);

  // a byte of it is lost: found when it is looked at again, and said with what to do
  const backups = join(stackFolder, 'backups');
  const name = readdirSync(backups).filter((entry) => entry.startsWith('20')).sort().at(-1) ?? '';
  const database = join(backups, name, 'abaqus-jobs.db');
  const bytes = readFileSync(database);
  bytes[5000] ^= 1;
  writeFileSync(database, bytes);
  await row.getByTestId('verify-backup').click();
  await expect(row).toContainText('使えません');
  await expect(operations.alerts).toContainText(`バックアップ ${name} が壊れています`);
  await expect(operations.lead).toHaveText('異常1件。');
  await operations.alerts.getByRole('button', { name: 'いまバックアップ' }).click();
  await expect(operations.rows).toHaveCount(before + 2);
  await expect(operations.lead).toHaveText('問題はありません。');
});

test('an alarm says since when, what to do and where, in both languages', async ({ page, operations, request }) => {
  await saveSetting(request, 'alert_memory_percent', '50');
  await saveSetting(request, 'alert_token_percent', '1');
  const reserved = await request.post('/api/v1/reservations', { data: { tokens: 5, purpose: 'class', seconds: 3600 } });
  expect(reserved.ok(), await reserved.text()).toBe(true);
  await operations.open();
  await hydrated(page);
  const alarm = page.locator('[data-alert=tokens]');
  await expect(alarm).toContainText('使用中または予約済み');
  await expect(alarm).toContainText('から続いています');
  await expect(operations.card('tokens')).toContainText('注意');
  await page.getByTestId('lang-en').click();
  await expect(alarm).toContainText('in use or reserved');
  await alarm.getByRole('link').click();
  await expect(page).toHaveURL('/licenses');
});

test('at 360 px backups and changes are read without moving anything sideways', async ({ page, operations, request }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await saveSetting(request, 'alert_token_percent', '95');
  await operations.open();
  await hydrated(page);
  await operations.backUp.click();
  await expect(operations.rows.first()).toContainText('正常');
  await expect(operations.rows.first()).toContainText(/・ジョブ\d+件/);
  for (const name of ['バックアップ', '変更の記録']) {
    const table = page.getByRole('group', { name, exact: true });
    await expect(table).toBeVisible();
    expect(await table.evaluate((group) => group.scrollWidth - group.clientWidth), name).toBe(0);
  }
});
