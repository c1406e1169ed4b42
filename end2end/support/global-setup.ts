import { Stack } from './stack';

/** One stack for all specs that do no harm to it; `STACK_URL` and `STACK_FOLDER` name one that runs already. */
export default function globalSetup(): (() => void) | void {
  if (process.env.STACK_URL) return;
  const stack = Stack.up();
  // Workers are started afterwards and inherit it.
  process.env.STACK_URL = stack.url;
  process.env.STACK_FOLDER = stack.folder;
  return () => stack.down();
}
