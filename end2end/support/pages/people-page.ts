import { expect, type Locator, type Page } from '@playwright/test';

/** Users, `/admin/users`. */
export class PeoplePage {
  readonly table: Locator;
  readonly search: Locator;
  readonly add: Locator;
  readonly addPanel: Locator;
  readonly editPanel: Locator;
  readonly save: Locator;
  readonly link: Locator;
  readonly openImport: Locator;
  readonly importPanel: Locator;
  readonly file: Locator;
  readonly paste: Locator;
  readonly check: Locator;
  readonly addAll: Locator;
  readonly links: Locator;
  readonly confirmLoss: Locator;
  readonly disable: Locator;
  readonly confirmDisable: Locator;
  readonly jobsStay: Locator;
  readonly confirmStepDown: Locator;

  constructor(readonly page: Page) {
    this.table = page.getByTestId('people');
    this.search = page.getByTestId('people-search');
    this.add = page.getByTestId('add-person');
    this.addPanel = page.getByTestId('add-panel');
    this.editPanel = page.getByTestId('edit-panel');
    this.save = page.getByTestId('save-person');
    this.link = page.getByTestId('link-address');
    this.openImport = page.getByTestId('import-people');
    this.importPanel = page.getByTestId('import-panel');
    this.file = page.getByTestId('people-file');
    this.paste = page.getByTestId('people-paste');
    this.check = page.getByTestId('check-people');
    this.addAll = page.getByTestId('add-all');
    this.links = page.getByTestId('personal-links');
    this.confirmLoss = page.getByTestId('lose-links-confirm');
    this.disable = page.getByTestId('disable-person');
    this.confirmDisable = page.getByTestId('disable-person-confirm');
    this.jobsStay = page.getByTestId('jobs-stay');
    this.confirmStepDown = page.getByTestId('step-down-confirm');
  }

  async open(): Promise<void> {
    await this.page.goto('/admin/users');
    await expect(this.table).toBeVisible();
  }

  row(id: string): Locator {
    return this.page.getByTestId(`person-${id}`);
  }

  state(id: string): Locator {
    return this.row(id).getByTestId('person-state');
  }

  async edit(id: string): Promise<void> {
    await this.row(id).getByTestId('edit-person').click();
    await expect(this.editPanel).toBeVisible();
  }

  field(name: 'id' | 'name' | 'role' | 'jobs' | 'tokens' | 'until'): Locator {
    return this.page.getByTestId(`person-${name}`);
  }

  /** The row of the file's line. */
  preview(line: number): Locator {
    return this.page.getByTestId(`preview-${line}`);
  }
}
