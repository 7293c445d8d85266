import { apology } from "./apology.ts";

/** How the one who asked is spoken to. */
export type Channel = "voice" | "sms" | "json";

/** The plainest answer of a channel when something went wrong. It depends on nothing, so it cannot go wrong too. */
export function maskedAnswer(channel: Channel): Response {
  switch (channel) {
    case "voice":
      return twimlAnswer(apology());
    case "sms":
      return twimlAnswer('<?xml version="1.0" encoding="UTF-8"?><Response/>');
    case "json":
      // 503, so that a sender who repeats failed requests repeats this one.
      return Response.json({
        success: false,
        error: "I'm having trouble accessing the schedule right now. Let me try another way to help you.",
      }, { status: 503 });
  }
}

/** A document for Twilio to perform. */
export function twimlAnswer(document: string): Response {
  return new Response(document, {
    headers: { "content-type": "text/xml; charset=utf-8", "cache-control": "no-store" },
  });
}
