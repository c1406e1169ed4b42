import { expect, type Locator, type Page } from '@playwright/test';

/** The list of jobs, `/`. */
export class JobsPage {
  readonly table: Locator;

  constructor(readonly page: Page) {
    this.table = page.getByTestId('jobs-table');
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await expect(this.page.getByRole('main')).toBeVisible();
  }

  row(id: number): Locator {
    return this.page.getByTestId(`job-row-${id}`);
  }

  status(id: number): Locator {
    return this.row(id).getByTestId('job-status');
  }

  progress(id: number): Locator {
    return this.row(id).getByTestId('job-progress');
  }

  waitingReason(id: number): Locator {
    return this.row(id).getByTestId('waiting-reason');
  }
}
