import { execFileSync } from 'node:child_process';
import { deck, freshName } from '../support/decks';
import { expect, hydrated, onOwnStack } from '../support/fixtures';

/** Where Wine is not installed nothing can be tried, and that is said. */
const hasWine = (() => {
  try {
    execFileSync('sh', ['-c', 'command -v wine && command -v wineserver'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

// A node as on Windows, with the stand-in for Abaqus.
const test = onOwnStack(hasWine ? { WITH_WINDOWS: 'yes' } : {});
test.skip(!hasWine, 'Wine not installed');

test('an admin tests a Windows node, and it is well', async ({ page, node }) => {
  await node.open('stand-in-windows');
  await hydrated(page);
  await expect(node.state).toHaveAttribute('data-state', 'Available', { timeout: 60_000 });
  await node.test.click();
  await expect(node.doctorSum).toHaveAttribute('data-ended', 'true', { timeout: 60_000 });
  for (const step of ['name', 'port', 'host_key', 'login', 'shell', 'work_folder', 'program', 'letting_go', 'clock', 'abaqus']) {
    await expect(node.step(step)).toHaveAttribute('data-outcome', 'good');
  }
  await expect(node.step('program')).toContainText('windows');
});

test.describe('a student', () => {
  test.use({ as: 'student' });

  test('submits to it as to any node', async ({ page, newJob, job }) => {
    const name = freshName('梁');
    await newJob.open();
    await hydrated(page);
    await page.getByTestId('solver').selectOption('abaqus');
    await newJob.choose(deck('quick.inp', `${name}.inp`));
    await newJob.submit.click();
    await page.waitForURL(/\/jobs\/\d+$/);
    await job.shows('Completed');
    await expect(page.getByText('stand-in-windows').first()).toBeVisible();
  });
});
