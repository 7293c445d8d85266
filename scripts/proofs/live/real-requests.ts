/** What Twilio really posts: each flow once with everything in it, texts, delivery reports, and calls that it gave up. */
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Parameters, send, sign, type WebhookRequest } from "../../testkit/caller/line.ts";
import { FLOWS } from "./flows.ts";
import { retry } from "./retry.ts";
import { placeCallOf, type Trial } from "./trial-calls.ts";

/** All requests of all flows, in the order in which they were sent. */
export async function realRequests(trial: Trial): Promise<WebhookRequest[]> {
  const requests: WebhookRequest[] = [];
  for (const flow of FLOWS) {
    const call = await placeCallOf(trial, flow, {});
    requests.push(...[...call.turns, ...call.callbacks].map(({ request }) => request));
  }
  return requests;
}

/** A patient confirms by text, and then cancels. */
export async function realTexts(trial: Trial): Promise<WebhookRequest[]> {
  const { clinic, callerPhone, lane } = trial;
  await clinic.welcome(callerPhone);
  return await sent(
    trial,
    ["1", "2", "Can I bring my dog?"].map((words): [string, Parameters] => ["sms", {
      MessageSid: newSid("SM"),
      AccountSid: lane.line.accountSid,
      To: clinic.phone,
      From: callerPhone,
      Body: words,
      NumMedia: "0",
    }]),
  );
}

/** Of two texts that the worker has sent, one arrives and one does not. */
export async function realReports(trial: Trial): Promise<WebhookRequest[]> {
  const { sql, orgId } = trial.clinic;
  const texts = await retry(async () => {
    const found = await sql<{ sid: string; outbox_id: string }[]>`
      select t.sid, t.outbox_id from public.texts t
      where t.org_id = ${orgId} and t.direction = 'out' and t.outbox_id is not null and t.sid is not null
      order by t.sid limit 2`;
    if (found.length < 2) throw new Error("The worker has not sent two texts yet.");
    return found;
  });
  return await sent(
    trial,
    texts.flatMap(({ sid, outbox_id }, index) =>
      ["sent", index === 0 ? "delivered" : "undelivered"].map((status): [string, Parameters] => [
        `sms-status?text=${outbox_id}`,
        { MessageSid: sid, MessageStatus: status, ...(status === "undelivered" && { ErrorCode: "30003" }) },
      ])
    ),
  );
}

/** A call that `voice` could not answer. */
export async function realFallbacks(trial: Trial): Promise<WebhookRequest[]> {
  const { clinic, callerPhone, lane: { line } } = trial;
  const call = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to: clinic.phone, from: callerPhone });
  const failed = { CallStatus: "in-progress", ErrorCode: "11200", ErrorUrl: `${line.publicUrl}/voice` };
  return await sent(trial, [["voice-fallback", { ...call, ...failed }]]);
}

async function sent({ lane: { line } }: Trial, posts: readonly [path: string, params: Parameters][]) {
  const requests = posts.map(([path, params]) => sign(line, path, params));
  for (const request of requests) {
    const { failure, status } = await send(line, request);
    if (failure !== null) throw new Error(`${request.url} is answered ${status}: ${failure.reason}`);
  }
  return requests;
}
