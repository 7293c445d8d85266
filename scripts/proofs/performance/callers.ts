/** Who calls, and what they want: a mixed morning at a clinic. */
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, type Answering, writtenAnswer } from "../../testkit/caller/answers.ts";

/** One caller. */
export interface Caller {
  readonly to: string;
  readonly from: string;
  readonly answer: Answering;
}

/** A clinic that is called, and a patient of it who can prove who they are. */
interface Clinic {
  readonly to: string;
  readonly from: (number: number) => string;
  readonly patient?: { readonly phone: string; readonly birth: string };
}

/** The demo clinics of the seed. */
const CLINICS: readonly Clinic[] = [
  {
    to: "+12125550100",
    from: (number) => `+121255501${20 + number % 80}`,
    patient: { phone: "+12125550111", birth: "03091984" },
  },
  {
    to: "+442079460100",
    from: (number) => `+4420794601${20 + number % 80}`,
    patient: { phone: "+442079460111", birth: "22071991" },
  },
];

/** Of ten callers, what each wants. */
const ERRANDS = ["book", "book", "ask", "book", "cancel", "book", "message", "book", "move", "look"] as const;
type Errand = typeof ERRANDS[number];

const DAYS = [
  "1",
  "say:tomorrow",
  "say:next Tuesday",
  "say:Friday morning",
  "say:next week",
  "say:Wednesday afternoon",
];

/** The nth caller of a run; `think` is how long they listen before they answer, in seconds. */
export function callerAt(demoClinics: readonly Clinic[], nth: number, think: number, signal: AbortSignal): Caller {
  const clinic = demoClinics[nth % demoClinics.length];
  if (clinic === undefined) throw new Error("There is no clinic to call.");
  const wish = ERRANDS[Math.floor(nth / demoClinics.length) % ERRANDS.length] ?? "look";
  const { patient } = clinic;
  // Without a patient who is known, nothing is left behind that others would have to clear away.
  const errand: Errand = patient === undefined && wish !== "ask" ? "look" : wish;
  const provesThemself = errand === "cancel" || errand === "move";
  const from = patient !== undefined && (provesThemself || nth % 7 === 0) ? patient.phone : clinic.from(nth);
  // Whoever is told that there is nothing then takes the first free time.
  const days = [DAYS[nth % DAYS.length] ?? "1"];
  return {
    to: clinic.to,
    from,
    async answer({ asked }): Promise<Answer> {
      // Long prompts and quick ones: between half and one and a half of the average.
      await delay(think * 1000 * (0.5 + Math.random()), undefined, { signal });
      const step = new URL(asked.action, "http://clinic").searchParams.get("step") ?? "";
      return writtenAnswer(answerAt(step, errand, days, patient?.birth ?? ""));
    },
  };
}

/** The demo clinics, or one that is deployed. */
export function clinicsAt(to: string | null): readonly Clinic[] {
  return to === null ? CLINICS : [{ to, from: (number) => `+121255501${20 + number % 80}` }];
}

function answerAt(step: string, errand: Errand, days: string[], birth: string): string {
  switch (step) {
    case "menu":
      return { book: "1", look: "1", move: "2", cancel: "3", ask: "4", message: "0" }[errand];
    case "day":
      return days.shift() ?? "1";
    case "opening":
      return errand === "look" ? "hangup" : "1";
    case "name":
      return "say:my name is Rosa Tindall";
    case "birth":
      return birth;
    case "question":
      return "say:when are you open";
    case "answer":
      return "2";
    case "message":
      return "record:This is Rosa Tindall, please call me back about my bill #";
    default:
      // The first service, the first appointment, yes: whoever has none to move or cancel books one.
      return "1";
  }
}
