import type { APIRequestContext, Browser, BrowserContext, Page } from '@playwright/test';
import { ended, submit, until } from './api';
import type { SignedIn } from './people';

/** What a page is looked at in. */
export interface Look {
  theme: 'light' | 'dark';
  width: 1440 | 360;
  locale: 'ja' | 'en';
}

export const looks: Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  ([1440, 360] as const).flatMap((width) => (['ja', 'en'] as const).map((locale) => ({ theme, width, locale }))),
);

/** The window's size. */
export const sizeOf = ({ width }: Look): { width: number; height: number } => ({ width, height: width === 360 ? 780 : 900 });

/** A context in which pages come in that look from the server's HTML on. */
export async function contextOf(browser: Browser, look: Look, url: string, storageState: SignedIn): Promise<BrowserContext> {
  const context = await browser.newContext({
    storageState,
    baseURL: url,
    locale: look.locale === 'ja' ? 'ja-JP' : 'en-GB',
    timezoneId: 'Asia/Tokyo',
    viewport: sizeOf(look),
    reducedMotion: 'reduce',
  });
  await context.addCookies([
    { name: 'ajm_locale', value: look.locale, url },
    { name: 'ajm_theme', value: `ajm-${look.theme}`, url },
  ]);
  return context;
}

/** One page to be looked at: its name, its address, and what to do there before looking. */
export interface View {
  name: string;
  path: string;
  ready: (page: Page) => Promise<void>;
}

/** The pages, over jobs in the states that last: each has ended as its deck was made to. */
export async function views(request: APIRequestContext, names: Record<'failed' | 'broken' | 'done', string | undefined>): Promise<View[]> {
  const done = await submit(request, 'quick.inp', { name: names.done });
  const broken = await submit(request, 'broken.inp', { name: names.broken });
  const failed = await submit(request, 'diverges.inp', { name: names.failed });
  for (const { id } of [failed, broken, done]) await until(request, id, ended);
  return [
    { name: 'jobs', path: '/', ready: async (page) => page.getByTestId(`job-row-${failed.id}`).waitFor() },
    {
      name: 'new-job',
      path: '/jobs/new',
      ready: async (page) => {
        await page.getByTestId('try-sample').click();
        await page.locator('[data-testid=deck-verdict]:is([data-verdict=fits], [data-verdict=warnings])').waitFor();
      },
    },
    { name: 'licenses', path: '/licenses', ready: async (page) => page.getByTestId('license-pool').waitFor() },
    { name: 'users', path: '/admin/users', ready: async (page) => page.getByTestId('people').waitFor() },
    { name: 'start', path: '/admin/start', ready: async (page) => page.getByTestId('current-step').waitFor() },
    { name: 'account', path: '/account', ready: async (page) => page.getByTestId('tokens').waitFor() },
    { name: 'settings', path: '/admin/settings', ready: async (page) => page.getByTestId('settings').waitFor() },
    { name: 'audit', path: '/admin/audit', ready: async (page) => page.getByTestId('audit').waitFor() },
    {
      name: 'operations',
      path: '/admin/operations',
      ready: async (page) => {
        const rows = page.getByTestId('backups').locator('tbody tr');
        if ((await rows.count()) === 0) await page.getByTestId('back-up').click();
        await rows.first().waitFor();
        await page.getByTestId('backup-doing').waitFor({ state: 'hidden' });
      },
    },
    { name: 'logs', path: '/admin/logs', ready: async (page) => page.getByTestId('log-record').first().waitFor() },
    { name: 'nodes', path: '/nodes', ready: async (page) => page.getByTestId('node-row-node-01').waitFor() },
    {
      name: 'node',
      path: '/nodes/node-01',
      ready: async (page) => {
        await page.getByTestId('doctor-start').click();
        await page.locator('[data-testid=doctor-sum][data-ended=true]').waitFor({ timeout: 60_000 });
      },
    },
    { name: 'help', path: '/help?q=attempts', ready: async (page) => page.getByTestId('help-entry').first().waitFor() },
    { name: 'job-failed', path: `/jobs/${failed.id}`, ready: async (page) => page.getByTestId('evidence').waitFor() },
  ];
}

/** The pages for whoever is not signed in. They have no live state: `ready` is all there is to wait for. */
export async function outsideViews(request: APIRequestContext): Promise<View[]> {
  const answer = await request.post('/rpc/link_for', { data: { id: 'suzuki' } });
  const { path } = (await answer.json()) as { path: string };
  const ready = async (page: Page): Promise<void> => page.locator('html[data-ready]').waitFor();
  return [
    { name: 'sign-in', path: '/sign-in', ready },
    { name: 'welcome', path, ready },
    { name: 'link-over', path: '/welcome/over', ready },
  ];
}
