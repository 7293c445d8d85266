/** Files in the stack's folder that grow while it runs. */

/** Opens a file for whoever runs the stack alone; writing appends, also when two processes write. */
export function openLog(path: string): { write(bytes: Uint8Array): void; close(): void } {
  const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  return {
    write(bytes) {
      let written = 0;
      while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
    },
    close: () => file.close(),
  };
}

/** The same for a file that every start empties. */
export function openNewLog(path: string): ReturnType<typeof openLog> {
  Deno.writeTextFileSync(path, "", { mode: 0o600 });
  return openLog(path);
}
