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
  await expect(newJob.verdict).toHaveAttribute('data-verdict', 'fits');
  // Another one there is added, not taken instead.
  const second = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'second.inp'));
    return data;
  }, text);
  await page.dispatchEvent('main', 'drop', { dataTransfer: second });
  await expect(newJob.panels).toHaveCount(2);
});
