import assert from "node:assert/strict";
import { fallbackAnswer } from "../../../functions/_shared/fallbacks.ts";
import { findLeaks, namesInMigrations } from "../../../../scripts/testkit/leaks.ts";
import { openSentryDouble, type SentryDouble } from "../../../../scripts/testkit/faults/sentry-double.ts";
import { functionEnvironment, startLoneFunction } from "../../../../scripts/testkit/lone-function.ts";
import { fileURLToPath } from "node:url";
import { PLACES, SECRET, THROWN } from "./throwing.ts";

const NAMES = namesInMigrations(new URL("../../../migrations/", import.meta.url));
const CHANNELS = ["voice", "sms", "json"] as const;

Deno.test("whatever our code throws, wherever it does, is masked, and nothing of what it says leaves", async () => {
  await using sentry = openSentryDouble();
  const entry = fileURLToPath(new URL("throwing.ts", import.meta.url));
  const environment = functionEnvironment({}, { SENTRY_DSN: `http://publickey@127.0.0.1:${sentry.port}/1` });
  await using throwing = await startLoneFunction(entry, environment);
  for (const place of PLACES) {
    for (const what of Object.keys(THROWN)) {
      await Promise.all(CHANNELS.map((channel) => tryOne({ place, what, channel }, throwing.url, sentry)));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 700));
  const told = sentry.raw.join("\n") + throwing.log();
  for (const word of ["Zebulon", "2125550142", "hunter2"]) assert.ok(!told.includes(word), around(told, word));
  const frames = sentry.events.flatMap(({ exception }) =>
    exception?.values?.flatMap((one) => one.stacktrace?.frames ?? []) ?? []
  );
  assert.ok(frames.some((frame) => JSON.stringify(frame).includes("throwing.ts")), "the stack says where it was");
});

async function tryOne(
  wanted: { place: string; what: string; channel: (typeof CHANNELS)[number] },
  functionUrl: string,
  sentry: SentryDouble,
): Promise<void> {
  const { place, what, channel } = wanted;
  const about = `${what} in the ${place} (${channel})`;
  const url = `${functionUrl}/throwing?${new URLSearchParams(wanted)}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  const body = await answer.text();
  const expected = place === "report" ? new Response("all is well") : fallbackAnswer(channel);
  assert.equal(answer.status, expected.status, about);
  assert.equal(body, await expected.text(), about);
  assert.deepEqual(findLeaks(body, { names: NAMES, secrets: [SECRET] }), [], about);
  const requestId = answer.headers.get("x-request-id");
  const report = await sentry.event(({ tags }) => tags?.request_id === requestId, 4000);
  assert.equal(report?.tags?.function, "throwing", about);
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return `… ${text.slice(Math.max(0, at - 600), at + 100)} …`;
}
