import { slower, submit, until, untilContact } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { NodePage } from '../support/pages/nodes-page';

// These drain and change the node that the other specs' jobs run on.
const test = onOwnStack();

test('a node is added, its key is compared and accepted, and every step of its test is well', async ({ page, nodes, node, errors }) => {
  await node.open('node-01');
  await hydrated(page);
  const values = {
    host: await node.field('host').inputValue(),
    port: await node.field('port').inputValue(),
    user: await node.field('user').inputValue(),
    work_dir: `${await node.field('work_dir').inputValue()}/second`,
    calculix: await node.field('calculix').inputValue(),
  };
  const accepted = await node.keyAccepted.innerText();

  await page.goto('/nodes');
  await hydrated(page);
  await nodes.add.click();
  await nodes.field('id').fill('auto');
  await nodes.field('cores').fill('none');
  await nodes.save.click();
  for (const name of ['id', 'host', 'user', 'cores', 'calculix'] as const) {
    await expect(nodes.field(name)).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(nodes.field('cores')).toHaveValue('none');
  await nodes.field('id').fill('node-02');
  await nodes.field('cores').fill('1');

  // a Windows machine is prepared for the account that is typed, whatever else is wrong yet
  await nodes.prepareWindows.click();
  await nodes.field('user').fill('taro');
  await expect(nodes.preparation).toContainText("New-LocalUser -Name 'taro'");
  await expect(nodes.preparation).toContainText('ssh-ed25519 ');
  await nodes.field('user').fill('LAB\\taro');
  await expect(nodes.preparation).toContainText("-ArgumentList 'LAB\\taro'");
  await expect(nodes.preparation).not.toContainText('New-LocalUser');
  for (const [name, value] of Object.entries(values)) await nodes.field(name as keyof typeof values).fill(value);
  await nodes.save.click();

  // it is another name of the same machine, so its key is known to this test
  await expect(page).toHaveURL(/\/nodes\/node-02$/);
  await expect(node.keyFound).toHaveText(accepted);
  await expect(node.state).toHaveAttribute('data-state', 'Unavailable');
  await node.acceptKey.click();
  await expect(node.state).toHaveAttribute('data-state', 'Available', { timeout: 30_000 });
  await expect(node.keyAccepted).toHaveText(accepted);

  await node.test.click();
  await expect(node.doctorSum).toHaveAttribute('data-ended', 'true', { timeout: 60_000 });
  for (const step of ['name', 'port', 'host_key', 'login', 'shell', 'work_folder', 'program', 'letting_go', 'clock', 'cores', 'calculix']) {
    await expect(node.step(step)).toHaveAttribute('data-outcome', 'good');
  }
  await nodes.open();
  await expect(nodes.state('node-02')).toHaveAttribute('data-state', 'Available');

  await node.open('node-02');
  await hydrated(page);
  await node.delete.click();
  await node.confirmDelete.click();
  await expect(page).toHaveURL(/\/nodes$/);
  await expect(nodes.row('node-02')).toBeHidden();
  // its own page, still open when the node went, may have asked for it once more
  errors.length = 0;
});

test('a drain says why and until when, where the node is and where its jobs wait', async ({ page, node, jobs, request, errors }) => {
  await untilContact(request);
  await node.open('node-01');
  await hydrated(page);
  await node.drain.click();
  await node.drainReason.fill('メモリー交換');
  await node.drainUntil.fill('2001-01-01T08:00');
  await node.confirmDrain.click();
  await expect(node.drainUntil).toHaveAttribute('aria-invalid', 'true');
  errors.length = 0; // the browser writes the 400
  await node.drainUntil.fill('');
  await node.confirmDrain.click();
  await expect(node.state).toHaveAttribute('data-state', 'Draining');
  await expect(node.reason).toContainText('メモリー交換');

  const { id } = await submit(request, 'quick.inp', { node: 'node-01' });
  await jobs.open();
  await expect(jobs.waitingReason(id)).toContainText('メモリー交換');
  await node.open('node-01');
  await hydrated(page);
  await node.resume.click();
  await expect(node.state).toHaveAttribute('data-state', 'Available');
  await until(request, id, ['Completed']);
});

test('of two who edit, the second is told who changed what, and keeps what was typed', async ({ page, node, browser, baseURL, errors, storageState }) => {
  await node.open('node-01');
  await hydrated(page);
  const before = await node.field('cores').inputValue();
  const context = await browser.newContext({ baseURL, storageState });
  const other = new NodePage(await context.newPage());
  await other.open('node-01');
  await hydrated(other.page);

  await node.field('max_tokens').fill('7');
  await other.field('cores').fill('6');
  await other.save.click();
  await expect(other.facts).toContainText('/ 6');
  await node.save.click();
  await expect(node.conflict).toBeVisible();
  await expect(node.conflict).toContainText('コア数');
  await expect(node.field('max_tokens')).toHaveValue('7');
  await expect(node.field('cores')).toHaveValue(before);
  // the browser itself reports the refusal's status
  errors.length = 0;
  await node.takeTheirs.click();
  await expect(node.field('cores')).toHaveValue('6');
  await expect(node.conflict).toBeHidden();
  await node.field('cores').fill(before);
  await node.save.click();
  await expect(other.field('cores')).toHaveValue(before);
  await context.close();
});

test('a node that is in use cannot be deleted, and says what uses it', async ({ page, node, request }) => {
  await untilContact(request);
  const { id } = await submit(request, 'cantilever.inp', { node: 'node-01', edit: slower });
  await until(request, id, ['Running']);
  await node.open('node-01');
  await hydrated(page);
  await node.delete.click();
  await expect(node.deleteRefused).toContainText('1');
  await expect(node.confirmDelete).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(node.confirmDelete).toBeHidden();
  await request.post(`/api/v1/jobs/${id}/cancel`);
  await until(request, id, ['Cancelled']);
});

test('the keys G N lead to the nodes, and so does the strip above the jobs', async ({ page, jobs, nodes }) => {
  await jobs.open();
  await hydrated(page);
  await page.keyboard.press('g');
  await page.keyboard.press('n');
  await expect(page).toHaveURL(/\/nodes$/);
  await expect(nodes.row('node-01')).toBeVisible();
  await jobs.open();
  await page.getByTestId('node-node-01').click();
  await expect(page).toHaveURL(/\/nodes\/node-01$/);
});
