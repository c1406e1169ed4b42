import { expect, type Locator, type Page } from '@playwright/test';
import type { Dropped } from '../decks';

/** The form, `/jobs/new`. */
export class NewJobPage {
  readonly verdict: Locator;
  readonly panels: Locator;
  readonly name: Locator;
  readonly submit: Locator;
  readonly trySample: Locator;

  constructor(readonly page: Page) {
    this.panels = page.getByTestId('deck-panel');
    this.verdict = page.getByTestId('deck-verdict');
    this.name = page.getByTestId('job-name');
    this.submit = page.getByTestId('submit');
    this.trySample = page.getByTestId('try-sample');
  }

  async open(): Promise<void> {
    await this.page.goto('/jobs/new');
    await expect(this.page.getByTestId('drop-zone')).toBeVisible();
  }

  async choose(...files: Dropped[]): Promise<void> {
    await this.page.getByTestId('file-input').setInputFiles(files);
  }

  /** So many decks can be submitted; what is only pointed out does not keep them. */
  async ready(count = 1): Promise<void> {
    await expect(this.page.locator('[data-testid=deck-verdict]:is([data-verdict=fits], [data-verdict=warnings])')).toHaveCount(count);
  }

  cpus(count: 2 | 4 | 8): Locator {
    return this.page.getByTestId(`cpus-${count}`);
  }
}
