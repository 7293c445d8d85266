/** Whole calls to a deployed project, as it is: no faults, no look into its database, and no more calls than there are flows. */
import { inboundCall, newSid } from "../../testkit/caller/call-parameters.ts";
import { type Line, openLine, send, sign } from "../../testkit/caller/line.ts";
import { onlyHost } from "../../testkit/caller/loopback.ts";
import { placeCall } from "../../testkit/caller/place-call.ts";
import { FLOWS } from "./flows.ts";
import { leaksTold, MOST_MS, type Verdict, wrongWith } from "./faulted-turns.ts";
import { answering } from "./trial-calls.ts";

/** Where to call, and with which numbers. */
export interface Deployed {
  /** The functions' public address: …/functions/v1. */
  readonly url: URL;
  readonly authToken: string;
  readonly accountSid: string | null;
  readonly to: string;
  readonly from: string;
}

const MOST_TURNS = 15;

/** Places each call that needs nothing prepared, and sends requests without a signature. */
export async function verifyDeployed(deployed: Deployed, onRow: (row: Verdict) => void): Promise<Verdict[]> {
  const address = deployed.url.href.replace(/\/+$/, "");
  const line = openLine({
    functionsUrl: address,
    publicFunctionsUrl: address,
    twilioAuthToken: deployed.authToken,
    twilioAccountSid: deployed.accountSid,
  }, { permit: onlyHost(deployed.url) });

  const rows: Verdict[] = [];
  const add = (row: Verdict) => {
    rows.push(row);
    onRow(row);
  };
  for (const flow of FLOWS.filter(({ onlyOnTrial }) => !onlyOnTrial)) {
    const call = await placeCall(line, {
      to: deployed.to,
      from: flow.isWithheld ? "anonymous" : deployed.from,
      answer: answering(flow, deployed.from),
      maxTurns: MOST_TURNS,
    });
    add({
      ...UNSEEN,
      what: flow.name,
      step: `${call.turns.length} turns`,
      heard: call.said.at(-1) ?? "",
      ms: Math.max(...call.turns.map(({ ms }) => ms)),
      wrong: [
        ...(flow.ends.test(call.said.join(" ")) ? [] : ["the call did not end as it should"]),
        ...call.turns.flatMap((turn) => wrongWith(turn, turn.ms, address, [deployed.authToken])),
        ...call.callbacks.filter(({ failure }) => failure !== null).map(({ failure }) =>
          `a callback: ${failure?.reason}`
        ),
      ],
    });
  }
  for (const name of ["voice", "voice-status", "voice-fallback"]) add(await sendUnsigned(line, name, deployed));
  return rows;
}

/** What cannot be seen from outside. */
const UNSEEN = { fault: "none", staff: "not looked at", sentry: "not looked at" } as const;

/** Without the right signature there is no answer. */
async function sendUnsigned(line: Line, name: string, { to, from }: Deployed): Promise<Verdict> {
  const params = inboundCall({ callSid: newSid("CA"), accountSid: line.accountSid, to, from });
  const answer = await send(line, sign({ ...line, authToken: "somebody else's token" }, name, params));
  return {
    ...UNSEEN,
    what: name,
    step: "a wrong signature",
    heard: `${answer.status} ${answer.body}`,
    ms: answer.ms,
    wrong: [
      ...(answer.status === 403 && answer.body === "" ? [] : [`it is answered ${answer.status}, not an empty 403`]),
      ...(answer.ms > MOST_MS ? [`an answer took ${Math.round(answer.ms)} ms`] : []),
      ...leaksTold(answer, line.publicUrl, []),
    ],
  };
}
