import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

const test = onOwnStack();

/** Prints every file of an archive. */
const READ = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); [print(z.read(n).decode()) for n in z.namelist()]';

/** A line as the server writes it. */
const line = (message: string, more: Record<string, unknown> = {}): string =>
  `${JSON.stringify({ timestamp: new Date().toISOString(), level: 'INFO', message, target: 'end2end', ...more })}\n`;

const write = (stackFolder: string, text: string): void => appendFileSync(join(stackFolder, 'logs', 'combined.log'), text);

test('an admin filters the log by level, text and request, and follows it', async ({ page, logs, operations, stackFolder }) => {
  const span = { span: { id: 'cae-macro-17', name: 'request' } };
  write(stackFolder, line('a quiet step', { job: 12, ...span }));
  write(stackFolder, line('a disk is getting full', { level: 'WARN' }));
  write(stackFolder, line('a node is lost', { level: 'ERROR', node: 'node-77', ...span }));
  write(stackFolder, 'no record, but <img src=x onerror=alert(1)> words\n');
  await operations.open();
  await page.getByTestId('to-logs').click();
  await expect(page).toHaveURL('/admin/logs');
  await hydrated(page);
  await expect(logs.saying('a quiet step')).toBeVisible();
  // text, and never anything else
  await expect(logs.saying('<img src=x onerror=alert(1)>')).toBeVisible();
  await expect(logs.log.locator('img')).toHaveCount(0);

  // what comes is put at the end, as long as the page follows
  await expect(logs.follow).toHaveAttribute('aria-pressed', 'true');
  write(stackFolder, line('written while somebody looks'));
  await expect(logs.records.last()).toContainText('written while somebody looks');
  await logs.follow.click();
  await expect(logs.follow).toHaveAttribute('aria-pressed', 'false');
  write(stackFolder, line('written behind their back'));
  await logs.follow.click();
  await expect(logs.records.last()).toContainText('written behind their back');

  await logs.filter('level').selectOption('error');
  await logs.apply.click();
  await expect(page).toHaveURL(/level=error/);
  await expect(logs.saying('a node is lost')).toBeVisible();
  await expect(logs.saying('a quiet step')).toHaveCount(0);
  // everything one request caused, at whatever level
  await logs.saying('a node is lost').getByTestId('log-request').click();
  await expect(page).toHaveURL('/admin/logs?request=cae-macro-17');
  await expect(logs.records).toHaveCount(2);
  await expect(logs.filter('of-request')).toHaveValue('cae-macro-17');
  await logs.clear.click();
  await expect(logs.filter('of-request')).toHaveValue('');
  await logs.filter('text').fill('NODE-77');
  await logs.filter('text').press('Enter');
  await expect(logs.records).toHaveCount(1);
  await logs.filter('text').fill('nobody ever wrote this');
  await logs.filter('text').press('Enter');
  await expect(logs.empty).toContainText('当てはまる記録はありません');
  await page.getByTestId('lang-en').click();
  await expect(logs.empty).toContainText('No record fits');
});

test('older records come from files that were moved aside', async ({ page, logs, stackFolder }) => {
  const many = Array.from({ length: 250 }, (_, n) => line(`moved aside ${n}`)).join('');
  writeFileSync(join(stackFolder, 'logs', 'combined.log.1'), line('the very first one') + many);
  await logs.open('?q=end2end');
  await hydrated(page);
  await expect(logs.saying('the very first one')).toHaveCount(0);
  await logs.older.click();
  await expect(logs.saying('the very first one')).toBeAttached();
  await expect(logs.beginning).toBeAttached();
  await expect(logs.older).toHaveCount(0);
});

test('the support bundle is taken away, without what was secret', async ({ page, logs, stackFolder }) => {
  write(stackFolder, line('sent', { authorization: 'Bearer planted-secret-1', why: 'password=planted-secret-2' }));
  await logs.open();
  await hydrated(page);
  const download = page.waitForEvent('download');
  await logs.bundle.click();
  const file = join(stackFolder, 'support.zip');
  await (await download).saveAs(file);
  const told = execFileSync('python3', ['-c', READ, file], { encoding: 'utf8', maxBuffer: 100_000_000 });
  expect(told).not.toContain('planted-secret');
  const listed = execFileSync('python3', ['-m', 'zipfile', '-l', file], { encoding: 'utf8' });
  for (const name of ['version.txt', 'settings.txt', 'health.json', 'doctor.txt', 'logs/combined.log']) expect(listed).toContain(name);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the end of the log is there, and the way to what is older', async ({ logs, stackFolder }) => {
    write(stackFolder, Array.from({ length: 250 }, (_, n) => line(`plain ${n}`)).join(''));
    await logs.open('?q=plain');
    await expect(logs.saying('plain 249')).toBeAttached();
    await logs.older.click();
    await expect(logs.saying('plain 49')).toBeAttached();
    await logs.newest.click();
    await expect(logs.saying('plain 249')).toBeAttached();
  });
});
