import { expect, type Locator, type Page } from '@playwright/test';

/** The audit log, `/admin/audit`. */
export class AuditPage {
  readonly log: Locator;
  readonly rows: Locator;
  readonly empty: Locator;
  readonly apply: Locator;
  readonly exportFile: Locator;
  readonly older: Locator;
  readonly newest: Locator;

  constructor(readonly page: Page) {
    this.log = page.getByTestId('audit');
    this.rows = this.log.locator('tbody tr');
    this.empty = page.getByTestId('empty');
    this.apply = page.getByTestId('audit-apply');
    this.exportFile = page.getByTestId('audit-export');
    this.older = page.getByTestId('audit-older');
    this.newest = page.getByTestId('audit-newest');
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(`/admin/audit${query}`);
    await expect(this.log).toBeVisible();
  }

  filter(name: 'actor' | 'action' | 'subject' | 'from' | 'to'): Locator {
    return this.page.getByTestId(`audit-${name}`);
  }
}
