import { ended, submit, until } from '../support/api';
import { expect, hydrated, test } from '../support/fixtures';

test('the dictionary is searched by a message or by words, in both languages', async ({ page }) => {
  await page.goto('/');
  await hydrated(page);
  await page.getByTestId('to-help').click();
  await expect(page).toHaveURL(/\/help$/);
  const entries = page.getByTestId('help-entry');
  await expect.poll(() => entries.count()).toBeGreaterThan(60);
  await page.getByTestId('help-search').fill('too many attempts');
  await expect(page.locator('[data-id="abaqus.too-many-attempts"]')).toBeVisible();
  await page.getByTestId('help-search').fill('接触 食い込み');
  const found = await entries.count();
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(20);
  await page.getByTestId('help-search').fill('no such words at all');
  await expect(page.getByTestId('empty')).toBeVisible();
  await page.getByTestId('lang-en').click();
  await page.getByTestId('help-search').fill('overclosure');
  await expect(entries.first()).toContainText(/penetrat|overclos|contact/i);
});

test('from a failure to its entry, which is open', async ({ page, job, request }) => {
  const { id } = await submit(request, 'diverges.inp');
  await until(request, id, ended);
  await job.open(id);
  await page.getByTestId('to-dictionary').click();
  await expect(page).toHaveURL(/\/help\?q=calculix\./);
  await expect(page.getByTestId('help-entry')).toHaveCount(1);
  await expect(page.getByTestId('help-entry')).toHaveAttribute('open', '');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the search is a form, and its answer is in the HTML', async ({ page }) => {
    await page.goto('/help');
    await page.getByTestId('help-search').fill('too many attempts');
    await page.getByTestId('help-search').press('Enter');
    await expect(page).toHaveURL(/q=too\+many\+attempts/);
    await expect(page.locator('[data-id="abaqus.too-many-attempts"]')).toBeVisible();
  });
});
