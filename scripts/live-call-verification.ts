/** `deno task test:live`. */
import { runCommand } from "./command/command.ts";
import { liveVerification } from "./proofs/live/live.ts";

await runCommand(liveVerification);
