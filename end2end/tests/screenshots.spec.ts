import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, hydrated, test } from '../support/fixtures';
import { contextOf, looks, views } from '../support/views';

/** Outside the repository. */
const shots = process.env.SHOTS_DIR ?? join(tmpdir(), 'abaqus-job-manager-shots');
mkdirSync(shots, { recursive: true });

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  // No page scrolls sideways, at any width.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} is too wide`).toBeLessThanOrEqual(0);
}

test('every page, light and dark, wide and narrow, Japanese and English', async ({ browser, request }) => {
  test.setTimeout(300_000);
  const url = process.env.STACK_URL ?? '';
  const { views: pages, running } = await views(request);
  for (const look of looks) {
    const ending = `${look.theme}-${look.width}-${look.locale}`;
    const context = await contextOf(browser, look, url);
    const page = await context.newPage();
    for (const view of pages) {
      await page.goto(view.path);
      await hydrated(page);
      await view.ready(page);
      await expect(page.locator('html')).toHaveAttribute('lang', look.locale);
      await shoot(page, `${view.name}-${ending}`);
    }
    const id = await running();
    await page.goto(`/jobs/${id}`);
    await hydrated(page);
    // Some increments in: bar and plot have something to show.
    await expect.poll(async () => Number(await page.getByTestId('job-progress').first().getAttribute('aria-valuenow'))).toBeGreaterThan(15);
    await shoot(page, `job-running-${ending}`);
    await request.post(`/api/v1/jobs/${id}/cancel`);
    await context.close();
  }
});
