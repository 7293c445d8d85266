/** What real calls send: each flow once, with everything that Twilio posts in it. */
import type { WebhookRequest } from "../caller/line.ts";
import { FLOWS } from "./flows.ts";
import { placeCallOf, type Trial } from "./rehearsal.ts";

/** All requests of all flows, in the order in which they were sent. */
export async function realRequests(trial: Trial): Promise<WebhookRequest[]> {
  const requests: WebhookRequest[] = [];
  for (const flow of FLOWS) {
    const call = await placeCallOf(trial, flow, {});
    requests.push(...[...call.turns, ...call.callbacks].map(({ request }) => request));
  }
  return requests;
}

/** The part of a request's address that is below the functions' one. */
export function pathOf(request: WebhookRequest, publicUrl: string): string {
  return request.url.slice(publicUrl.length + 1);
}
