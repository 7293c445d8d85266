/** A worker of our own beside the stack's, in a process that a test may kill. */
import { delay } from "../../../../scripts/stack/child.ts";
import { freePort } from "../../../../scripts/stack/claims.ts";

const HOST = new URL("../../../../scripts/stack/function-host.ts", import.meta.url);
const ENTRY = new URL("../../../functions/worker/index.ts", import.meta.url);

/** The settings of the function, as the stack gives them to its own. */
function settings(): Record<string, string> {
  const stack = Deno.env.toObject();
  return {
    SUPABASE_URL: stack.API_URL ?? "",
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.SECRET_KEY }),
    TWILIO_ACCOUNT_SID: stack.TWILIO_ACCOUNT_SID ?? "",
    TWILIO_AUTH_TOKEN: stack.TWILIO_AUTH_TOKEN ?? "",
    TWILIO_API_URL: stack.TWILIO_API_URL ?? "",
    PUBLIC_FUNCTIONS_URL: stack.PUBLIC_FUNCTIONS_URL ?? "",
  };
}

/** A worker that is poked without pause and comes back when it is killed, like a supervised one. */
export class WorkerProcess implements AsyncDisposable {
  readonly #port = freePort();
  #process: Deno.ChildProcess;
  #stopped = false;
  readonly #pokes: Promise<void>;

  /** `changes` are settings that differ from those of the stack's own worker. */
  constructor(private readonly changes: Record<string, string> = {}) {
    this.#process = this.#spawn();
    this.#pokes = this.#pokeOn();
  }

  /** Ends it as a power cut would, at whatever it is doing, and starts it again. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    this.#process = this.#spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#pokes;
  }

  #spawn(): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", HOST.href, new URL(ENTRY).pathname, String(this.#port)],
      env: { ...settings(), ...this.changes },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async #pokeOn(): Promise<void> {
    while (!this.#stopped) {
      try {
        const answer = await fetch(`http://127.0.0.1:${this.#port}/worker`, {
          method: "POST",
          headers: { apikey: Deno.env.get("SECRET_KEY") ?? "", "content-type": "application/json" },
          body: "{}",
        });
        await answer.body?.cancel();
        await delay(50);
      } catch {
        await delay(50); // Killed, or not up again yet.
      }
    }
  }
}
