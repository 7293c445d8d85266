/** A hundred callers want the same time. */
import { type Answering, scripted } from "../../caller/answers.ts";
import { openLine } from "../../caller/line.ts";
import { placeCall } from "../../caller/place-call.ts";
import { newCall, startOf } from "../clinic.ts";
import type { Answer } from "../desk.ts";
import { all, type End, expectWinners, type Race } from "../race.ts";

/** The end of an attempt to hold a time: losing is being told so, with what is free instead. */
export function endOfClaim({ success, reason, alternatives }: Answer): End {
  if (success) return "won";
  const polite = reason === "slot_taken" && alternatives !== undefined && alternatives.length <= 3;
  return polite ? "lost" : { error: `a claim was answered with ${reason}`, deadlock: false };
}

/** Through the RPC over the Data API. */
export function callersForOneSlot(callers: number): Race {
  return {
    name: `${callers} callers for one slot, RPC`,
    size: "hundred",
    async run({ desk, clinic: { providers: [provider], visit } }, round) {
      const at = startOf(round);
      const attempt = async () => endOfClaim(await desk.claim(provider, visit, at, newCall()));
      return expectWinners(await all(Array.from({ length: callers }, () => attempt)), 1);
    },
  };
}

const OFFERED = /\bopenings?\b/;
const TAKEN = /has just been taken/;
const ASKED_ON = /your name|Shall I book it/;

/** Whole calls through the signed `voice` function, which all choose the first opening in the same instant. */
export function callsForOneSlot(callers: number): Race {
  return {
    name: `${callers} callers for one slot, voice`,
    size: "hundred",
    async run({ target: { env }, signal }) {
      const line = openLine({
        functionsUrl: `${env.FUNCTIONS_URL}`,
        publicFunctionsUrl: `${env.PUBLIC_FUNCTIONS_URL}`,
        twilioAuthToken: `${env.TWILIO_AUTH_TOKEN}`,
        twilioAccountSid: `${env.TWILIO_ACCOUNT_SID}`,
      });
      // Whoever hangs up lets their hold go: nobody does before everybody has their answer.
      const [choosing, answered] = [barrier(callers), barrier(callers)];
      // Only the choice has to fall into one instant: the way to it is walked by a few at a time.
      const entrance = turnstile(10);
      const attempt = (n: number) => async (): Promise<End> => {
        const [choice, result] = [choosing.ticket(), answered.ticket()];
        const isIn = await entrance.enter();
        let afterwards = "";
        let ending = "";
        const answer: Answering = async (heard) => {
          const question = heard.said.join(" ");
          if (choice.isUsed()) {
            afterwards = question;
            await result.arrive();
            return { kind: "hangup" };
          }
          if (OFFERED.test(question)) {
            isIn.leave();
            await choice.arrive();
          }
          // 1 in each menu: an appointment, the first service, the first free day, the first opening.
          return scripted(["1"])(heard);
        };
        const from = `+121255501${String(20 + n % 80).padStart(2, "0")}`;
        try {
          const { turns, said, ending: how } = await placeCall(line, {
            to: "+12125550100",
            from,
            answer,
            maxTurns: 12,
            signal,
          });
          const failed = turns.find(({ failure }) => failure !== null);
          if (failed) return { error: `${failed.failure?.reason}`, deadlock: false };
          ending = `${how.detail}, after "${said.at(-1) ?? "nothing"}"`;
        } finally {
          isIn.leave();
          choice.use();
          result.use();
        }
        if (TAKEN.test(afterwards) && OFFERED.test(afterwards)) return "lost";
        if (ASKED_ON.test(afterwards)) return "won";
        return {
          error: afterwards === "" ? `never came to a choice: ${ending}` : `heard "${afterwards}"`,
          deadlock: false,
        };
      };
      return expectWinners(await all(Array.from({ length: callers }, (_, n) => attempt(n))), 1);
    },
  };
}

/** One's place at a barrier. */
interface Ticket {
  isUsed(): boolean;
  /** Gives the ticket up without waiting: who has gone must not keep the others. */
  use(): void;
  /** Waits for all the others. */
  arrive(): Promise<void>;
}

/** Lets everybody through when so many tickets are used. */
function barrier(count: number): { ticket(): Ticket } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = count;
  return {
    ticket() {
      let used = false;
      const use = () => {
        if (used) return;
        used = true;
        missing -= 1;
        if (missing === 0) resolve();
      };
      return {
        isUsed: () => used,
        use,
        arrive() {
          use();
          return promise;
        },
      };
    },
  };
}

/** Lets so many in at a time; the next when one leaves. */
function turnstile(places: number): { enter(): Promise<{ leave(): void }> } {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let left = false;
      return {
        leave() {
          if (left) return;
          left = true;
          const next = waiting.shift();
          if (next) next();
          else free += 1;
        },
      };
    },
  };
}
