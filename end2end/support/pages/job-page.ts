import { expect, type Locator, type Page } from '@playwright/test';

/** One job, `/jobs/:id`. */
export class JobPage {
  readonly status: Locator;
  readonly progress: Locator;
  readonly log: Locator;
  readonly plot: Locator;
  readonly files: Locator;
  readonly history: Locator;
  readonly failure: Locator;
  readonly evidence: Locator;
  readonly cancel: Locator;
  readonly confirmCancel: Locator;

  constructor(readonly page: Page) {
    // The head's own; lists of related jobs show states too.
    this.status = page.getByTestId('job-status').first();
    this.progress = page.getByTestId('job-progress').first();
    this.log = page.getByTestId('log-panel');
    this.plot = page.getByTestId('convergence-plot');
    this.files = page.getByTestId('files-list');
    this.history = page.getByTestId('history');
    this.failure = page.getByTestId('failure-panel');
    this.evidence = page.getByTestId('evidence');
    this.cancel = page.getByTestId('cancel');
    this.confirmCancel = page.getByTestId('confirm-cancel');
  }

  async open(id: number): Promise<void> {
    await this.page.goto(`/jobs/${id}`);
    await expect(this.status).toBeVisible();
  }

  file(name: string): Locator {
    return this.page.getByTestId(`file-${name}`);
  }

  logTab(ending: string): Locator {
    return this.page.getByTestId(`log-tab-${ending}`);
  }

  async shows(status: string, timeout = 120_000): Promise<void> {
    await expect(this.status).toHaveAttribute('data-status', status, { timeout });
  }
}
