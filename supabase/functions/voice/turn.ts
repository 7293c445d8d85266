import { callOperation } from "../_desk/operations/operation.ts";
import { localeOfNumber } from "../_language/locale.ts";
import { publicUrl } from "../_shared/environment.ts";
import { apology, twimlAnswer } from "../_shared/fallbacks.ts";
import { callerNumber, callFields } from "../_shared/twilio-call.ts";
import type { Context } from "../_shared/webhook.ts";
import { again, messageTaken, recordMessage } from "./asking/endings.ts";
import { RememberedClinics } from "./clinics.ts";
import { type Caller, type Heard, isInvocation, type Plan, type Reply, type Step } from "./conversation.ts";
import { hearCommand } from "./hearing/choices.ts";
import { toTwiml } from "./saying/twiml.ts";
import { type State, StateInUrl, toQuery } from "./state.ts";
import { STEPS } from "./steps.ts";
import { z } from "zod";

const Body = z.object({
  ...callFields,
  // "hangup" is what Twilio puts here when a recording ended because the caller hung up.
  Digits: z.string().regex(/^(?:[0-9A-D*#]{0,64}|hangup)$/).default(""),
  SpeechResult: z.string().default(""),
  RecordingUrl: z.url({ protocol: /^https?$/ }).max(600).optional(),
});

/** Where the functions should run, when the configured address says so: every further address has to say it too. */
const Region = z.string().regex(/^[a-z0-9-]{1,32}$/).optional().catch(undefined);

/** Lives as long as this isolate does. */
const clinics = new RememberedClinics();

/** One turn of a call: where it stands, what came from the caller, and who that is. */
export const TurnRequest = z.object({
  query: z.object({ forceFunctionRegion: Region }).and(StateInUrl),
  body: Body,
}).transform(({ query: { forceFunctionRegion, ...state }, body }) => ({ state, region: forceFunctionRegion, body }));
export type TurnRequest = z.output<typeof TurnRequest>;

/** Answers one turn: makes sense of what was heard, asks the database at most once, and says what follows. */
export async function answerTurn(request: TurnRequest, context: Context): Promise<Response> {
  const { state, body } = request;
  context.label({ step: state.step, ...("org" in state && state.org !== undefined && { clinic: state.org }) });
  const heard: Heard = { keys: body.Digits, words: body.SpeechResult.trim(), recordingUrl: body.RecordingUrl ?? null };
  const caller: Caller = {
    callSid: body.CallSid,
    dialled: body.To,
    phone: callerNumber(body.From),
    at: new Date().toISOString(),
  };
  const plan = await planTurn(state, heard, caller);
  const reply = isInvocation(plan)
    ? await plan.run({ clinics, database: (operation, args) => callOperation(operation, args, context) })
    : plan;
  return inTwiml(reply, request);
}

/** Decides what a turn comes to. It asks nobody, so it is the same for the same turn. */
export async function planTurn(state: State, heard: Heard, caller: Caller): Promise<Plan> {
  // Each step only ever gets its own state, which the compiler cannot see through the lookup.
  const step: Step<State> = STEPS[state.step];
  if (!("tries" in state)) return await step.hear(state, heard, caller) ?? step.ask(state, caller);

  const command = hearCommand(heard.keys, heard.words);
  if (command === "message") return recordMessage(state, "message");
  if (command === "repeat") return step.ask({ ...state, tries: 0 }, caller);
  const isSilent = heard.keys === "" && heard.words === "";
  const plan = isSilent ? null : await step.hear(state, heard, caller);
  return plan ?? again(state, (next) => step.ask(next, caller));
}

/**
 * What the caller hears when a turn fails: an apology, and the tone for a message. A message that was recorded is already
 * with Twilio, from where the worker fetches it, so its caller hears that it was.
 */
export function fallbackOfTurn(request: TurnRequest): Response {
  const { state, body } = request;
  const locale = ("locale" in state ? state.locale : undefined) ?? localeOfNumber(body.To);
  if (state.step === "message" && body.RecordingUrl !== undefined) return inTwiml(messageTaken(locale), request);
  const org = "org" in state ? state.org : undefined;
  return twimlAnswer(apology(locale, addressOf({ step: "message", org, locale, reason: "trouble" }, request.region)));
}

function inTwiml(reply: Reply, { region }: TurnRequest): Response {
  return twimlAnswer(toTwiml(reply, (state) => addressOf(state, region)));
}

function addressOf(state: State, region: string | undefined): string {
  return `${publicUrl("voice")}?${toQuery(state)}${region === undefined ? "" : `&forceFunctionRegion=${region}`}`;
}
