/** Files in the stack's folder that grow while it runs. */

/** Opens a file that every start empties; writing appends to it. */
export function openLog(path: string): { write(bytes: Uint8Array): void; close(): void } {
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  return {
    write(bytes) {
      let written = 0;
      while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
    },
    close: () => file.close(),
  };
}
