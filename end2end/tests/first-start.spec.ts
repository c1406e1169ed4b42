import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { expect, hydrated, test as base } from '../support/fixtures';
import { JobPage } from '../support/pages/job-page';
import { NodePage, NodesPage } from '../support/pages/nodes-page';
import { PeoplePage } from '../support/pages/people-page';
import { SignInPage } from '../support/pages/sign-in-page';
import { Stack } from '../support/stack';

/** Nobody has an account yet, and there is no node. */
const test = base.extend<{ bare: Stack }>({
  bare: async ({}, use) => {
    const stack = Stack.up({ BARE: '1' });
    await use(stack);
    stack.down();
  },
  storageState: async ({}, use) => {
    await use({ cookies: [], origins: [] });
  },
});

const read = (stack: Stack, file: string): string => readFileSync(join(stack.folder, file), 'utf8');

/** The one-time link that the console of the server shows. */
const firstLink = (stack: Stack): string => /\/welcome\/\S+/.exec(read(stack, 'logs/server.out'))?.[0] ?? '';

/** A browser of somebody's own. */
async function browserOf(browser: Browser, stack: Stack, locale: 'ja' | 'en'): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.url, locale: locale === 'ja' ? 'ja-JP' : 'en-GB' });
  return context.newPage();
}

/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, testid: string): Promise<void> {
  // an address changes before its page is drawn
  await page.getByTestId(testid).waitFor();
  for (let steps = 0; steps < 60; steps++) {
    if (await page.evaluate((id) => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid') === id, testid)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${testid} is not reached by Tab`);
}

for (const locale of ['ja', 'en'] as const) {
  test(`from the first start to the first job, by three people (${locale})`, async ({ bare, browser }) => {
    const admin = await browserOf(browser, bare, locale);
    await admin.goto(firstLink(bare));
    await expect(admin.locator('html')).toHaveAttribute('lang', locale);
    await new SignInPage(admin).setPassword('a sentence of the admin', { id: 'ito', name: '伊藤 健' });
    await expect(admin).toHaveURL('/admin/start');
    await hydrated(admin);
    await expect(admin.getByTestId('step-2')).toHaveAttribute('aria-current', 'step');

    // the first node: its key is compared with what the node itself says
    const [nodes, node] = [new NodesPage(admin), new NodePage(admin)];
    await admin.getByTestId('do-step').click();
    await expect(nodes.form).toBeVisible();
    const ccx = execFileSync('sh', ['-c', 'command -v ccx'], { encoding: 'utf8' }).trim();
    const values = {
      id: 'node-01',
      host: '127.0.0.1',
      port: read(bare, 'ssh/port').trim(),
      user: userInfo().username,
      work_dir: join(bare.folder, 'node'),
      cores: '8',
      calculix: ccx,
    } as const;
    for (const [name, value] of Object.entries(values)) await nodes.field(name as keyof typeof values).fill(value);
    await nodes.save.click();
    const said = execFileSync('ssh-keygen', ['-lf', join(bare.folder, 'ssh/host_ed25519.pub')], { encoding: 'utf8' });
    await expect(node.keyFound).toHaveText(said.split(' ')[1]);
    await node.acceptKey.click();
    await expect(node.state).toHaveAttribute('data-state', 'Available', { timeout: 30_000 });
    await node.test.click();
    await expect(node.doctorSum).toHaveAttribute('data-ended', 'true', { timeout: 60_000 });
    await expect(node.step('calculix')).toHaveAttribute('data-outcome', 'good');

    // the people
    const people = new PeoplePage(admin);
    await people.open();
    await hydrated(admin);
    await people.openImport.click();
    await people.paste.fill('user_id,name,role\ntakahashi,高橋 正,faculty\nsato,佐藤 花子,student\n');
    await people.check.click();
    await people.addAll.click();
    await expect(people.links).toBeVisible();
    const links = (await people.links.innerText()).match(/\/welcome\/[\w-]+/g) ?? [];
    expect(links).toHaveLength(2);

    // the student, with the keyboard alone
    const student = await browserOf(browser, bare, locale);
    await student.goto(links[1]);
    await new SignInPage(student).ready();
    const type = (text: string): Promise<void> => student.keyboard.type(text);
    await tabTo(student, 'new-password');
    await type('a sentence of the student');
    await tabTo(student, 'repeat-password');
    await type('a sentence of the student');
    await student.keyboard.press('Enter');
    await expect(student).toHaveURL('/');
    await hydrated(student);
    await student.keyboard.press('n');
    await expect(student).toHaveURL('/jobs/new');
    await tabTo(student, 'try-sample');
    await student.keyboard.press('Enter');
    await student.locator('[data-testid=deck-verdict]:is([data-verdict=fits], [data-verdict=warnings])').waitFor();
    await tabTo(student, 'submit');
    await student.keyboard.press('Enter');
    await expect(student).toHaveURL('/jobs/1');
    await new JobPage(student).shows('Completed');

    // the professor sees it, and may what the student may not
    const professor = await browserOf(browser, bare, locale);
    await professor.goto(links[0]);
    await new SignInPage(professor).setPassword('a sentence of the professor');
    await expect(professor).toHaveURL('/');
    await hydrated(professor);
    await expect(professor.getByTestId('job-row-1')).toContainText('佐藤 花子');
    await professor.goto('/admin/users');
    await expect(professor.getByTestId('for-admins')).toBeVisible();
    await professor.goto('/jobs/1');
    await hydrated(professor);
    await expect(professor.getByTestId('resubmit')).toBeVisible();

    // what all of them did stands in the log
    await admin.goto('/admin/audit');
    await expect(admin.getByTestId('audit')).toContainText('高橋');
    for (const page of [admin, professor, student]) await page.context().close();
  });
}
