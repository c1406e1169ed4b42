import { signedIn } from '../support/people';
import { submit, until } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// A node of its own that one job fills: the others wait for as long as the spec wants.
const test = onOwnStack({ ABAQUS: 'standin' });
test.use({ as: 'faculty', viewport: { width: 360, height: 780 } });

test('a professor raises a student’s job from a phone, and is told whom that delays', async ({ page, people, playwright, baseURL, job, request }) => {
  const student = await playwright.request.newContext({ baseURL, storageState: await signedIn(baseURL ?? '', people.student) });
  const other = await playwright.request.newContext({ baseURL, storageState: await signedIn(baseURL ?? '', people.other) });
  const holder = await submit(other, 'cantilever.inp', { cpus: 8, solver: 'abaqus', edit: (deck) => `** standin: hang\n${deck}` });
  await until(request, holder.id, ['Running']);
  const first = await submit(other, 'cantilever.inp', { cpus: 8, solver: 'abaqus' });
  const raised = await submit(student, 'cantilever.inp', { cpus: 8, solver: 'abaqus' });

  await job.open(raised.id);
  await hydrated(page);
  await page.getByTestId('change-priority').click();
  const dialog = page.locator('#priority-dialog');
  await expect(page.getByTestId('delays')).toHaveText('追い越すジョブはありません。');
  await dialog.getByText('至急').click();
  await expect(page.getByTestId('delays')).toHaveText(`追い越すジョブ: ${first.name}(${people.other.name})`);
  // it says as well that a smaller one may begin first all the same
  await expect(dialog).toContainText('小さいジョブは、先に始まることがあります');
  await page.getByTestId('priority-dialog-confirm').click();
  await expect(dialog).toBeHidden();
  await expect(page.locator('main')).toContainText('至急');
  await expect(page.locator('main')).toContainText('順番 1番');

  for (const { id } of [first, raised, holder]) await request.post(`/api/v1/jobs/${id}/cancel`);
  await until(request, holder.id, ['Cancelled']);
  await student.dispose();
  await other.dispose();
});

test('a student is not offered what is for professors', async ({ browser, people, playwright, baseURL }) => {
  const state = await signedIn(baseURL ?? '', people.student);
  const student = await playwright.request.newContext({ baseURL, storageState: state });
  const holder = await submit(student, 'cantilever.inp', { cpus: 8, solver: 'abaqus', edit: (deck) => `** standin: hang\n${deck}` });
  const { id } = await submit(student, 'cantilever.inp', { cpus: 8, solver: 'abaqus' });
  const context = await browser.newContext({ baseURL, storageState: state, locale: 'ja-JP' });
  const page = await context.newPage();
  await page.goto(`/jobs/${id}`);
  await hydrated(page);
  await page.keyboard.press('p');
  const dialog = page.locator('#priority-dialog');
  await expect(dialog.getByRole('radio', { name: /至急/ })).toBeDisabled();
  await expect(dialog.getByRole('radio', { name: /低/ })).toBeEnabled();
  await context.close();
  for (const one of [id, holder.id]) await student.post(`/api/v1/jobs/${one}/cancel`);
  await until(student, holder.id, ['Cancelled']);
  await student.dispose();
});
