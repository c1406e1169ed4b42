import { readFile } from 'node:fs/promises';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { PeoplePage } from '../support/pages/people-page';

// Who is added here stays; and the last admin is the one who is signed in.
const test = onOwnStack();

test('one person is added and the link is shown once', async ({ page }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.add.click();
  await people.field('id').fill('sato.hanako');
  await people.field('name').fill('佐藤 花子');
  await people.field('tokens').fill('１２');
  await people.field('until').fill('2099-03-31');
  await people.field('id').press('Enter');
  await expect(people.link).toContainText(`${new URL(page.url()).origin}/welcome/`);
  await expect(people.state('sato.hanako')).toHaveAttribute('data-state', 'invited');
  await expect(people.row('sato.hanako')).toContainText('2099年3月31日');
  await page.reload();
  await expect(people.row('sato.hanako')).toBeVisible();
  await expect(people.link).toBeHidden();
});

test('what is wrong is said at its field, and what was typed stays', async ({ page, errors }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.add.click();
  await people.field('id').fill('Kato');
  await people.field('tokens').fill('many');
  await people.save.click();
  for (const name of ['id', 'name', 'tokens'] as const) {
    await expect(people.field(name)).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(people.field('tokens')).toHaveValue('many');
  await people.field('id').fill('kato');
  await people.field('name').fill('加藤');
  await people.field('tokens').fill('');
  await people.save.click();
  await expect(people.link).toBeVisible();
  // the same again is refused by the server, at the same field
  await page.getByTestId('add-another').click();
  await people.field('id').fill('kato');
  await people.field('name').fill('別の加藤');
  await people.save.click();
  await expect(people.field('id')).toHaveAttribute('aria-invalid', 'true');
  await expect(people.field('name')).toHaveValue('別の加藤');
  // the browser itself reports the refusal's status
  errors.length = 0;
});

test('a list is added as a whole, and not at all while a row is wrong', async ({ page }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.openImport.click();
  // Japanese Excel's CP932: ユーザーID,氏名,役割 / abe,阿部,学生 / Baba,馬場,教員
  const bytes = [
    '8386815b8355815b49442c8e8196bc2c96f08a840d0a',
    '6162652c88a295942c8a7790b60d0a',
    '426162612c946e8fea2c8bb388f50d0a',
  ];
  await people.file.setInputFiles({ name: '名簿.csv', mimeType: 'text/csv', buffer: Buffer.from(bytes.join(''), 'hex') });
  await expect(people.preview(2)).toContainText('阿部');
  await expect(people.preview(3)).toContainText('Baba');
  await expect(people.addAll).toBeDisabled();
  await expect(people.row('abe')).toBeHidden();

  await people.paste.fill('user_id,name,role\nabe,阿部,学生\nbaba,馬場,教員\n');
  await people.check.click();
  await expect(people.addAll).toBeEnabled();
  await people.addAll.click();
  await expect(people.links).toContainText('/welcome/');
  await expect(people.state('baba')).toHaveAttribute('data-state', 'invited');
  // shown once: another page does not lose them, and closing asks first
  await page.getByTestId('to-audit').first().click();
  await expect(page).toHaveURL(/\/admin\/audit/);
  await page.goBack();
  await expect(people.links).toContainText('/welcome/');
  await people.add.click();
  await expect(people.confirmLoss).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(people.confirmLoss).toBeHidden();
  await expect(people.links).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByTestId('download-links').click();
  const path = await (await download).path();
  expect(await readFile(path, 'utf8')).toMatch(/^\ufeffuser_id,name,link\r\nabe,阿部,http/);
  await people.add.click();
  await expect(people.links).toBeHidden();
  await expect(people.field('id')).toBeVisible();
});

test('a file that is no list says why', async ({ page, errors }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.openImport.click();
  await people.paste.fill('sato,佐藤');
  await people.check.click();
  await expect(people.importPanel).toContainText('user_id');
  await expect(people.addAll).toBeHidden();
  await expect(people.paste).toHaveValue('sato,佐藤');
  errors.length = 0;
});

test('closing an account asks once, says what happens, and can be undone', async ({ page }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.add.click();
  await people.field('id').fill('ueda');
  await people.field('name').fill('上田');
  await people.save.click();
  await expect(people.link).toBeVisible();
  await people.edit('ueda');
  await people.disable.click();
  await expect(people.jobsStay).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(people.confirmDisable).toBeHidden();
  await expect(people.state('ueda')).toHaveAttribute('data-state', 'invited');
  await people.disable.click();
  await people.confirmDisable.click();
  await expect(people.state('ueda')).toHaveAttribute('data-state', 'disabled');
  await page.getByTestId('enable-person').click();
  await expect(people.state('ueda')).toHaveAttribute('data-state', 'invited');
});

test('the last admin cannot be closed out', async ({ page, errors }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await page.getByTestId('people-role').selectOption('admin');
  const rows = people.table.locator('tbody tr');
  await expect(rows).toHaveCount(1);
  await rows.getByTestId('edit-person').click();
  await people.field('role').selectOption('student');
  await people.save.click();
  await people.confirmStepDown.click();
  await expect(page.getByTestId('toast')).toBeVisible();
  await expect(rows).toHaveCount(1);
  await expect(rows.getByTestId('person-state')).toHaveAttribute('data-state', 'active');
  errors.length = 0;
});

test('the first steps show what is done', async ({ page }) => {
  await page.goto('/admin/start');
  await hydrated(page);
  await expect(page.getByTestId('step-1')).toHaveAttribute('data-done', '');
  await expect(page.getByTestId('step-2')).toHaveAttribute('data-done', '');
  await expect(page.getByTestId('current-step')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the page shows who there is', async ({ page }) => {
    const people = new PeoplePage(page);
    await people.open();
    await expect(people.table.locator('tbody tr').first()).toBeVisible();
    await expect(people.add).toBeHidden();
    await expect(page.getByTestId('to-users')).toHaveAttribute('aria-current', 'page');
  });
});

test('at 360 px nothing runs out of the page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.openImport.click();
  await people.paste.fill(`user_id,name,role\n${'a'.repeat(64)},${'長い名前'.repeat(15)},学生\n`);
  await people.check.click();
  await expect(people.preview(2)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await people.add.click();
  await expect(people.field('until')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});

test('on a phone every page of admins and the own account are there', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto('/');
  await hydrated(page);
  await page.locator('.tabbar').getByRole('link', { name: '管理' }).click();
  await expect(page).toHaveURL(/\/admin\//);
  const strip = page.getByRole('navigation', { name: '管理' });
  for (const [name, address] of [['ユーザー', '/admin/users'], ['監査ログ', '/admin/audit'], ['設定', '/admin/settings']]) {
    await strip.getByRole('link', { name }).click();
    await expect(page).toHaveURL(address);
    await expect(strip.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
  }
  await page.getByTestId('to-account-small').click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByTestId('sign-out')).toBeVisible();
});

test('links that nobody kept are lost only by a yes', async ({ page }) => {
  const people = new PeoplePage(page);
  await people.open();
  await hydrated(page);
  await people.openImport.click();
  await people.paste.fill('user_id,name\nwada,和田\n');
  await people.check.click();
  await people.addAll.click();
  await expect(people.links).toContainText('/welcome/');
  await people.add.click();
  await people.confirmLoss.click();
  await expect(people.links).toBeHidden();
  await expect(people.field('id')).toBeVisible();
  // and what is being checked is not what stands in the field a moment later
  await people.openImport.click();
  await people.paste.fill('user_id,name\nyoda,依田\n');
  await people.check.click();
  await expect(people.addAll).toBeEnabled();
  await people.paste.fill('user_id,name\nzaima,財満\n');
  await expect(people.addAll).toBeHidden();
});
