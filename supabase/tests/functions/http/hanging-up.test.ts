/** A caller at the terminal who presses Ctrl-C while the clinic keeps a time for them. */
import assert from "node:assert/strict";
import { eventually } from "./twilio-sink.ts";
import { database, HARBOR } from "./stack.ts";

Deno.test("Ctrl-C in mid-call ends the call and releases the time that it held", async () => {
  await using sql = database();
  const call = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "call", "--json", "--to", HARBOR.phone, "--from", "anonymous"],
    cwd: new URL("../../../..", import.meta.url),
    detached: true,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keys = call.stdin.getWriter();
  // Book the first service, on the first free day, at the first time; then asked for a name, and silent.
  await keys.write(new TextEncoder().encode("1\n1\n1\n1\n"));
  let told = "";
  const reading = (async () => {
    for await (const text of call.stdout.pipeThrough(new TextDecoderStream())) told += text;
  })();
  const hold = async (status: string) => {
    const callSid = /"CallSid":"(\w+)"/.exec(told)?.[1] ?? "";
    const [row] = await sql<{ call_sid: string }[]>`
      select call_sid from public.appointment_holds where call_sid = ${callSid} and status = ${status}`;
    return row?.call_sid;
  };

  const callSid = await eventually(() => hold("held"), 30_000);
  assert.ok(callSid, told);
  // By the terminal to every process, and by the task runner once more.
  Deno.kill(-call.pid, "SIGINT");
  Deno.kill(-call.pid, "SIGINT");
  await call.status;
  await reading;
  await keys.abort();

  assert.ok(await hold("released"));
  const [kept] = await sql`select status from public.calls where call_sid = ${callSid}`;
  assert.equal(kept?.status, "completed");
});
