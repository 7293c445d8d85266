/** What callers and staff do, as data that fast-check draws. */
import fc from "fast-check";

/** Everything that somebody can do to a calendar; how often each is drawn, beside it. */
const frequencies = {
  find: 2,
  claim: 14,
  noteContact: 2,
  confirm: 10,
  release: 2,
  move: 4,
  cancel: 3,
  list: 1,
  joinWaitlist: 2,
  endCall: 2,
  /** Time goes by for a hold: it ends in some milliseconds. */
  age: 4,
  expireHolds: 2,
  staffInsert: 4,
  staffMove: 3,
  staffStatus: 3,
  timeOff: 2,
  backFromTimeOff: 2,
} as const;

export type Action = keyof typeof frequencies;

/** One step of one caller. The numbers choose among whatever there is when the step is taken. */
export interface Step {
  readonly action: Action;
  /** A quarter of an hour within the four hours that everybody wants. */
  readonly quarter: number;
  readonly provider: 0 | 1;
  readonly service: "visit" | "long" | "surgery";
  /** Which hold or appointment. */
  readonly which: number;
  /** One's own, or anybody's. */
  readonly own: boolean;
  /** The same call goes on, or a new one begins. */
  readonly newCall: boolean;
  /** How often the very same request comes again: at once, as a duplicate, or after its answer, as a retry. */
  readonly duplicates: number;
  readonly retries: number;
  readonly milliseconds: number;
  readonly status: "booked" | "confirmed" | "arrived" | "cancelled" | "noshow";
}

const actions = Object.entries(frequencies).map(([action, weight]) => ({
  weight,
  arbitrary: fc.constant(action as Action),
}));
const rarely = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, {
  weight: 2,
  arbitrary: fc.integer({ min: 1, max: 2 }),
});

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.oneof(...actions),
  quarter: fc.integer({ min: 0, max: 15 }),
  provider: fc.constantFrom(0, 1),
  service: fc.constantFrom("visit", "long", "surgery"),
  which: fc.nat(1000),
  own: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  newCall: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 2, arbitrary: fc.constant(false) }),
  duplicates: rarely,
  retries: rarely,
  milliseconds: fc.integer({ min: 0, max: 30 }),
  status: fc.constantFrom("booked", "confirmed", "arrived", "cancelled", "noshow"),
});

/** A history: for each of so many callers, what they do one after the other; all callers act at once. */
export function histories(callers: number, steps: number): fc.Arbitrary<readonly (readonly Step[])[]> {
  return fc.array(fc.array(step, { minLength: steps, maxLength: steps }), { minLength: callers, maxLength: callers });
}
