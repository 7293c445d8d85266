/** What the stack says while it comes up: one line a part, with what it is doing and how long that took. */

/** Where progress and the children's output go. */
export interface Report {
  /** Runs one part of the start and says how long it took; a failure is passed on. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Something that happened by itself later: a process that died, a file that changed. */
  note(line: string): void;
}

/** Writes to the terminal: the part's name when it begins, its time on the same line when it is done. */
export function terminalReport(write: (text: string) => void = writeOut): Report {
  let open = "";
  return {
    async step(what, work) {
      const began = performance.now();
      open = `  ${what} ${".".repeat(Math.max(3, 66 - what.length))} `;
      write(open);
      try {
        const result = await work();
        write(`${open === "" ? `  ${what} ` : ""}${seconds(performance.now() - began)}\n`);
        return result;
      } catch (error) {
        const outcome = error instanceof Error && error.name === "AbortError" ? "stopped" : "failed";
        write(`${open === "" ? `  ${what} ` : ""}${outcome}\n`);
        throw error;
      } finally {
        open = "";
      }
    },
    note(line) {
      write(`${open === "" ? "" : "\n"}${line}\n`);
      open = "";
    },
  };
}

/** Says nothing: for tests, whose own output matters more. */
export function silentReport(): Report {
  return { step: (_what, work) => work(), note: () => {} };
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function writeOut(text: string): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  try {
    while (written < bytes.length) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (error) {
    // The terminal was closed. Nobody reads this any more, but there is still something to stop.
    if (
      !(error instanceof Deno.errors.BrokenPipe) && !(error instanceof Error && "code" in error && error.code === "EIO")
    ) {
      throw error;
    }
  }
}
