/** Tasks by the words with which the person at the terminal can start them. */

/**
 * Messages name tasks as `deno task …`. Somebody who has only Node started this command by npx and has no `deno`: for
 * them it is the longer form.
 */
export function asTyped(message: string): string {
  const byNpx = Deno.env.get("npm_lifecycle_event") === "npx";
  return byNpx ? message.replaceAll("deno task", `npx -y deno@${Deno.version.deno} task`) : message;
}
