/** The stand-in for Twilio's REST API, as these tests look into it. */
import { z } from "zod";

/** Where the stand-in is; there is none beside a Supabase that runs in Docker. */
export const SINK_URL = Deno.env.get("TWILIO_API_URL");

const Listed = z.object({
  messages: z.array(z.object({ sid: z.string(), to: z.string(), from: z.string().nullable(), body: z.string() })),
});
export type SunkText = z.output<typeof Listed>["messages"][number];

/** The texts that the stand-in has accepted for a number and that contain some words, newest first. */
export async function textsTo(to: string, words: string): Promise<SunkText[]> {
  const account = Deno.env.get("TWILIO_ACCOUNT_SID") ?? "";
  const answer = await fetch(
    `${SINK_URL}/2010-04-01/Accounts/${account}/Messages.json?PageSize=1000&To=${encodeURIComponent(to)}`,
    { headers: { authorization: `Basic ${btoa(`${account}:${Deno.env.get("TWILIO_AUTH_TOKEN")}`)}` } },
  );
  return Listed.parse(await answer.json()).messages.filter((text) => text.body.includes(words));
}

/** What goes wrong at Twilio from now on; an empty list puts everything right. */
export async function setFaults(faults: Record<string, unknown>[]): Promise<void> {
  const answer = await fetch(`${SINK_URL}/faults`, { method: "PUT", body: JSON.stringify(faults) });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.body?.cancel();
}

/** Asks again and again until there is an answer, for at most so long. */
export async function eventually<T>(ask: () => Promise<T | undefined>, withinMs = 10_000): Promise<T | undefined> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
