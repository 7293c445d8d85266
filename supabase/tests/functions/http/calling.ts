/** Callers who answer each question by what it says. */
import { type Answering, type Heard, scripted } from "../../../../scripts/testkit/caller/answers.ts";
import { type CallOptions, placeCall } from "../../../../scripts/testkit/caller/place-call.ts";
import type { Call } from "../../../../scripts/testkit/caller/turns.ts";
import { stackLine } from "./stack.ts";

/** What a caller does when they hear something: an answer as people write it down, or what happens before they answer. */
export type Rule = readonly [question: RegExp, answer: string | ((heard: Heard) => Promise<string>)];

const line = stackLine();

/** A call in which the caller answers each question by the first rule whose words it contains, and else stays silent. */
export function call(
  clinic: { phone: string },
  from: string,
  rules: readonly Rule[],
  options: Partial<CallOptions> = {},
): Promise<Call> {
  const answer: Answering = async (heard) => {
    const question = heard.said.join(" ");
    const chosen = rules.find(([words]) => words.test(question))?.[1] ?? "";
    return scripted([typeof chosen === "string" ? chosen : await chosen(heard)])(heard);
  };
  return placeCall(line, { to: clinic.phone, from, answer, maxTurns: 24, ...options });
}

/** Everything that was said in a call. */
export function saidIn({ said }: Call): string {
  return said.join(" ");
}

/** The addresses that a call's turns were sent to, as anybody's log would keep them. */
export function addressesOf({ turns }: Call): string {
  return turns.map(({ request }) => decodeURIComponent(request.url)).join("\n");
}
