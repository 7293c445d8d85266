/** `deno task call`: be the caller, on the terminal. */
import { BadArguments, runCommand } from "./command/command.ts";
import { scripted } from "./testkit/caller/answers.ts";
import { type Arguments, readArguments, USAGE } from "./testkit/caller/arguments.ts";
import { typedAnswers } from "./testkit/caller/keyboard.ts";
import { type Line, openLine } from "./testkit/caller/line.ts";
import { placeListedCall } from "./testkit/caller/listed-call.ts";
import { placeCall } from "./testkit/caller/place-call.ts";
import { readStackSettings, StackNotRunning } from "./testkit/caller/settings.ts";
import { endedNormally, inWords, summarise } from "./testkit/caller/summary.ts";
import { prompt, Transcript, turnAsJson } from "./testkit/caller/transcript.ts";
import type { CallEvent } from "./testkit/caller/turns.ts";

/** Runs the command and gives its exit code. The signal puts the phone down, so that the clinic still learns of it. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const wanted = readArguments(args);
  if (wanted.kind === "wrong") throw new BadArguments(wanted.because);
  if (wanted.kind === "help") return 0;
  const settings = readStackSettings(Deno.env.toObject());
  const line = openLine(settings);
  await somebodyAnswers(line);
  return await call(line, settings.twilioApiUrl, wanted, signal);
}

async function call(
  line: Line,
  twilioApiUrl: string | undefined,
  wanted: Extract<Arguments, { kind: "call" }>,
  signal: AbortSignal,
): Promise<number> {
  const { to, from, print } = wanted;
  const typing = wanted.answers === null && Deno.stdin.isTerminal() && print === "transcript";
  const transcript = new Transcript(!typing);
  const listen = (event: CallEvent) => {
    if (print === "transcript") { for (const text of transcript.lines(event)) console.log(text); }
    if (print === "json" && event.type === "turn") console.log(turnAsJson(event.turn));
  };
  const ask = (verb: "Gather" | "Record") => {
    if (typing) Deno.stdout.writeSync(new TextEncoder().encode(prompt(verb)));
  };
  const answer = wanted.answers === null ? typedAnswers(Deno.stdin.readable, ask) : scripted(wanted.answers);

  if (print === "transcript") console.log(`Calling ${to} from ${from}. ${typing ? HINT : ""}`.trimEnd() + "\n");
  const options = { to, from, answer, listen, signal };
  const account = twilioApiUrl === undefined
    ? await placeCall(line, options)
    : await placeListedCall(line, twilioApiUrl, options);
  const summary = summarise(account);
  console.log(print === "json" ? JSON.stringify(summary) : `${print === "transcript" ? "\n" : ""}${inWords(summary)}`);
  return endedNormally(account) ? 0 : 1;
}

const HINT = "Type keys or words and Enter; Enter alone is silence, Ctrl-D hangs up.";

/** Tells a stack that is gone from a clinic that fails: only the second is a call. */
async function somebodyAnswers(line: Line): Promise<void> {
  const url = new URL(line.reachedAt);
  await line.permit(url);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  try {
    const connection = await Deno.connect({ hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"), port });
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    throw new StackNotRunning(
      `Nobody answers at ${line.reachedAt}: the stack is not running. Start it with "deno task start" and call again.`,
    );
  }
}

await runCommand({ usage: USAGE, run: main });
