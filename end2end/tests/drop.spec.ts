import { submit } from '../support/api';
import { deck, freshName } from '../support/decks';
import { expect, hydrated, test } from '../support/fixtures';

test('files dropped on any page lead to the form with them', async ({ page, newJob }) => {
  const name = `${freshName('dropped')}.inp`;
  await page.goto('/');
  await hydrated(page);
  const text = deck('quick.inp').buffer.toString('utf8');
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    return data;
  }, [name, text] as const);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await expect(page.getByTestId('drop-anywhere')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await page.waitForURL(/\/jobs\/new$/);
  await expect(page.getByTestId('drop-anywhere')).toHaveCount(0);
  await expect(newJob.panels).toContainText(name);
  await newJob.ready();
  // Another one there is added, not taken instead.
  const second = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'second.inp'));
    return data;
  }, text);
  await page.dispatchEvent('main', 'drop', { dataTransfer: second });
  await expect(newJob.panels).toHaveCount(2);
});

test('what was dropped and chosen is there again after a look at another page', async ({ page, newJob }) => {
  const name = freshName('stays');
  await newJob.open();
  await hydrated(page);
  await newJob.choose(deck('quick.inp', `${name}.inp`));
  await newJob.ready();
  await newJob.name.fill(`${name}-typed`);
  await newJob.cpus(2).check();
  await page.getByRole('link', { name: /^ジョブ(?!を)/ }).first().click();
  await page.waitForURL((url) => url.pathname === '/');
  await page.goBack();
  await newJob.ready();
  await expect(newJob.name).toHaveValue(`${name}-typed`);
  await expect(newJob.cpus(2)).toBeChecked();
  await newJob.submit.click();
  await page.waitForURL(/\/jobs\/\d+$/);
  // Submitted is gone from the form.
  await page.getByRole('link', { name: 'ジョブを投入' }).first().click();
  await page.waitForURL(/\/jobs\/new$/);
  await expect(page.getByTestId('drop-zone')).toBeVisible();
  await expect(newJob.panels).toHaveCount(0);
});

test('a name that a job has is said while it is typed, with a free one to take', async ({ page, newJob, request }) => {
  const { name } = await submit(request, 'quick.inp');
  await newJob.open();
  await hydrated(page);
  await newJob.choose(deck('quick.inp', `${freshName('other')}.inp`));
  await newJob.ready();
  await newJob.name.fill(name);
  await expect(newJob.name).toHaveAttribute('aria-invalid', 'true');
  await newJob.panels.getByRole('button', { name: `${name}-2` }).click();
  await expect(newJob.name).toHaveValue(`${name}-2`);
  await expect(newJob.name).not.toHaveAttribute('aria-invalid', 'true');
});

test('one press submits every deck, though the page is left before the first is answered', async ({ page, newJob }) => {
  const names = [freshName('all-one'), freshName('all-two')];
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => (leave = resolve));
  await page.route('**/rpc/submit_job*', async (route) => {
    await left;
    await route.continue();
  });
  await newJob.open();
  await hydrated(page);
  for (const name of names) await newJob.choose(deck('quick.inp', `${name}.inp`));
  await newJob.ready(2);
  const asked = page.waitForRequest('**/rpc/submit_job*');
  await newJob.submit.click();
  await asked;
  await page.getByRole('link', { name: /^ジョブ(?!を)/ }).first().click();
  await page.waitForURL((url) => url.pathname === '/');
  leave();
  for (const name of names) await expect(page.getByRole('main')).toContainText(name);
});
