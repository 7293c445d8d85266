/** A worker of our own beside the stack's, in a process that a test may kill. */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  functionEnvironment,
  type LoneFunction,
  startLoneFunction,
} from "../../../../scripts/testkit/lone-function.ts";

const ENTRY = fileURLToPath(new URL("../../../functions/worker/index.ts", import.meta.url));

/** A worker that is poked without pause and comes back when it is killed, like a supervised one. */
export class WorkerProcess implements AsyncDisposable {
  #function: Promise<LoneFunction>;
  #stopped = false;
  readonly #pokes: Promise<void>;

  /** `changes` are settings that differ from those of the stack's own worker. */
  constructor(private readonly changes: Record<string, string> = {}) {
    this.#function = this.#start();
    this.#pokes = this.#pokeOn();
  }

  /** Ends it as a power cut would, at whatever it is doing, and starts it again. */
  async kill(): Promise<void> {
    const running = await this.#function;
    const restart = async () => {
      await running[Symbol.asyncDispose]();
      return await this.#start();
    };
    this.#function = restart();
    await this.#function;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await (await this.#function)[Symbol.asyncDispose]();
    await this.#pokes;
  }

  #start(): Promise<LoneFunction> {
    return startLoneFunction(ENTRY, functionEnvironment(Deno.env.toObject(), this.changes));
  }

  async #pokeOn(): Promise<void> {
    while (!this.#stopped) {
      try {
        const { url } = await this.#function;
        const answer = await fetch(`${url}/worker`, {
          method: "POST",
          headers: { apikey: Deno.env.get("SECRET_KEY") ?? "", "content-type": "application/json" },
          body: "{}",
        });
        await answer.body?.cancel();
      } catch (error) {
        // Killed in mid-answer.
        if (!(error instanceof TypeError)) throw error;
      }
      await delay(50);
    }
  }
}
