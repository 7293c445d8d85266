/** What callers do: whole calls as data. A further errand is a further entry. */

/** A call from its first ring to its end, when nothing goes wrong. */
export interface Flow {
  readonly name: string;
  /** One for each question of the clinic; whoever hears the tone leaves a message, whatever is on the list. */
  readonly answers: readonly string[];
  /** Who calls: somebody whom the clinic does not know, or a patient of it who has an appointment, or had one. */
  readonly caller: "new caller" | "patient" | "former patient";
  /** Their number does not come with the call. */
  readonly isWithheld?: true;
  /** What the caller hears at the end. */
  readonly ends: RegExp;
  /** What is left for staff when nothing goes wrong. */
  readonly leaves: "nothing" | "a task";
  /** It needs patients, or services, that only the trial clinic has. */
  readonly onlyOnTrial?: true;
  /** It goes another way through others: of its turns those are tried that ask what no other turn asks. */
  readonly isVariation?: true;
}

/** The patient who calls, and a new caller: names that no sentence of ours could hold by chance. */
export const NEW_CALLER = "Zebulon Quartermain";
export const PATIENT = { name: "Wilhelmina Okonkwo", birth: "1984-03-09", keyed: "03091984" } as const;
/** What callers say after the tone. */
export const MESSAGE = "this is about the marmalade incident";
/** In an answer: the number that the caller would call from, as one keys it in. */
export const OWN_NUMBER = "{own number}#";

export const FLOWS: readonly Flow[] = [
  {
    name: "booking",
    caller: "new caller",
    answers: ["1", "1", "1", "1", `say:${NEW_CALLER}`, "1"],
    ends: /Your appointment is booked/,
    leaves: "nothing",
  },
  {
    name: "booking, withheld",
    caller: "new caller",
    isWithheld: true,
    answers: ["1", "2", "1", "1", OWN_NUMBER, `say:${NEW_CALLER}`, "1"],
    ends: /Your appointment is booked/,
    leaves: "nothing",
  },
  {
    name: "another time",
    caller: "new caller",
    answers: ["1", "1", "1", "9", "1", `say:${NEW_CALLER}`, "2", "hangup"],
    ends: /released that time|openings/,
    leaves: "a task",
  },
  {
    name: "waiting list",
    caller: "new caller",
    answers: ["1", "3", "1", "say:put me on the waiting list"],
    ends: /Goodbye/,
    leaves: "nothing",
    onlyOnTrial: true,
  },
  {
    name: "moving",
    caller: "patient",
    answers: ["2", PATIENT.keyed, "1", "2", "1"],
    ends: /Your appointment has moved/,
    leaves: "nothing",
    onlyOnTrial: true,
  },
  {
    name: "cancelling",
    caller: "patient",
    answers: ["3", PATIENT.keyed, "1"],
    ends: /Your appointment is cancelled/,
    leaves: "nothing",
    onlyOnTrial: true,
  },
  {
    name: "cancelling, withheld",
    caller: "patient",
    isWithheld: true,
    answers: ["3", OWN_NUMBER, PATIENT.keyed, "1"],
    ends: /Your appointment is cancelled/,
    leaves: "nothing",
    onlyOnTrial: true,
  },
  {
    name: "asking",
    caller: "new caller",
    answers: ["4", "say:where can I park my car", "2"],
    ends: /Goodbye/,
    leaves: "nothing",
  },
  {
    name: "asking, then telling",
    caller: "new caller",
    answers: ["4", "say:where can I park my car", "0"],
    ends: /Your message was recorded/,
    leaves: "a task",
  },
  { name: "a message", caller: "new caller", answers: ["0"], ends: /Your message was recorded/, leaves: "a task" },
  {
    name: "booking by name",
    caller: "new caller",
    answers: ["1", "1", "1", "say:with doctor marsh", "1", `say:${NEW_CALLER}`, "*", "1"],
    ends: /Your appointment is booked/,
    leaves: "nothing",
    onlyOnTrial: true,
    isVariation: true,
  },
  {
    name: "nothing to move",
    caller: "former patient",
    answers: ["2", PATIENT.keyed, "1", "1", "1", "1", "1"],
    ends: /Your appointment is booked/,
    leaves: "nothing",
    onlyOnTrial: true,
    isVariation: true,
  },
  {
    name: "asking at once",
    caller: "new caller",
    answers: ["say:where can I park my car", "say:and where can I park my car", "say:book an appointment", "hangup"],
    ends: /What would you like to come in for/,
    leaves: "nothing",
    onlyOnTrial: true,
    isVariation: true,
  },
];
