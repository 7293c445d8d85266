/** For the stack's own Deno processes: their standard input is a pipe from the stack, which closes when the stack dies. */
export function leaveWithTheStack(lastDeed: () => Promise<void> = () => Promise.resolve()): void {
  const listen = async () => {
    for await (const _ of Deno.stdin.readable) {
      // Nothing is ever sent; only the end matters.
    }
    await lastDeed();
    Deno.exit(0);
  };
  void listen();
}
