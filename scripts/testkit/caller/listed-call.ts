/** Calls that Twilio's REST API lists with their recordings, as it does every real one, whatever became of the webhooks. */
import { newSid } from "./call-parameters.ts";
import type { Line } from "./line.ts";
import { type CallOptions, placeCall } from "./place-call.ts";
import type { Call } from "./turns.ts";

/** Places a call and keeps the stand-in for the REST API (TWILIO_API_URL of the stack) up to date about it. */
export async function placeListedCall(line: Line, twilioApiUrl: string, options: CallOptions): Promise<Call> {
  const { to, from } = options;
  const callSid = options.callSid ?? newSid("CA");
  const started = new Date();
  const known = { sid: callSid, to, from, start_time: started.toISOString() };
  const tell = (news: unknown) => tellStandIn(line, twilioApiUrl, news);

  await tell({ calls: [{ ...known, status: "in-progress" }] });
  const call = await placeCall(line, {
    ...options,
    callSid,
    async prepare(request, turn) {
      // Twilio has the recording before it tells of it.
      const { RecordingSid: sid, RecordingDuration: duration } = request.params;
      if (sid !== undefined) {
        const recording = {
          sid,
          call_sid: callSid,
          date_created: new Date().toISOString(),
          duration: Number(duration),
        };
        await tell({ recordings: [recording] });
      }
      return await options.prepare?.(request, turn) ?? request;
    },
  });
  await tell({
    calls: [{ ...known, status: call.ending.status, end_time: new Date().toISOString(), duration: call.seconds }],
  });
  return call;
}

/** Tells the stand-in for the REST API what Twilio would know. */
export async function tellStandIn(line: Line, twilioApiUrl: string, news: unknown): Promise<void> {
  const url = new URL(`${twilioApiUrl}/line`);
  await line.permit(url);
  const told = await fetch(url, { method: "PUT", body: JSON.stringify(news) });
  const answer = await told.text();
  if (!told.ok) throw new Error(`The stand-in for Twilio did not take news of a call: ${answer}`);
}
