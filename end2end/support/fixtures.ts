import { test as base, expect, type ConsoleMessage, type Page } from '@playwright/test';
import { AuditPage } from './pages/audit-page';
import { JobPage } from './pages/job-page';
import { JobsPage } from './pages/jobs-page';
import { LicensesPage } from './pages/licenses-page';
import { LogsPage } from './pages/logs-page';
import { NewJobPage } from './pages/new-job-page';
import { peopleOf, signedIn, type Person } from './people';
import { OperationsPage } from './pages/operations-page';
import { SettingsPage } from './pages/settings-page';
import { NodePage, NodesPage } from './pages/nodes-page';
import { Stack } from './stack';

/** The browser itself writes this one for every try of a socket whose server is away. */
const harmless = (text: string): boolean => /^WebSocket connection to '.*' failed/.test(text);

/** Collects what a page says went wrong. */
function watch(page: Page, found: string[]): void {
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error' && !harmless(message.text())) found.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
}

/** Whom pages and requests belong to unless a spec says otherwise. */
type Role = Person['role'] | 'nobody';

interface Fixtures {
  /** Who is signed in: one of the stack's people by role. `test.use({ as: 'student' })`. */
  as: Role;
  /** The folder of the stack that pages are of. */
  stackFolder: string;
  /** Everybody who may sign in there. */
  people: Record<'admin' | 'faculty' | 'student' | 'other', Person>;
  jobs: JobsPage;
  newJob: NewJobPage;
  job: JobPage;
  licenses: LicensesPage;
  settings: SettingsPage;
  audit: AuditPage;
  operations: OperationsPage;
  logs: LogsPage;
  nodes: NodesPage;
  node: NodePage;
  /** Errors pages have reported so far; a spec that provokes one empties it. At the end none may be left. */
  errors: string[];
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => {
    await use(process.env.STACK_URL);
  },
  stackFolder: async ({}, use) => {
    await use(process.env.STACK_FOLDER ?? '');
  },
  people: async ({ stackFolder }, use) => {
    const [admin, faculty, student, other] = peopleOf(stackFolder);
    await use({ admin, faculty, student, other });
  },
  as: ['admin', { option: true }],
  storageState: async ({ as, people, baseURL }, use) => {
    await use(await signedIn(baseURL ?? '', as === 'nobody' ? null : people[as]));
  },
  errors: async ({}, use) => {
    const errors: string[] = [];
    await use(errors);
    expect(errors, 'errors the pages reported').toEqual([]);
  },
  page: async ({ page, errors }, use) => {
    watch(page, errors);
    await use(page);
  },
  jobs: async ({ page }, use) => {
    await use(new JobsPage(page));
  },
  newJob: async ({ page }, use) => {
    await use(new NewJobPage(page));
  },
  job: async ({ page }, use) => {
    await use(new JobPage(page));
  },
  licenses: async ({ page }, use) => {
    await use(new LicensesPage(page));
  },
  settings: async ({ page }, use) => {
    await use(new SettingsPage(page));
  },
  audit: async ({ page }, use) => {
    await use(new AuditPage(page));
  },
  operations: async ({ page }, use) => {
    await use(new OperationsPage(page));
  },
  logs: async ({ page }, use) => {
    await use(new LogsPage(page));
  },
  nodes: async ({ page }, use) => {
    await use(new NodesPage(page));
  },
  node: async ({ page }, use) => {
    await use(new NodePage(page));
  },
});

/** Waits until the page answers to clicks, its own part too, and hears what happens. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-ready', '');
  await expect(page.getByTestId('live-state')).toHaveAttribute('data-state', 'live');
}

/** `test` for a file that needs a stack of its own, in place of the shared one; with more variables for its server. */
export const onOwnStack = (env: NodeJS.ProcessEnv | (() => Promise<NodeJS.ProcessEnv>) = {}) =>
  test.extend<object, { stack: Stack }>({
    stack: [
      async ({}, use) => {
        const stack = Stack.up(typeof env === 'function' ? await env() : env);
        await use(stack);
        stack.down();
      },
      { scope: 'worker' },
    ],
    baseURL: async ({ stack }, use) => {
      await use(stack.url);
    },
    stackFolder: async ({ stack }, use) => {
      await use(stack.folder);
    },
  });

export { expect };
