/** One attempt to reach another clinic, and the judgement on what came back. */
import { type Actor, type Answer, type DataRequest, send, summary } from "./http.ts";
import type { Target } from "./target.ts";

/** An attempt that is to be made. */
export interface Attempt {
  readonly actor: Actor;
  /** The table or function. */
  readonly on: string;
  readonly trick: string;
  readonly request: DataRequest;
  /** The same with ids that nobody has: what comes back must not differ. */
  readonly nobodys?: DataRequest;
  /** Pairs of values in which the two requests differ, theirs first: no answer is told by what was sent. */
  readonly swapped?: readonly (readonly [string, string])[];
  /**
   * refused: a status of 400 to 499. nothing: no row comes back, or it is refused. hidden: rows may come back, none of
   * them the other clinic's. own: the actor's own row, which must be reachable, or the attempts beside it prove nothing.
   */
  readonly expect: "refused" | "nothing" | "hidden" | "own";
}

/** An attempt that was made. */
export interface Outcome {
  readonly actor: string;
  readonly on: string;
  readonly trick: string;
  /** What came back, in a few words. */
  readonly came: string;
  /** Undefined when all is well. */
  readonly fault: string | undefined;
}

/** Values by which a row of the other clinic is recognised wherever it turns up. */
export type Markers = ReadonlySet<string>;

/** Makes an attempt and judges it. */
export async function make(target: Target, attempt: Attempt, markers: Markers): Promise<Outcome> {
  const answer = await send(target, attempt.actor, attempt.request);
  const nobodys = attempt.nobodys && await send(target, attempt.actor, attempt.nobodys);
  return {
    actor: attempt.actor.name,
    on: attempt.on,
    trick: attempt.trick,
    came: nobodys ? `${summary(answer)}; nobody's: ${summary(nobodys)}` : summary(answer),
    fault: unexpected(attempt, answer) ?? leaked(attempt, answer, markers) ??
      (nobodys && told(answer, nobodys, attempt.swapped ?? [])),
  };
}

function unexpected({ expect, request }: Attempt, answer: Answer): string | undefined {
  const refused = answer.status >= 400 && answer.status < 500;
  if (answer.status >= 500) return `a server error: ${answer.text.slice(0, 300)}`;
  if (expect === "refused" && !refused) return "it was not refused";
  if (expect === "own" && (refused || answer.rows === 0)) return `it did not work: ${answer.text.slice(0, 300)}`;
  if (expect !== "nothing" || refused) return undefined;
  if ((answer.rows ?? 0) > 0) return `${answer.rows} rows came back`;
  const counted = answer.contentRange.split("/").at(-1) ?? "";
  if (/count=exact/.test(request.headers?.prefer ?? "") && !["", "*", "0"].includes(counted)) {
    return `${counted} rows were counted`;
  }
  return undefined;
}

/** What was sent may be echoed; anything else of the other clinic's must not be there. */
function leaked({ request, expect }: Attempt, answer: Answer, markers: Markers): string | undefined {
  if (expect === "own") return undefined;
  const sent = decodeURIComponent(request.path) + JSON.stringify([request.body, request.headers]);
  for (const marker of markers) {
    if (answer.text.includes(marker) && !sent.includes(marker)) return `it tells ${marker}`;
  }
  return undefined;
}

function told(theirs: Answer, nobodys: Answer, swapped: readonly (readonly [string, string])[]): string | undefined {
  const [one, other] = [
    plain(theirs, swapped.map(([value]) => value)),
    plain(nobodys, swapped.map(([, value]) => value)),
  ];
  return one === other
    ? undefined
    : `it differs from what comes for ids that nobody has:\n      ${one}\n      ${other}`;
}

/** The answer without the values that were sent, and without the time of day. */
function plain({ status, contentRange, text }: Answer, values: readonly string[]): string {
  // What is short, or a word of the protocol, would be found in every answer.
  const telling = values.map((value) => value.length >= 6 ? value : "‹short›");
  const neutral = telling.reduce((all, value, at) => all.replaceAll(value, `‹${at}›`), text);
  return [status, contentRange, neutral.replaceAll(/\d{4}-\d\d-\d\dT[\d:.+Z]+/g, "‹time›")].join(" ").slice(0, 600);
}
