/** The calls of a trial: placed as their flows go, and looked at for which turn asks the database what. */
import { inboundCall, newSid, WITHHELD } from "../../testkit/caller/call-parameters.ts";
import { type Answering, scripted } from "../../testkit/caller/answers.ts";
import { send, sign } from "../../testkit/caller/line.ts";
import { placeListedCall } from "../../testkit/caller/listed-call.ts";
import type { CallOptions } from "../../testkit/caller/place-call.ts";
import type { Call } from "../../testkit/caller/turns.ts";
import type { TrialClinic } from "./trial-clinic.ts";
import { type Flow, MESSAGE, OWN_NUMBER } from "./flows.ts";
import type { Lane } from "../../testkit/faults/lane.ts";

/** A turn that asks the database something. */
export interface AskingTurn {
  readonly flow: Flow;
  /** From 1. */
  readonly turn: number;
  readonly step: string;
  readonly operation: string;
}

/** Where calls are tried. */
export interface Trial {
  readonly lane: Lane;
  readonly clinic: TrialClinic;
  readonly twilioApiUrl: string;
  /** Reserved for fiction; no other trial uses it at the same time. */
  readonly callerPhone: string;
}

/** What the functions ask beside the call. */
const BESIDE = ["record_call_event", "record_requests"];

/** Places the call without a fault, and gives the turns that asked. The functions forget the clinic before each. */
export async function placeWatchedCall(trial: Trial, flow: Flow): Promise<{ call: Call; asking: AskingTurn[] }> {
  const { database } = trial.lane;
  const asking: AskingTurn[] = [];
  let [turn, step, seenBefore] = [0, "", 0];
  const noteTurn = () => {
    const asked = database.seen.slice(seenBefore).find((one) => !BESIDE.includes(one));
    if (turn > 0 && asked !== undefined) asking.push({ flow, turn, step, operation: asked });
    turn = 0;
  };
  const call = await placeCallOf(trial, flow, {
    async prepare(request, number) {
      noteTurn();
      if (number > 1) await makeForget(trial);
      [turn, step, seenBefore] = [number, stepOf(request.url), database.seen.length];
      return request;
    },
    callbacks: (events) => {
      noteTurn();
      return events;
    },
  });
  return { call, asking };
}

/** Places a flow's call from the trial's number, to which the clinic is what the flow needs it to be. */
export async function placeCallOf(trial: Trial, flow: Flow, more: Partial<CallOptions>): Promise<Call> {
  const { lane, clinic, callerPhone, twilioApiUrl } = trial;
  const become =
    { "new caller": clinic.forget, patient: clinic.welcome, "former patient": clinic.farewell }[flow.caller];
  await become(callerPhone);
  return await placeListedCall(lane.line, twilioApiUrl, {
    to: clinic.phone,
    from: flow.isWithheld ? WITHHELD : callerPhone,
    answer: answering(flow, callerPhone),
    ...more,
  });
}

/** Goes through the flow's answers, and leaves a message whenever there is a tone. */
export function answering(flow: Flow, callerPhone: string): Answering {
  const keyed = `${callerPhone.replace(/^\+1/, "")}#`;
  const next = scripted(flow.answers.map((answer) => answer.replace(OWN_NUMBER, keyed)));
  return (heard) => heard.asked.verb === "Record" ? { kind: "recording", seconds: 6, words: MESSAGE } : next(heard);
}

/** The clinic has changed, and another call has told the function so: a turn of an earlier call must ask again. */
export async function makeForget({ lane, clinic }: Trial): Promise<void> {
  await clinic.change();
  const { accountSid } = lane.line;
  const other = inboundCall({ callSid: newSid("CA"), accountSid, to: clinic.phone, from: WITHHELD });
  await send(lane.line, sign(lane.line, "voice", { ...other, CallStatus: "ringing" }));
}

/** The step that a turn's URL names; a call begins without one. */
function stepOf(url: string): string {
  return new URL(url).searchParams.get("step") ?? "greeting";
}
