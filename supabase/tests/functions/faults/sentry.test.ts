import assert from "node:assert/strict";
import { inboundCall, newSid } from "../../../../scripts/testkit/caller/call-parameters.ts";
import { type Exchange, send, sign } from "../../../../scripts/testkit/caller/line.ts";
import { packagesLoadedBy } from "../../../../scripts/testkit/import-graph.ts";
import type { Fault } from "../../../../scripts/testkit/faults/fault-proxy.ts";
import { type Lane, openLane } from "../../../../scripts/testkit/faults/lane.ts";
import { errorsIn, type Report } from "../../../../scripts/testkit/faults/sentry-double.ts";
import { fileURLToPath } from "node:url";
import { CEDAR, HARBOR } from "../http/stack.ts";

const environment = Deno.env.toObject();
const FROM = "+12125550177";

function openVoice(): Promise<Lane> {
  return openLane(environment, { functions: ["voice"] });
}

/** A turn that asks the database for what the state names. */
function turn({ line }: Lane, clinic: { id: string; phone: string }, query: string, words: string): Promise<Exchange> {
  const call = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to: clinic.phone, from: FROM });
  const state = `org=${clinic.id}&zone=UTC&locale=en-US&asked=2026-11-22T15%3A29&version=1&${query}`;
  return send(line, sign(line, `voice?${state}`, { ...call, CallStatus: "in-progress", SpeechResult: words }));
}

const ask = (lane: Lane, clinic: { id: string; phone: string }) =>
  turn(lane, clinic, "step=question", "may Zebulon come too");

async function reportOf(lane: Lane, exchange: Exchange): Promise<Report> {
  const requestId = exchange.headers["x-request-id"];
  const report = await lane.reports.event(({ tags }) => tags?.request_id === requestId, 15_000);
  assert.ok(report, "Sentry got it");
  return report;
}

Deno.test("a failure is told with all that helps, and nothing that is a caller's", async () => {
  await using lane = await openVoice();
  lane.database.break({ fault: "error" });
  const report = await reportOf(lane, await ask(lane, HARBOR));
  const { function: name, step, operation, clinic, duration_ms, code } = report.tags ?? {};
  assert.deepEqual([name, step, operation, clinic, code], ["voice", "question", "voice question", HARBOR.id, "53000"]);
  assert.ok(typeof duration_ms === "number");
  assert.deepEqual(errorsIn(report), ["DatabaseError: search_knowledge: the database refused (53000)"]);
  const frames = report.exception?.values?.[0]?.stacktrace?.frames ?? [];
  assert.ok(frames.some((frame) => JSON.stringify(frame).includes("operation.ts")), "the stack says where");
  const raw = lane.reports.raw.join("\n");
  for (const word of ["Zebulon", "come too", "2125550177", "step=question", "x-twilio", "too many open files"]) {
    assert.ok(!raw.includes(word), word);
  }
});

Deno.test("one fault is one issue, and another is another", async () => {
  await using lane = await openVoice();
  const groups: string[] = [];
  for (const fault of ["refuse", "refuse", "half", "half", "error", "error"] satisfies Fault[]) {
    lane.database.break({ fault });
    groups.push(JSON.stringify((await reportOf(lane, await ask(lane, HARBOR))).fingerprint));
    lane.database.mend();
  }
  assert.equal(new Set(groups).size, 3);
  for (const [one, other] of [[0, 1], [2, 3], [4, 5]] as const) assert.equal(groups[one], groups[other]);
});

Deno.test("calls that fail at the same time never share a tag", async () => {
  await using lane = await openVoice();
  lane.database.break({ fault: "drop" });
  await Promise.all(Array.from({ length: 40 }, async (_, index) => {
    const [clinic, other] = index % 2 === 0 ? [HARBOR, CEDAR] : [CEDAR, HARBOR];
    const [query, step] = index % 3 === 0 ? ["step=answer", "answer"] : ["step=question", "question"];
    const report = await reportOf(lane, await turn(lane, clinic, query, "where do I park"));
    assert.deepEqual([report.tags?.clinic, report.tags?.step], [clinic.id, step]);
    assert.ok(!JSON.stringify(report).includes(other.id));
  }));
});

for (const fault of ["refuse", "hang", "drop", "late", "trickle", "error", "html"] satisfies Fault[]) {
  Deno.test(`no caller waits for Sentry when it breaks (${fault}), and the log says what it would have`, async () => {
    await using lane = await openVoice();
    lane.sentry.break({ fault });
    lane.database.break({ fault: "drop" });
    const slowest: number[] = [];
    for (let calls = 0; calls < 3; calls++) {
      const { status, ms, body } = await ask(lane, HARBOR);
      assert.equal(status, 200);
      assert.match(body, /let me help you another way/);
      slowest.push(ms);
    }
    assert.ok(Math.max(...slowest) < 2000, `${slowest}`);
    for (let waited = 0; !lane.log().includes("search_knowledge") && waited < 6000; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (fault !== "late" && fault !== "trickle") assert.match(lane.log(), /"function":"voice".*search_knowledge/);
    const { SECRET_KEY = "?", TWILIO_AUTH_TOKEN = "?" } = environment;
    for (const word of ["Zebulon", "2125550177", SECRET_KEY, TWILIO_AUTH_TOKEN]) assert.ok(!lane.log().includes(word));
  });
}

/** The packages that a function loads before it runs. */
function loadedBy(name: string): Promise<string[]> {
  return packagesLoadedBy(fileURLToPath(new URL(`../../../functions/${name}/index.ts`, import.meta.url)));
}

Deno.test("no function loads Sentry before it has something to tell", async () => {
  const folders = [...Deno.readDirSync(new URL("../../../functions/", import.meta.url))]
    .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("_") && name !== "node_modules");
  for (const { name } of folders) {
    const loaded = await loadedBy(name);
    assert.ok(loaded.length > 0, name);
    assert.deepEqual(loaded.filter((specifier) => specifier.includes("sentry")), [], name);
  }
});

Deno.test("the fallback loads nothing that could fail where the call itself has failed", async () => {
  assert.deepEqual(await loadedBy("voice-fallback"), ["zod"]);
});

Deno.test("a caller waits for no library that their first turn does not need", async () => {
  assert.deepEqual((await loadedBy("voice")).sort(), ["@supabase/postgrest-js", "zod"]);
});
