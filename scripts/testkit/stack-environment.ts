/** What a running stack tells those who use it. */

/** What a stack's `env` file holds. */
export type StackEnvironment = Readonly<Record<string, string | undefined>>;

/** A value without which nothing can be tried. */
export function needed(stack: StackEnvironment, name: string): string {
  const value = stack[name];
  if (value === undefined || value === "") throw new Error(`The stack's environment has no ${name}.`);
  return value;
}
