import { readdirSync, readFileSync } from 'node:fs';
import { slower, submit, until } from '../support/api';
import { expect, hydrated, test } from '../support/fixtures';

/** Pids of the ccx processes whose deck has this name. */
function solvers(name: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      return line[0].endsWith('ccx') && line.includes(name);
    } catch {
      return false; // ended meanwhile
    }
  });
}

test('cancelling a running job asks first, then kills its solver', async ({ page, job, request }) => {
  const { id, name } = await submit(request, 'cantilever.inp', { edit: slower });
  await until(request, id, ['Running']);
  await job.open(id);
  await hydrated(page);
  await expect.poll(() => solvers(name).length).toBe(1);

  await job.cancel.click();
  // The safe answer changes nothing.
  await expect(job.confirmCancel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(job.confirmCancel).toBeHidden();
  expect(solvers(name)).toHaveLength(1);

  await job.cancel.click();
  await job.confirmCancel.click();
  await job.shows('Cancelled');
  expect(solvers(name)).toHaveLength(0);
});
