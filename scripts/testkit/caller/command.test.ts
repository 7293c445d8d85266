import assert from "node:assert/strict";
import { type ClinicDouble, openClinic } from "./clinic-double.ts";

const COMMAND = new URL("../../call.ts", import.meta.url).pathname;

/** Runs `scripts/call.ts` as `deno task call` does; `clinic` is the stack that its environment names. */
function start(clinic: Pick<ClinicDouble, "line"> | null, args: readonly string[], stdin: "null" | "piped" = "null") {
  const { line } = clinic ?? {};
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "--allow-read", "--allow-env", COMMAND, ...args],
    env: {
      // The tests may themselves run beside a stack: what its environment names is not the clinic that is called here.
      STACK_DIR: "/nonexistent",
      FUNCTIONS_URL: line?.reachedAt ?? "",
      PUBLIC_FUNCTIONS_URL: line?.publicUrl ?? "",
      TWILIO_AUTH_TOKEN: line?.authToken ?? "",
    },
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(clinic: Pick<ClinicDouble, "line"> | null, ...args: string[]) {
  const { code, stdout, stderr } = await start(clinic, args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a scripted call prints its transcript and a summary, and exits with 0", async () => {
  await using clinic = openClinic({
    voice: ({ params }) =>
      params.Digits ? `<Say>Booked.</Say><Hangup/>` : `<Gather numDigits="1"><Say>Press 1.</Say></Gather>`,
  });
  const { code, out, err } = await run(clinic, "--answers", "1");
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^Calling \+12125550100 from \+12125550123\.\n\n +\d+ ms {2}clinic {3}Press 1\.\n +caller {3}1\n/);
  assert.match(out, /\n2 turns: p50 \d+, p95 \d+, max \d+ ms; .* The clinic hung up\.$/);
});

Deno.test("--json prints nothing but a line for each turn and one for the summary", async () => {
  await using clinic = openClinic({ voice: () => `<Redirect>voice?again</Redirect>`, "voice-status": () => "" });
  const { out, code } = await run(clinic, "--json", "--from", "anonymous", "--answers");
  const lines = out.split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 61);
  assert.deepEqual([lines[0].type, lines[0].request.params.From], ["turn", "anonymous"]);
  assert.deepEqual([lines[60].type, lines[60].ending.how], ["summary", "turn limit"]);
  assert.equal(code, 1);
});

Deno.test("a caller who hears of an application error exits with 1", async () => {
  await using clinic = openClinic({});
  const { code, out } = await run(clinic, "--quiet", "--answers");
  assert.equal(code, 1);
  assert.match(out, /^2 turns: .*application error\.$/);
});

Deno.test("when the keyboard ends, the caller hangs up and the clinic learns of it", async () => {
  await using clinic = openClinic({ voice: () => `<Gather/>` });
  const { code, out } = await run(clinic, "--quiet");
  assert.equal(code, 0);
  assert.match(out, /The caller hung up\.$/);
  assert.equal(clinic.at("voice-status").at(-1)?.params.CallStatus, "completed");
});

Deno.test("Ctrl-C hangs up, and the clinic learns of it", async () => {
  const reached = Promise.withResolvers<void>();
  await using clinic = openClinic({
    voice: () => {
      // Left unanswered, so that the caller is surely still waiting when the signal comes.
      reached.resolve();
      return new Promise((resolve) => setTimeout(() => resolve(`<Gather/>`), 300));
    },
  });
  const child = start(clinic, ["--quiet"], "piped");
  await reached.promise;
  child.kill("SIGINT");
  const { code, stdout } = await child.output();
  await child.stdin.close();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /The caller hung up\./);
  assert.equal(clinic.at("voice-status").at(-1)?.params.CallStatus, "completed");
});

Deno.test("without a stack there is one plain sentence and exit code 1", async () => {
  const { line, [Symbol.asyncDispose]: close } = openClinic({});
  await close();
  for (const clinic of [null, { line }]) {
    const { code, out, err } = await run(clinic);
    assert.deepEqual({ code, out }, { code: 1, out: "" });
    assert.match(err, /^Nobody answers.*the stack is not running.*deno(@\S+)? task start.*$/);
  }
});

Deno.test("a stack at an address outside this machine is refused", async () => {
  const { line, [Symbol.asyncDispose]: close } = openClinic({}, { reachedAt: "http://192.0.2.1/functions/v1" });
  await close();
  const { code, err } = await run({ line });
  assert.equal(code, 1);
  assert.match(err, /^http:\/\/192\.0\.2\.1\/functions\/v1 is refused: .*$/);
});

Deno.test("wrong options give a sentence, the usage and exit code 2; help gives the usage and 0", async () => {
  const wrong = await run(null, "--to", "555");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^"555" is not a phone number.*\n\nUsage: /);
  const help = await run(null, "--help");
  assert.deepEqual({ code: help.code, err: help.err }, { code: 0, err: "" });
  assert.match(help.out, /^Usage: /);
});
