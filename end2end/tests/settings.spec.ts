import { readFileSync } from 'node:fs';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { SettingsPage } from '../support/pages/settings-page';
import { saveSetting, savedSetting } from '../support/settings';

// What is set here holds for every job.
const test = onOwnStack();
// The tests change the same settings: one after the other.
test.describe.configure({ mode: 'serial' });

const PATIENCE = 'backfill_patience';

test('several changes are marked, saved together and in force', async ({ page, settings, request }) => {
  await settings.open();
  await hydrated(page);
  await expect(settings.save).toBeDisabled();
  await settings.field('total_license_tokens').fill('60');
  await settings.field('external_tokens_policy').selectOption('ignore');
  await settings.part('keep_run_folder_on_failure', 'false').check();
  for (const [part, number] of [['2', '59'], ['4', '76'], ['8', '112']]) await settings.part('token_table', part).fill(number);
  await settings.stands('total_license_tokens', 'changed');
  await expect(settings.changes).toContainText('4');
  await settings.save.click();
  await settings.stands('total_license_tokens', 'found');
  await expect(settings.save).toBeDisabled();
  await expect(settings.author('total_license_tokens')).toHaveText('伊藤 健');
  expect((await savedSetting(request, 'token_table')).value).toBe('59,76,112');
  expect((await savedSetting(request, 'external_tokens_policy')).value).toBe('ignore');
  expect((await savedSetting(request, 'keep_run_folder_on_failure')).value).toBe('false');
  const license = (await (await request.get('/api/v1/license')).json()) as { total: number };
  expect(license.total).toBe(60);
});

test('a wrong value is said at its field, is not sent, and stays', async ({ page, settings }) => {
  let sent = 0;
  page.on('request', (request) => (sent += Number(request.url().endsWith('/rpc/save_settings'))));
  await settings.open();
  await hydrated(page);
  await settings.field('poll_interval_seconds').fill('0');
  await settings.field('user_max_tokens').fill('12');
  await settings.stands('poll_interval_seconds', 'invalid');
  await expect(settings.field('poll_interval_seconds')).toHaveAttribute('aria-invalid', 'true');
  await expect(settings.row('poll_interval_seconds')).toContainText('1〜60');
  await expect(settings.save).toBeDisabled();
  await expect(settings.blocked).toContainText('1');
  await page.keyboard.press('Control+Enter');
  expect(sent).toBe(0);
  await expect(settings.field('poll_interval_seconds')).toHaveValue('0');
  await settings.discard.click();
  await expect(settings.field('poll_interval_seconds')).toHaveValue('2');
  await expect(settings.field('user_max_tokens')).toHaveValue('');
});

test('two people at one setting see both values and choose', async ({ page, settings, browser, stack, storageState }) => {
  const context = await browser.newContext({ baseURL: stack.url, storageState });
  const other = new SettingsPage(await context.newPage());
  await settings.open();
  await other.open();
  await hydrated(page);
  await hydrated(other.page);

  await settings.field(PATIENCE).fill('10');
  await other.field(PATIENCE).fill('20');
  await other.save.click();
  await other.stands(PATIENCE, 'found');
  // mine is not touched, theirs is shown beside it
  await settings.stands(PATIENCE, 'undecided');
  await expect(settings.field(PATIENCE)).toHaveValue('10');
  await expect(settings.conflict(PATIENCE)).toContainText('20');
  await expect(settings.save).toBeDisabled();
  await settings.keepMine(PATIENCE).click();
  await settings.stands(PATIENCE, 'changed');
  await settings.save.click();
  await settings.stands(PATIENCE, 'found');
  // the other page has nothing typed there: it follows
  await expect(other.field(PATIENCE)).toHaveValue('10');

  await other.field(PATIENCE).fill('30');
  await settings.field(PATIENCE).fill('40');
  await other.page.keyboard.press('Control+Enter');
  await settings.stands(PATIENCE, 'undecided');
  await settings.takeTheirs(PATIENCE).click();
  await expect(settings.field(PATIENCE)).toHaveValue('30');
  await settings.stands(PATIENCE, 'found');
  await context.close();
});

test('a page that has not heard yet is refused and asks', async ({ page, settings, request, errors }) => {
  await saveSetting(request, PATIENCE, '15');
  // whatever the server says of a change does not come through
  await page.routeWebSocket('**/ws', () => {});
  const before = await (await request.post('/rpc/view_settings', { data: {} })).text();
  await page.route('**/rpc/view_settings', (route) => route.fulfill({ contentType: 'application/json', body: before }));
  await settings.open();
  await hydrated(page);
  await settings.field(PATIENCE).fill('10');
  await settings.field('user_max_tokens').fill('12');
  await saveSetting(request, PATIENCE, '20');
  await settings.save.click();
  await settings.stands(PATIENCE, 'undecided');
  await settings.stands('user_max_tokens', 'changed');
  expect((await savedSetting(request, 'user_max_tokens')).value).toBe('');
  await settings.discard.click();
  await expect(settings.field(PATIENCE)).toHaveValue('20');
  // the browser itself reports the refusal's status
  errors.length = 0;
});

test('an earlier value is one click away, and that is a change of its own', async ({ page, settings, request }) => {
  await saveSetting(request, PATIENCE, '25');
  await saveSetting(request, PATIENCE, '35');
  await settings.open();
  await hydrated(page);
  await settings.openHistory(PATIENCE).click();
  await expect(settings.past(PATIENCE).first()).toContainText('25分 → 35分');
  await settings.undo(PATIENCE, 0).click();
  await expect(settings.field(PATIENCE)).toHaveValue('25');
  await expect(settings.past(PATIENCE).first()).toContainText('35分 → 25分');
  expect((await savedSetting(request, PATIENCE)).value).toBe('25');
});

test('a file is exported, checked whole, previewed and saved', async ({ page, settings, request, errors }) => {
  await saveSetting(request, PATIENCE, '15');
  await settings.open();
  await hydrated(page);
  const [download] = await Promise.all([page.waitForEvent('download'), settings.exportFile.click()]);
  expect(download.suggestedFilename()).toBe('settings.toml');
  const text = readFileSync(await download.path(), 'utf8');
  expect(text).toContain('backfill_patience = 15');

  await settings.openImport.click();
  await settings.importText.fill('backfill_patience = -1\nno_such = 1\n');
  await settings.preview.click();
  await expect(settings.importProblems).toContainText('backfill_patience');
  await expect(settings.importProblems).toContainText('no_such');
  // the browser itself reports the refusal's status
  errors.length = 0;

  await settings.importFile.setInputFiles({
    name: 'settings.toml',
    mimeType: 'application/toml',
    buffer: Buffer.from(text.replace('backfill_patience = 15', 'backfill_patience = 45')),
  });
  await expect(settings.importChanges.locator('tbody tr')).toHaveCount(1);
  await expect(settings.importChanges).toContainText('45分');
  expect((await savedSetting(request, PATIENCE)).value).toBe('15');
  await settings.importSave.click();
  await expect(settings.field(PATIENCE)).toHaveValue('45');
  expect((await savedSetting(request, PATIENCE)).value).toBe('45');
});

test('what was typed is there again after a look at another page', async ({ page, settings }) => {
  await settings.open();
  await hydrated(page);
  await settings.field('user_max_tokens').fill('12');
  await page.getByTestId('to-help').click();
  await expect(page).toHaveURL(/\/help$/);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(settings.field('user_max_tokens')).toHaveValue('12');
  await settings.stands('user_max_tokens', 'changed');
  await settings.discard.click();
});

test('a setting is found by its words', async ({ page, settings }) => {
  await settings.open();
  await hydrated(page);
  await settings.search.fill('カットバック');
  await expect(settings.row('trouble_cutbacks')).toBeVisible();
  await expect(settings.row(PATIENCE)).toBeHidden();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the page shows what is set', async ({ page, settings }) => {
    await settings.open();
    await expect(settings.field('poll_interval_seconds')).toHaveValue('2');
    await expect(settings.save).toBeHidden();
    await expect(page.getByTestId('to-settings')).toHaveAttribute('aria-current', 'page');
  });
});

test('at 360 px nothing runs out of the page', async ({ page, settings }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await settings.open();
  await hydrated(page);
  await settings.field('poll_interval_seconds').fill('0');
  await settings.openImport.click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
