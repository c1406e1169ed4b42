import type { Page } from '@playwright/test';
import { submit } from '../support/api';
import { deck, freshName } from '../support/decks';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// The server's page is there before its code: what is typed into it by then is the person's, and stays.

// The changes that are typed here are never saved, but another's would be asked about.
const test = onOwnStack();

/** The page's code comes when this is called, not before. */
async function holdCode(page: Page, files: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(files, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

for (const [which, files] of [['all of its code', '**/pkg/*.wasm'], ['its own part', '**/pkg/split_*']] as const) {
  test(`settings changed before ${which} is there are changes`, async ({ page, settings }) => {
    const release = await holdCode(page, files);
    await settings.open();
    await expect(page.locator('html')).not.toHaveAttribute('data-ready');
    await settings.field('total_license_tokens').fill('61');
    await settings.field('external_tokens_policy').selectOption('ignore');
    await settings.part('keep_run_folder_on_failure', 'false').check();
    await settings.field('poll_interval_seconds').fill('0');
    release();
    await hydrated(page);
    await settings.stands('total_license_tokens', 'changed');
    await settings.stands('external_tokens_policy', 'changed');
    await settings.stands('keep_run_folder_on_failure', 'changed');
    await settings.stands('poll_interval_seconds', 'invalid');
    await expect(settings.field('total_license_tokens')).toHaveValue('61');
    await expect(settings.field('external_tokens_policy')).toHaveValue('ignore');
    await expect(settings.part('keep_run_folder_on_failure', 'false')).toBeChecked();
    await expect(settings.field('poll_interval_seconds')).toHaveValue('0');
    await settings.stands('user_max_tokens', 'found');
  });
}

test('a node typed before the page’s code is there is sent as typed', async ({ page, nodes, errors }) => {
  const release = await holdCode(page, '**/pkg/*.wasm');
  await page.goto('/nodes?add=1');
  const typed = { id: 'node-09', host: '192.0.2.9', user: 'solver' } as const;
  for (const [name, value] of Object.entries(typed)) await nodes.field(name as keyof typeof typed).fill(value);
  release();
  await hydrated(page);
  for (const [name, value] of Object.entries(typed)) await expect(nodes.field(name as keyof typeof typed)).toHaveValue(value);
  await nodes.save.click();
  await expect(nodes.field('cores')).toHaveAttribute('aria-invalid', 'true');
  for (const name of ['id', 'host', 'user'] as const) await expect(nodes.field(name)).not.toHaveAttribute('aria-invalid', 'true');
  errors.length = 0; // the browser writes the 400
});

test('a deck chosen before the page’s code is there is looked at', async ({ page, newJob }) => {
  const release = await holdCode(page, '**/pkg/*.wasm');
  await newJob.open();
  await newJob.choose(deck('cantilever.inp', `${freshName('early')}.inp`));
  release();
  await hydrated(page);
  await expect(newJob.verdict).toHaveAttribute('data-verdict', /^(fits|warnings)$/);
});

test('a job ticked before the page’s code is there is chosen', async ({ page, jobs, request }) => {
  const { id } = await submit(request, 'quick.inp');
  const release = await holdCode(page, '**/pkg/*.wasm');
  await jobs.open();
  const tick = jobs.row(id).getByRole('checkbox');
  await tick.check();
  release();
  await hydrated(page);
  await expect(tick).toBeChecked();
  await expect(jobs.row(id)).toHaveAttribute('aria-selected', 'true');
  await tick.uncheck();
  await expect(jobs.row(id)).not.toHaveAttribute('aria-selected', 'true');
});
