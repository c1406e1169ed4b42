import { expect, type APIRequestContext } from '@playwright/test';

interface Saved {
  key: string;
  value: string;
  version: number;
}

/** What is saved now. */
export async function savedSetting(request: APIRequestContext, key: string): Promise<Saved> {
  const answer = await request.post('/rpc/view_settings', { data: {} });
  expect(answer.status(), await answer.text()).toBe(200);
  const found = ((await answer.json()) as { settings: Saved[] }).settings.find((saved) => saved.key === key);
  if (!found) throw new Error(`there is no setting ${key}`);
  return found;
}

/** Saves one, as somebody else at another machine would. */
export async function saveSetting(request: APIRequestContext, key: string, value: string): Promise<void> {
  const { version } = await savedSetting(request, key);
  const answer = await request.post('/rpc/save_settings', { data: { changes: [{ key, value, version }] } });
  expect(answer.status(), await answer.text()).toBe(200);
}
