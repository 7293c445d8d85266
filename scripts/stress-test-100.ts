/** `deno task test:stress`. */
import { runCommand } from "./command/command.ts";
import { stressTest } from "./proofs/stress/stress.ts";

await runCommand(stressTest);
