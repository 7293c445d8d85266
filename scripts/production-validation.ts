/** `deno task test:performance`. */
import { runCommand } from "./command/command.ts";
import { performanceTest } from "./proofs/performance/performance.ts";

await runCommand(performanceTest);
