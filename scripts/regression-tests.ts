/** `deno task test:regression`. */
import { runCommand } from "./command/command.ts";
import { regressionTest } from "./proofs/regression/regression.ts";

await runCommand(regressionTest);
