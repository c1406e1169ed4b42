import { expect, hydrated, test } from '../support/fixtures';

// Each page's code is a file of its own, and a network may fail at any of them.

test('a page whose code does not come says so, and comes when it is opened or loaded again', async ({ page, errors }) => {
  const help = page.getByRole('link', { name: 'ヘルプ' }).first();
  const jobs = page.getByRole('link', { name: /^ジョブ(?!を)/ }).first();
  const missing = page.getByText('この画面を読み込めませんでした');
  await page.goto('/');
  await hydrated(page);
  await page.route('**/pkg/split_*', (route) => route.abort());
  await help.click();
  await expect(missing).toBeVisible();
  await expect(page).toHaveURL(/\/help$/);
  await jobs.click();
  await expect(page).toHaveURL((url) => url.pathname === '/');
  await expect(missing).toHaveCount(0);
  await help.click();
  await expect(missing).toBeVisible();
  await page.unroute('**/pkg/split_*');
  await page.getByRole('link', { name: '読み込み直す' }).click();
  await expect(page.getByTestId('dictionary')).toBeVisible();
  await hydrated(page);
  errors.length = 0;
});

test('a page whose code has stopped says so', async ({ page, errors }) => {
  // Without its own code the page cannot take over what the server sent.
  await page.route('**/pkg/split_*', (route) => route.abort());
  await page.goto('/help');
  const stopped = page.locator('#stopped');
  await expect(stopped).toContainText('画面のプログラムが止まりました');
  await page.unroute('**/pkg/split_*');
  await stopped.getByRole('link', { name: '読み込み直す' }).click();
  await hydrated(page);
  await expect(stopped).toHaveCount(0);
  errors.length = 0;
});
