import { expect, type Locator, type Page } from '@playwright/test';

/** The nodes, `/nodes`. */
export class NodesPage {
  readonly table: Locator;
  readonly add: Locator;
  readonly form: Locator;
  readonly save: Locator;
  /** What opens and closes it. */
  readonly prepareWindows: Locator;
  readonly preparation: Locator;

  constructor(readonly page: Page) {
    this.preparation = page.getByTestId('prepare-windows');
    this.prepareWindows = this.preparation.locator('summary');
    this.table = page.getByTestId('nodes');
    this.add = page.getByTestId('node-add');
    this.form = page.getByTestId('node-form');
    this.save = page.getByTestId('node-save');
  }

  async open(): Promise<void> {
    await this.page.goto('/nodes');
    await expect(this.table).toBeVisible();
  }

  row(id: string): Locator {
    return this.page.getByTestId(`node-row-${id}`);
  }

  /** `data-state` is the state's word. */
  state(id: string): Locator {
    return this.row(id).getByTestId('node-state');
  }

  field(name: NodeFieldName): Locator {
    return this.page.getByTestId(`node-field-${name}`);
  }
}

/** The fields of the form. */
export type NodeFieldName = 'id' | 'name' | 'host' | 'port' | 'user' | 'work_dir' | 'cores' | 'max_tokens' | 'abaqus' | 'calculix';

/** One node, `/nodes/:id`. */
export class NodePage {
  readonly facts: Locator;
  readonly state: Locator;
  readonly reason: Locator;
  readonly form: Locator;
  readonly save: Locator;
  readonly conflict: Locator;
  readonly saveMine: Locator;
  readonly takeTheirs: Locator;
  readonly keyFound: Locator;
  readonly keyAccepted: Locator;
  readonly keySame: Locator;
  readonly askKey: Locator;
  readonly acceptKey: Locator;
  readonly refuseKey: Locator;
  readonly unsure: Locator;
  readonly test: Locator;
  readonly doctorSum: Locator;
  readonly drain: Locator;
  readonly drainReason: Locator;
  readonly drainUntil: Locator;
  readonly confirmDrain: Locator;
  readonly resume: Locator;
  readonly disable: Locator;
  readonly confirmDisable: Locator;
  readonly enable: Locator;
  readonly delete: Locator;
  readonly confirmDelete: Locator;
  readonly deleteRefused: Locator;

  constructor(readonly page: Page) {
    this.facts = page.getByTestId('node-facts');
    this.state = this.facts.getByTestId('node-state');
    this.reason = this.facts.getByTestId('node-reason');
    this.form = page.getByTestId('node-form');
    this.save = page.getByTestId('node-save');
    this.conflict = page.getByTestId('node-conflict');
    this.saveMine = page.getByTestId('node-save-mine');
    this.takeTheirs = page.getByTestId('node-take-theirs');
    this.keyFound = page.getByTestId('host-key-found');
    this.keyAccepted = page.getByTestId('host-key-accepted');
    this.keySame = page.getByTestId('host-key-same');
    this.askKey = page.getByTestId('host-key-ask');
    this.acceptKey = page.getByTestId('host-key-accept');
    this.refuseKey = page.getByTestId('host-key-refuse');
    this.unsure = page.getByTestId('host-key-unsure');
    this.test = page.getByTestId('doctor-start');
    this.doctorSum = page.getByTestId('doctor-sum');
    this.drain = page.getByTestId('node-drain');
    this.drainReason = page.getByTestId('drain-reason');
    this.drainUntil = page.getByTestId('drain-until');
    this.confirmDrain = page.getByTestId('drain-confirm');
    this.resume = page.getByTestId('node-resume');
    this.disable = page.getByTestId('node-disable');
    this.confirmDisable = page.getByTestId('disable-confirm');
    this.enable = page.getByTestId('node-enable');
    this.delete = page.getByTestId('node-delete');
    this.confirmDelete = page.getByTestId('delete-confirm');
    this.deleteRefused = page.getByTestId('delete-refused');
  }

  async open(id: string): Promise<void> {
    await this.page.goto(`/nodes/${id}`);
    await expect(this.facts).toBeVisible();
  }

  field(name: NodeFieldName): Locator {
    return this.page.getByTestId(`node-field-${name}`);
  }

  /** `data-outcome`: good, caution, failed, after, running, waiting. */
  step(name: string): Locator {
    return this.page.getByTestId(`doctor-${name}`);
  }
}
