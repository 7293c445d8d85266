import assert from "node:assert/strict";
import { fallbackAnswer } from "../../../functions/_shared/fallbacks.ts";
import { findLeaks, namesInMigrations } from "../../../../scripts/live/leaks.ts";
import { openSentryDouble, type SentryDouble } from "../../../../scripts/live/sentry-double.ts";
import { freePort } from "../../../../scripts/stack/claims.ts";
import { startFunctions } from "../../../../scripts/stack/functions.ts";
import { fromFileUrl } from "../../../../scripts/stack/paths.ts";
import { silentReport } from "../../../../scripts/stack/report.ts";
import { PLACES, SECRET, THROWN } from "./throwing.ts";

const NAMES = namesInMigrations(new URL("../../../migrations/", import.meta.url));
const CHANNELS = ["voice", "sms", "json"] as const;

Deno.test("whatever our code throws, wherever it does, is masked, and nothing of what it says leaves", async () => {
  const folder = await Deno.makeTempDir();
  await using sentry = openSentryDouble();
  const port = freePort();
  const entry = fromFileUrl(new URL("throwing.ts", import.meta.url));
  const environment = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: Deno.env.get("HOME") ?? "",
    SENTRY_DSN: `http://publickey@127.0.0.1:${sentry.port}/1`,
  };
  const processes = startFunctions(
    [{ name: "throwing", verifyJwt: false, entry, port }],
    environment,
    folder,
    silentReport(),
  );
  try {
    await processes.ready;
    for (const place of PLACES) {
      for (const what of Object.keys(THROWN)) {
        await Promise.all(CHANNELS.map((channel) => tryOne({ place, what, channel }, port, sentry)));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    const told = sentry.raw.join("\n") + Deno.readTextFileSync(`${folder}/functions.log`);
    for (const word of ["Zebulon", "2125550142", "hunter2"]) assert.ok(!told.includes(word), around(told, word));
    const frames = sentry.events.flatMap(({ exception }) =>
      exception?.values?.flatMap((one) => one.stacktrace?.frames ?? []) ?? []
    );
    assert.ok(frames.some((frame) => JSON.stringify(frame).includes("throwing.ts")), "the stack says where it was");
  } finally {
    await processes.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

async function tryOne(
  wanted: { place: string; what: string; channel: (typeof CHANNELS)[number] },
  port: number,
  sentry: SentryDouble,
): Promise<void> {
  const { place, what, channel } = wanted;
  const about = `${what} in the ${place} (${channel})`;
  const url = `http://127.0.0.1:${port}/throwing?${new URLSearchParams(wanted)}`;
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
