import { expect, type Locator, type Page } from '@playwright/test';

/** The server's log, `/admin/logs`. */
export class LogsPage {
  readonly log: Locator;
  readonly records: Locator;
  readonly apply: Locator;
  readonly clear: Locator;
  readonly older: Locator;
  readonly beginning: Locator;
  readonly newest: Locator;
  readonly follow: Locator;
  readonly bundle: Locator;
  readonly empty: Locator;

  constructor(readonly page: Page) {
    this.log = page.getByTestId('logs');
    this.records = page.getByTestId('log-record');
    this.apply = page.getByTestId('log-apply');
    this.clear = page.getByTestId('log-clear');
    this.older = page.getByTestId('log-older');
    this.beginning = page.getByTestId('log-beginning');
    this.newest = page.getByTestId('log-newest');
    this.follow = page.getByTestId('logs-follow');
    this.bundle = page.getByTestId('support-bundle');
    this.empty = page.getByTestId('empty');
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(`/admin/logs${query}`);
    await expect(this.log).toBeVisible();
  }

  filter(name: 'level' | 'text' | 'of-request'): Locator {
    return this.page.getByTestId(`log-${name}`);
  }

  saying(text: string): Locator {
    return this.records.filter({ hasText: text });
  }
}
