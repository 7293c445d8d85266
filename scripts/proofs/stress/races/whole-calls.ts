/** A hundred callers want the same time, on the phone: whole calls through the signed `voice` function. */
import { type Answering, scripted } from "../../../testkit/caller/answers.ts";
import type { Line } from "../../../testkit/caller/line.ts";
import { placeCall } from "../../../testkit/caller/place-call.ts";
import { lineTo } from "../../../testkit/environment.ts";
import { barrier, type Ticket, turnstile } from "../barriers.ts";
import { all, type End, expectWinners, type Race } from "../race.ts";

const OFFERED = /\bopenings?\b/;
const TAKEN = /has just been taken/;
const ASKED_ON = /your name|Shall I book it/;

/** All choose the first opening that they hear of, in the same instant. */
export function callsForOneSlot(callers: number): Race {
  return {
    name: `${callers} callers for one slot, voice`,
    size: "hundred",
    async run({ target: { env }, signal }) {
      const line = lineTo(env);
      // Whoever hangs up lets their hold go: nobody does before everybody has their answer.
      const [choosing, answered] = [barrier(callers), barrier(callers)];
      // Only the choice has to fall into one instant: the way to it is walked by a few at a time.
      const entrance = turnstile(10);
      const attempt = (n: number) => async (): Promise<End> => {
        const from = `+121255501${String(20 + n % 80).padStart(2, "0")}`;
        const tickets = { choice: choosing.ticket(), result: answered.ticket() };
        const { leave } = await entrance.enter();
        try {
          return await chooseFirst(line, from, tickets, leave, signal);
        } finally {
          leave();
          tickets.choice.use();
          tickets.result.use();
        }
      };
      return expectWinners(await all(Array.from({ length: callers }, (_, n) => attempt(n))), 1);
    },
  };
}

/** One caller, who calls again when the clinic has trouble before there is anything to choose. */
async function chooseFirst(
  line: Line,
  from: string,
  { choice, result }: { choice: Ticket; result: Ticket },
  leave: () => void,
  signal: AbortSignal,
): Promise<End> {
  let afterwards = "";
  const answer: Answering = async (heard) => {
    const question = heard.said.join(" ");
    if (choice.isUsed()) {
      afterwards = question;
      await result.arrive();
      return { kind: "hangup" };
    }
    if (OFFERED.test(question)) {
      leave();
      await choice.arrive();
    }
    // 1 in each menu: an appointment, the first service, the first free day, the first opening.
    return scripted(["1"])(heard);
  };
  for (let calls = 1; !choice.isUsed(); calls++) {
    const { said } = await placeCall(line, { to: "+12125550100", from, answer, maxTurns: 12, signal });
    if (!choice.isUsed() && calls === 3) return { error: `no choice: "${said.at(-1)}"`, deadlock: false };
  }
  if (TAKEN.test(afterwards) && OFFERED.test(afterwards)) return "lost";
  if (ASKED_ON.test(afterwards)) return "won";
  return { error: `heard "${afterwards}"`, deadlock: false };
}
