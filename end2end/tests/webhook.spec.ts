import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, hydrated, onOwnStack } from '../support/fixtures';
import { saveSetting } from '../support/settings';

/** A chat that listens, or says that it cannot. */
const heard: { event: string; text: string }[] = [];
let answer = 200;
const chat = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    if (answer === 200) heard.push(JSON.parse(body));
    response.writeHead(answer).end();
  });
});

const test = onOwnStack(async () => {
  await new Promise<void>((listening) => chat.listen(0, '127.0.0.1', listening));
  return { WEBHOOK_URL: `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hooks/s3cret` };
});

test.afterAll(() => {
  chat.close();
});

test('an admin sends a test to the chat, and sees when it does not arrive', async ({ page, operations, request }) => {
  await operations.open();
  await hydrated(page);
  const panel = page.getByTestId('webhook');
  await expect(panel).toContainText('127.0.0.1');
  await expect(panel).toContainText('まだ送っていません');
  await panel.getByRole('button', { name: '試しに送る' }).click();
  await expect(panel).toContainText('最後に届いたのは');
  expect(heard.map((said) => said.event)).toEqual(['test']);

  // an alarm goes there by itself, with what to do
  await saveSetting(request, 'alert_token_percent', '1');
  const reserved = await request.post('/api/v1/reservations', { data: { tokens: 5, purpose: 'class', seconds: 3600 } });
  expect(reserved.ok(), await reserved.text()).toBe(true);
  await page.reload();
  await expect(page.locator('[data-alert=tokens]')).toBeVisible();
  await expect.poll(() => heard.map((said) => said.event)).toEqual(['test', 'raised']);
  expect(heard[1].text).toContain('いらない予約がないか');

  // the chat is away: said with its answer, and told when it is back
  answer = 503;
  await hydrated(page);
  await panel.getByRole('button', { name: '試しに送る' }).click();
  await expect(panel).toContainText('届いていません');
  await expect(panel).toContainText('HTTP 503');
  await page.getByTestId('lang-en').click();
  await expect(panel).toContainText('Not arriving');
  await expect(panel).toContainText('1 message waits to be sent');
  answer = 200;
  await panel.getByRole('button', { name: 'Send a test' }).click();
  await expect(panel).not.toContainText('Not arriving');
  await expect.poll(() => heard.map((said) => said.event)).toEqual(['test', 'raised', 'test', 'test']);
  await expect(page.locator('body')).not.toContainText('s3cret');
});
