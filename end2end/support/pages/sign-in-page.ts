import type { Locator, Page } from '@playwright/test';

/** The sign-in, the page of a one-time link, and the dialog over a page whose session has ended. */
export class SignInPage {
  readonly id: Locator;
  readonly password: Locator;
  readonly send: Locator;
  readonly error: Locator;
  readonly again: Locator;
  readonly againPassword: Locator;
  readonly againSend: Locator;

  constructor(readonly page: Page) {
    this.id = page.getByTestId('sign-in-id');
    this.password = page.getByTestId('sign-in-password');
    this.send = page.getByTestId('sign-in');
    this.error = page.getByTestId('form-error').first();
    this.again = page.getByTestId('sign-in-again');
    this.againPassword = page.getByTestId('again-password');
    this.againSend = page.getByTestId('again-send');
  }

  /** Waits until the form is more than HTML. */
  async ready(): Promise<void> {
    await this.page.locator('html[data-ready]').waitFor();
  }

  async signIn(id: string, password: string): Promise<void> {
    await this.id.fill(id);
    await this.password.fill(password);
    await this.send.click();
  }

  /** Sets a password by the link that is open; with `first` as the first admin. */
  async setPassword(password: string, first?: { id: string; name: string }): Promise<void> {
    await this.ready();
    if (first) {
      await this.page.getByTestId('welcome-id').fill(first.id);
      await this.page.getByTestId('welcome-name').fill(first.name);
    }
    await this.page.getByTestId('new-password').fill(password);
    await this.page.getByTestId('repeat-password').fill(password);
    await this.page.getByTestId('welcome-set').click();
  }
}
