import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ended, slower, submit, until } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { contextOf, looks, outsideViews, sizeOf, views, type Look } from '../support/views';
import type { SignedIn } from '../support/people';

// The lists show what belongs on a picture and nothing else.
const test = onOwnStack();

/** Outside the repository. */
const shots = process.env.SHOTS_DIR ?? join(tmpdir(), 'abaqus-job-manager-shots');
mkdirSync(shots, { recursive: true });

async function shoot(page: Page, look: Look, view: string): Promise<void> {
  // The whole page as one screen: bars fixed to the window's edges stay at the edges.
  const { width, height } = sizeOf(look);
  await page.setViewportSize({ width, height });
  await page.setViewportSize({ width, height: Math.max(height, await page.evaluate(() => document.documentElement.scrollHeight)) });
  await page.evaluate(() => document.fonts.ready);
  const name = `${view}-${look.theme}-${look.width}-${look.locale}`;
  await page.screenshot({ path: join(shots, `${name}.png`) });
  // No page scrolls sideways, at any width.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} is too wide`).toBeLessThanOrEqual(0);
}

test('every page, light and dark, wide and narrow, Japanese and English', async ({ browser, request, stack, storageState }) => {
  test.setTimeout(900_000);
  const pages = await views(request, { failed: '引張試験_S45C', broken: 'bracket_v4', done: 'beam_03' });
  for (const look of looks) {
    // One job that runs on all of the node's cores, and one that has to wait for them.
    const running = await submit(request, 'cantilever.inp', { name: 'gear_contact_07', cpus: 8, edit: slower });
    await until(request, running.id, ['Running']);
    const waiting = await submit(request, 'quick.inp', { name: 'hood_frf', cpus: 4 });

    const context = await contextOf(browser, look, stack.url, storageState as SignedIn);
    const page = await context.newPage();
    const share = async (): Promise<number> => Number(await page.getByTestId('job-progress').first().getAttribute('aria-valuenow'));
    await page.goto(`/jobs/${running.id}`);
    await hydrated(page);
    // Some increments in: bar and plot have something to show.
    await expect.poll(share, { timeout: 60_000 }).toBeGreaterThan(15);
    await shoot(page, look, 'job-running');
    for (const view of pages) {
      await page.goto(view.path);
      await hydrated(page);
      await view.ready(page);
      await expect(page.locator('html')).toHaveAttribute('lang', look.locale);
      await shoot(page, look, view.name);
    }
    await context.close();
    const outside = await contextOf(browser, look, stack.url, { cookies: [], origins: [] });
    const door = await outside.newPage();
    for (const view of await outsideViews(request)) {
      await door.goto(view.path);
      await view.ready(door);
      await shoot(door, look, view.name);
    }
    await outside.close();
    for (const { id } of [waiting, running]) {
      await request.post(`/api/v1/jobs/${id}/cancel`);
      await until(request, id, ended);
      await request.delete(`/api/v1/jobs/${id}`);
    }
  }
});
