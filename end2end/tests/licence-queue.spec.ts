import { submit, until } from '../support/api';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

// Our own count knows 50 tokens, the licence server has 8, and its licence ends soon.
const test = onOwnStack({ ABAQUS: 'standin', STANDIN_LICENSE_TOTAL: '8', STANDIN_LICENSE_POLL_MS: '200', STANDIN_LICENSE_DAYS: '22' });

test('a run in the licence server’s queue says so in its row and on its page, and runs when its turn comes', async ({ page, jobs, job, request }) => {
  const holder = await submit(request, 'cantilever.inp', { cpus: 4, solver: 'abaqus', edit: (deck) => `** standin: hang\n${deck}` });
  const hangs = page.getByTestId(`job-row-${holder.id}`);
  await jobs.open();
  await hydrated(page);
  await expect(hangs.getByTestId('job-status')).toHaveAttribute('data-status', 'Running');
  // It holds the tokens once its status file is there.
  await expect.poll(async () => (await (await request.get(`/api/v1/jobs/${holder.id}/files`)).json()).map((file: { name: string }) => file.name).join()).toContain('.sta');

  const queued = await submit(request, 'quick.inp', { cpus: 2, solver: 'abaqus' });
  await expect(jobs.status(queued.id)).toHaveAttribute('data-queued', 'licence');
  await expect(jobs.row(queued.id)).toContainText('ライセンスサーバーで6トークンの順番待ち');
  await job.open(queued.id);
  await hydrated(page);
  await expect(page.getByTestId('license-queue')).toHaveText('ライセンスサーバーで6トークンの順番待ち');
  await expect(job.status).toContainText('ライセンスサーバーで順番待ち');

  await request.post(`/api/v1/jobs/${holder.id}/cancel`);
  await job.shows('Completed');
  await expect(page.getByTestId('license-queue')).toBeHidden();
  await until(request, queued.id, ['Completed']);
});

test('that the licence ends soon is said on its page, and a refusal’s numbers on the job’s', async ({ page, licenses, job, request }) => {
  const { id } = await submit(request, 'quick.inp', { cpus: 8, solver: 'abaqus' });
  await until(request, id, ['Failed']);
  await job.open(id);
  await expect(job.failure).toContainText('要求12個、全体8個');
  await licenses.open();
  await expect(page.getByTestId('license-expiry')).toContainText('あと22日');
});
