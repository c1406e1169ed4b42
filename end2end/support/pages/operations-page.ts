import { expect, type Locator, type Page } from '@playwright/test';

/** How everything stands, `/admin/operations`. */
export class OperationsPage {
  readonly lead: Locator;
  readonly backUp: Locator;
  readonly doing: Locator;
  readonly rows: Locator;
  readonly alerts: Locator;

  constructor(readonly page: Page) {
    this.lead = page.getByTestId('operations-lead');
    this.backUp = page.getByTestId('back-up');
    this.doing = page.getByTestId('backup-doing');
    this.rows = page.getByTestId('backups').locator('tbody tr');
    this.alerts = page.getByTestId('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/admin/operations');
    await expect(this.page.getByTestId('health')).toBeVisible();
  }

  card(name: 'database' | 'nodes' | 'disk' | 'memory' | 'queue' | 'tokens'): Locator {
    return this.page.getByTestId(`health-${name}`);
  }
}
