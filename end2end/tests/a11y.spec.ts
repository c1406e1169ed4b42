import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, hydrated, test } from '../support/fixtures';
import { contextOf, looks, outsideViews, views } from '../support/views';
import type { SignedIn } from '../support/people';

/** Nothing. */
async function finds(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

// English and Japanese share their markup: one language per look is enough for the rules.
for (const look of looks.filter(({ locale }) => locale === 'ja')) {
  test(`axe finds nothing: ${look.theme}, ${look.width} px`, async ({ browser, request, storageState }) => {
    const pages = await views(request, { failed: undefined, broken: undefined, done: undefined });
    const context = await contextOf(browser, look, process.env.STACK_URL ?? '', storageState as SignedIn);
    const page = await context.newPage();
    for (const view of pages) {
      await page.goto(view.path);
      await hydrated(page);
      await view.ready(page);
      await finds(page, view.name);
    }
    await context.close();
    const outside = await contextOf(browser, look, process.env.STACK_URL ?? '', { cookies: [], origins: [] });
    const door = await outside.newPage();
    for (const view of await outsideViews(request)) {
      await door.goto(view.path);
      await view.ready(door);
      await finds(door, view.name);
    }
    await outside.close();
  });
}

test('language and theme change without a reload and stay', async ({ page, jobs }) => {
  await jobs.open();
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await page.getByTestId('lang-en').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByTestId('theme-toggle').click();
  const theme = await page.locator('html').getAttribute('data-theme');
  expect(theme).toMatch(/^ajm-(light|dark)$/);
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme ?? '');
});
