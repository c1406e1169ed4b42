import { expect, type Locator, type Page } from '@playwright/test';

/** The licences, `/licenses`. */
export class LicensesPage {
  readonly free: Locator;
  readonly pool: Locator;
  readonly report: Locator;
  readonly form: Locator;
  readonly none: Locator;
  readonly send: Locator;
  readonly confirmEnd: Locator;

  constructor(readonly page: Page) {
    this.free = page.getByTestId('license-free');
    this.pool = page.getByTestId('license-pool');
    this.report = page.getByTestId('license-report');
    this.form = page.getByTestId('reservation-form');
    this.none = page.getByTestId('no-reservations');
    this.send = page.getByTestId('reserve');
    this.confirmEnd = page.getByTestId('end-reservation-confirm');
  }

  async open(): Promise<void> {
    await this.page.goto('/licenses');
    await expect(this.pool).toBeVisible();
  }

  field(name: 'purpose' | 'tokens' | 'hours' | 'node' | 'cores'): Locator {
    return this.page.getByTestId(`reservation-${name}`);
  }

  reservation(id: number): Locator {
    return this.page.getByTestId(`reservation-${id}`);
  }

  /** The button that asks before this one is ended. */
  end(id: number): Locator {
    return this.reservation(id).getByTestId('end-reservation-open');
  }

  holder(id: number): Locator {
    return this.page.getByTestId(`holder-${id}`);
  }
}
