/** `deno task call` in the hands of an impatient person: real processes, real signals. */
import assert from "node:assert/strict";
import { type ClinicDouble, openClinic } from "./testkit/caller/clinic-double.ts";

const repositoryDir = new URL("..", import.meta.url);
const deno = Deno.execPath();
/** How people start it: by Deno, or by Node alone. Both put further processes between the terminal and the caller. */
const launchers = {
  deno: [deno, "task", "--quiet", "call"],
  npx: ["npx", "-y", `deno@${Deno.version.deno}`, "task", "--quiet", "call"],
};

/** A call, waiting for somebody at the keyboard to answer. The process is the head of a group, as in a shell. */
async function inMidCall(clinic: ClinicDouble, asked: Promise<void>, launcher: keyof typeof launchers) {
  const [command = "", ...args] = launchers[launcher];
  const { line } = clinic;
  const process = new Deno.Command(command, {
    args: [...args, "--quiet"],
    cwd: repositoryDir,
    env: {
      STACK_DIR: "/nonexistent",
      FUNCTIONS_URL: line.reachedAt,
      PUBLIC_FUNCTIONS_URL: line.publicUrl,
      TWILIO_AUTH_TOKEN: line.authToken,
    },
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = Promise.all([new Response(process.stdout).text(), new Response(process.stderr).text()]);
  await asked;
  return {
    pid: process.pid,
    async ended() {
      await process.status;
      const [out, err] = await output;
      await process.stdin.abort().catch(() => undefined);
      return { out, err };
    },
  };
}

/** A clinic that asks and then takes its time over the news that the caller is gone. */
function askingClinic() {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const clinic = openClinic({
    voice: () => `<Gather timeout="60"/>`,
    "voice-status": async ({ params }) => {
      if (params.CallStatus === "in-progress") asked.resolve();
      if (params.CallStatus !== "completed") return "";
      told.resolve();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return "";
    },
  });
  return { clinic, asked: asked.promise, told: told.promise };
}

const ways: [name: string, launcher: keyof typeof launchers, stop: (pid: number) => void][] = [
  ["Ctrl-C, which the terminal sends to the whole group", "deno", (pid) => Deno.kill(-pid, "SIGINT")],
  ["Ctrl-C under npx", "npx", (pid) => Deno.kill(-pid, "SIGINT")],
  ["a terminal that is closed", "deno", (pid) => Deno.kill(-pid, "SIGHUP")],
  ["a terminal that is closed under npx", "npx", (pid) => Deno.kill(-pid, "SIGHUP")],
  ["SIGTERM to the launcher alone", "deno", (pid) => Deno.kill(pid, "SIGTERM")],
  ["SIGTERM to npx alone", "npx", (pid) => Deno.kill(pid, "SIGTERM")],
];

for (const [name, launcher, stop] of ways) {
  Deno.test(`${name} hangs up once, and its repetitions do not cut that short`, async () => {
    const { clinic, asked, told } = askingClinic();
    await using _ = clinic;
    const call = await inMidCall(clinic, asked, launcher);
    stop(call.pid);
    await told;
    try {
      stop(call.pid);
    } catch (error) {
      // The launcher need not wait for what it has launched.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const { out, err } = await call.ended();
    assert.deepEqual(clinic.at("voice-status").map(({ params }) => params.CallStatus), [
      "ringing",
      "in-progress",
      "completed",
    ]);
    assert.deepEqual({ err, out: out.trim().replace(/^.*real line\. /, "") }, { err: "", out: "The caller hung up." });
  });
}
