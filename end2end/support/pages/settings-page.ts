import { expect, type Locator, type Page } from '@playwright/test';

/** The settings, `/admin/settings`. */
export class SettingsPage {
  readonly form: Locator;
  readonly changes: Locator;
  readonly blocked: Locator;
  readonly save: Locator;
  readonly discard: Locator;
  readonly search: Locator;
  readonly exportFile: Locator;
  readonly openImport: Locator;
  readonly importText: Locator;
  readonly importFile: Locator;
  readonly preview: Locator;
  readonly importChanges: Locator;
  readonly importProblems: Locator;
  readonly importSave: Locator;

  constructor(readonly page: Page) {
    this.form = page.getByTestId('settings');
    this.changes = page.getByTestId('settings-changes');
    this.blocked = page.getByTestId('settings-blocked');
    this.save = page.getByTestId('settings-save');
    this.discard = page.getByTestId('settings-discard');
    this.search = page.getByTestId('settings-search');
    this.exportFile = page.getByTestId('settings-export');
    this.openImport = page.getByTestId('settings-import');
    this.importText = page.getByTestId('import-text');
    this.importFile = page.getByTestId('import-file');
    this.preview = page.getByTestId('import-preview');
    this.importChanges = page.getByTestId('import-changes');
    this.importProblems = page.getByTestId('import-problems');
    this.importSave = page.getByTestId('import-save');
  }

  async open(): Promise<void> {
    await this.page.goto('/admin/settings');
    await expect(this.form).toBeVisible();
  }

  row(key: string): Locator {
    return this.page.getByTestId(`setting-${key}`);
  }

  /** The field of a setting that has one. */
  field(key: string): Locator {
    return this.page.getByTestId(`field-${key}`);
  }

  /** One of the fields of a setting that has several: `true`, `false`; `2`, `4`, `8`. */
  part(key: string, part: string): Locator {
    return this.page.getByTestId(`field-${key}-${part}`);
  }

  async stands(key: string, standing: 'found' | 'changed' | 'invalid' | 'undecided'): Promise<void> {
    await expect(this.row(key)).toHaveAttribute('data-standing', standing);
  }

  author(key: string): Locator {
    return this.page.getByTestId(`author-${key}`);
  }

  conflict(key: string): Locator {
    return this.page.getByTestId(`conflict-${key}`);
  }

  takeTheirs(key: string): Locator {
    return this.conflict(key).getByTestId('take-theirs');
  }

  keepMine(key: string): Locator {
    return this.conflict(key).getByTestId('keep-mine');
  }

  openHistory(key: string): Locator {
    return this.page.getByTestId(`history-${key}`);
  }

  /** Lines of a setting's history, newest first. */
  past(key: string): Locator {
    return this.page.getByTestId(`past-${key}`).getByTestId('past-change');
  }

  undo(key: string, line: number): Locator {
    return this.past(key).nth(line).getByTestId('undo');
  }
}
