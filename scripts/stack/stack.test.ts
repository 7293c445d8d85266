/** The stack from outside, as `deno task start` runs it: a process that is started, hurt, and stopped. */
import { setTimeout as delay } from "node:timers/promises";
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { freePort } from "./claims.ts";
import { isAlive } from "./child.ts";
import { exists, fromFileUrl, join } from "./paths.ts";

const entry = fromFileUrl(new URL("start.ts", import.meta.url));

interface Started {
  readonly pid: number;
  readonly stdout: () => string;
  readonly ended: Promise<{ code: number; stderr: string }>;
}

function start(stackDir: string, ports: { api: number; db: number; ops: number }): Started {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", entry],
    env: {
      STACK_DIR: stackDir,
      STACK_API_PORT: String(ports.api),
      STACK_DB_PORT: String(ports.db),
      STACK_OPS_PORT: String(ports.ops),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stdout = "";
  const read = async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) stdout += text;
  };
  const ended = Promise.all([child.status, new Response(child.stderr).text(), read()]);
  return {
    pid: child.pid,
    stdout: () => stdout,
    ended: ended.then(([{ code }, stderr]) => ({ code, stderr })),
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  for (const began = performance.now(); !await holds();) {
    assert.ok(performance.now() - began < withinMs, `${what}: not within ${withinMs} ms`);
    await delay(20);
  }
}

async function isUp(stack: Started, stackDir: string): Promise<Record<string, string | undefined>> {
  let over = false;
  stack.ended.then(() => over = true);
  await until("the env file", () => over || exists(join(stackDir, "env")), 60_000);
  assert.ok(!over, `the stack ended: ${stack.stdout()}\n${(over ? await stack.ended : { stderr: "" }).stderr}`);
  return parseEnv(Deno.readTextFileSync(join(stackDir, "env")));
}

/** The status of the cheapest RPC. */
async function callHealth(env: Record<string, string | undefined>): Promise<number> {
  const response = await fetch(`${env.API_URL}/rest/v1/rpc/check_health`, {
    method: "POST",
    headers: { apikey: `${env.SECRET_KEY}`, "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(5000),
  });
  await response.body?.cancel();
  return response.status;
}

/** All processes below one, children of children too. */
async function below(root: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid="] }).output();
  const pairs = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  for (let parents = [root]; parents.length > 0;) {
    const children = pairs.filter(([, parent]) => parents.includes(parent ?? 0)).map(([pid]) => pid ?? 0);
    found.push(...children);
    parents = children;
  }
  return found;
}

function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  // Where nobody collects orphans a dead one stays listed, as a zombie.
  try {
    return !/^\d+ \(.*\) Z/s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return exists("/proc") ? false : true;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

async function nothingIsLeft(processes: number[], stackDir: string, ports: number[]): Promise<void> {
  await until("every process is gone", () => !processes.some(isRunning), 10_000);
  await until("every port is free", () => ports.every(isFree), 10_000);
  assert.equal(exists(join(stackDir, "env")), false);
}

Deno.test("a stack, from its start over all that can happen to it to its end", async (t) => {
  const stackDir = Deno.makeTempDirSync({ prefix: "frontdesk-stack-test-" });
  const ports = { api: freePort(), db: freePort(), ops: freePort() };
  let stack = start(stackDir, ports);
  let env: Record<string, string | undefined> = {};
  let whole = true;
  // Each step goes on where the one before it left the stack: after a failure the rest would wait for what never comes.
  const step = async (name: string, run: () => Promise<void>) => {
    if (whole) whole = await t.step(name, run);
  };
  try {
    await step("it says where everything is", async () => {
      env = await isUp(stack, stackDir);
      assert.equal(env.API_URL, `http://127.0.0.1:${ports.api}`);
      assert.equal(await callHealth(env), 200);
      const health = await fetch(`${env.OPS_URL}/health`);
      assert.equal(health.status, 200);
      assert.equal((await health.json()).status, "ok");
    });

    await step("what it keeps is nobody else's to read", () => {
      const modes = [...Deno.readDirSync(stackDir)].map(({ name }) => Deno.statSync(join(stackDir, name)).mode ?? 0);
      assert.equal((Deno.statSync(stackDir).mode ?? 0) & 0o766, 0o700);
      for (const mode of modes) assert.equal(mode & 0o077, 0);
      return Promise.resolve();
    });

    await step("its logs have a line for each request, and no error", async () => {
      await (await fetch(`${env.FUNCTIONS_URL}/health?told=+12125550123`)).body?.cancel();
      const log = (name: string) => Deno.readTextFileSync(join(stackDir, name));
      assert.doesNotMatch(log("postgres.log"), /ERROR|FATAL|PANIC/);
      assert.match(log("functions.log"), /^\S+Z GET \/functions\/v1\/health 200 \d+ ms [0-9a-f-]{36}$/m);
      assert.match(log("api.log"), /^\S+Z POST \/rest\/v1\/rpc\/check_health 200 \d+ ms [0-9a-f-]{36}$/m);
      assert.doesNotMatch(log("functions.log"), /12125550123/);
    });

    await step("a second start on its folder is refused in one sentence and does it no harm", async () => {
      const second = await start(stackDir, { api: freePort(), db: freePort(), ops: freePort() }).ended;
      assert.equal(second.code, 1);
      assert.match(second.stderr, /^A stack is already running on \S+; set STACK_DIR [^\n]*\.\n$/);
      assert.equal(await callHealth(env), 200);
      assert.ok(exists(join(stackDir, "env")));
    });

    await step("a start on a port that it holds is refused in one sentence", async () => {
      const otherDir = Deno.makeTempDirSync({ prefix: "frontdesk-stack-test-" });
      const other = await start(otherDir, { ...ports, api: freePort(), ops: freePort() }).ended;
      assert.equal(other.code, 1);
      assert.equal(other.stderr, `Port ${ports.db} is already taken; set STACK_DB_PORT to a free one.\n`);
      Deno.removeSync(otherDir, { recursive: true });
    });

    await step("Postgres, killed, is back and the next call works", async () => {
      const idFile = join(stackDir, "postgres", "postmaster.pid");
      const postmaster = () => exists(idFile) ? Number(Deno.readTextFileSync(idFile).split("\n")[0]) : 0;
      const killed = postmaster();
      const began = performance.now();
      Deno.kill(killed, "SIGKILL");
      await until(
        "another Postgres answers",
        async () => postmaster() !== killed && await callHealth(env) === 200,
        30_000,
      );
      // Two seconds are promised; how busy this machine is must not decide whether the test passes.
      console.log(`    Postgres answered again after ${Math.round(performance.now() - began)} ms`);
      const answers = await Promise.all(Array.from({ length: 40 }, () => callHealth(env)));
      assert.deepEqual(new Set(answers), new Set([200]));
    });

    await step("killed itself, it leaves nothing behind", async () => {
      const processes = await below(stack.pid);
      assert.ok(processes.length > 5);
      Deno.kill(stack.pid, "SIGKILL");
      await stack.ended;
      await nothingIsLeft(processes, stackDir, Object.values(ports));
    });

    await step("its next start finds the data as it was", async () => {
      stack = start(stackDir, ports);
      env = await isUp(stack, stackDir);
      assert.equal(await callHealth(env), 200);
    });

    await step("SIGINT stops everything", async () => {
      const processes = await below(stack.pid);
      Deno.kill(stack.pid, "SIGINT");
      const { code } = await stack.ended;
      assert.equal(code, 0);
      await nothingIsLeft(processes, stackDir, Object.values(ports));
    });
  } finally {
    if (isRunning(stack.pid)) Deno.kill(stack.pid, "SIGTERM");
    await stack.ended;
    Deno.removeSync(stackDir, { recursive: true });
  }
});

Deno.test("SIGTERM in the middle of the first start stops what has been started", async () => {
  const stackDir = Deno.makeTempDirSync({ prefix: "frontdesk-stack-test-" });
  const ports = { api: freePort(), db: freePort(), ops: freePort() };
  const stack = start(stackDir, ports);
  await until("the migrations begin", () => stack.stdout().includes("Migrations"), 30_000);
  await delay(500);
  const processes = await below(stack.pid);
  Deno.kill(stack.pid, "SIGTERM");
  const { code, stderr } = await stack.ended;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  await nothingIsLeft(processes, stackDir, Object.values(ports));
  Deno.removeSync(stackDir, { recursive: true });
});
