import type { APIRequestContext } from '@playwright/test';
import { submit, until, untilContact } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// What is reserved here would keep the other specs' jobs from starting.
const test = onOwnStack();

interface Reservation {
  id: number;
  purpose: string;
}

async function reserve(request: APIRequestContext, wanted: object): Promise<Reservation> {
  const answer = await request.post('/api/v1/reservations', { data: { purpose: 'CAE', seconds: 3600, ...wanted } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as Reservation;
}

const end = (request: APIRequestContext, id: number) => request.delete(`/api/v1/reservations/${id}`);

const list = async (request: APIRequestContext): Promise<Reservation[]> =>
  (await (await request.get('/api/v1/reservations')).json()) as Reservation[];

test('a reservation is made by the form, seen at once, and ended after one question', async ({ page, licenses, request }) => {
  await licenses.open();
  await hydrated(page);
  await expect(licenses.none).toBeVisible();
  await expect(licenses.free).toHaveText('50');

  await licenses.field('purpose').fill('有限要素法演習');
  await licenses.field('tokens').fill('12');
  await licenses.field('hours').fill('1');
  await licenses.field('purpose').press('Enter');
  await expect(licenses.none).toBeHidden();
  await expect(licenses.free).toHaveText('38');
  const [made] = await list(request);
  await expect(licenses.reservation(made.id)).toContainText('有限要素法演習');

  await licenses.end(made.id).click();
  await expect(licenses.confirmEnd).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(licenses.confirmEnd).toBeHidden();
  await expect(licenses.reservation(made.id)).toBeVisible();

  await licenses.end(made.id).click();
  await licenses.confirmEnd.click();
  await expect(licenses.none).toBeVisible();
  await expect(licenses.free).toHaveText('50');
});

test('what cannot be reserved is said at its field, and what was typed stays', async ({ page, licenses, errors }) => {
  await licenses.open();
  await hydrated(page);
  await licenses.field('purpose').fill('too much');
  await licenses.field('tokens').fill('51');
  await licenses.send.click();
  await expect(licenses.field('tokens')).toHaveAttribute('aria-invalid', 'true');
  await expect(licenses.field('purpose')).toHaveValue('too much');
  // the browser itself reports the refusal's status
  errors.length = 0;
  await licenses.field('tokens').fill('five');
  await licenses.send.click();
  await expect(licenses.field('tokens')).toHaveAttribute('aria-invalid', 'true');
  await expect(licenses.none).toBeVisible();
});

test('what was reserved while the page’s code was on its way is shown', async ({ page, licenses, request }) => {
  let come = (): void => {};
  const held = new Promise<void>((resolve) => (come = resolve));
  await page.route('**/pkg/split_lab_pages*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/licenses', { waitUntil: 'commit' });
  // the frame hears already, the page's own part does not
  await expect(page.getByTestId('live-state')).toHaveAttribute('data-state', 'live');
  const { id } = await reserve(request, { tokens: 5 });
  come();
  await expect(licenses.reservation(id)).toBeVisible();
  await end(request, id);
  await expect(licenses.reservation(id)).toBeHidden();
});

test('somebody else’s reservation appears and goes without a reload', async ({ page, licenses, request }) => {
  await licenses.open();
  await hydrated(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const { id } = await reserve(request, { tokens: 5 });
  await expect(licenses.reservation(id)).toBeVisible();
  await expect(licenses.free).toHaveText('45');
  await end(request, id);
  await expect(licenses.reservation(id)).toBeHidden();
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
});

test('a job waits for reserved cores, says so, and starts when they are given back', async ({ jobs, request }) => {
  await untilContact(request);
  const [node] = (await (await request.get('/api/v1/nodes')).json()) as { id: string; total_cpu_cores: number }[];
  const { id } = await reserve(request, { node: node.id, cores: node.total_cpu_cores });
  const job = await submit(request, 'quick.inp', { cpus: 8, node: node.id });
  await jobs.open();
  await expect(jobs.waitingReason(job.id)).toContainText(`予約${node.total_cpu_cores}個`);
  await end(request, id);
  await until(request, job.id, ['Completed']);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the page shows the pool and the reservations', async ({ page, licenses, request }) => {
    const { id } = await reserve(request, { tokens: 7, purpose: '演習B' });
    await licenses.open();
    await expect(licenses.free).toHaveText('43');
    await expect(licenses.reservation(id)).toContainText('演習B');
    await expect(licenses.form).toBeHidden();
    await expect(page.getByTestId('to-licenses')).toHaveAttribute('aria-current', 'page');
    await end(request, id);
  });
});

test('at 360 px nothing runs out of the page', async ({ page, licenses, request }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  const { id } = await reserve(request, { tokens: 5, purpose: '長い目的'.repeat(20) });
  await licenses.open();
  await hydrated(page);
  await expect(licenses.reservation(id)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await end(request, id);
});
