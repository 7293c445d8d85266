/** What the command line of the live verification asks for. */
import { parseArgs } from "node:util";
import { phoneNumber } from "../../testkit/caller/call-parameters.ts";
import { BadArguments, wholeNumber } from "../../command/command.ts";
import type { Deployed } from "./deployed.ts";
import { type Extent, PARTS } from "./parts.ts";

/** What is verified. */
export type Wanted =
  | { readonly kind: "deployed"; readonly deployed: Deployed }
  | { readonly kind: "stack"; readonly parts: readonly string[]; readonly extent: Extent; readonly stackDir: string };

export const USAGE = `deno task test:live [--only PARTS] [--quick] [--seed N] [--stack DIR]
deno task test:live --url https://PROJECT.supabase.co/functions/v1 [--to +1...] [--from +1...]

Whole calls through the front door, with everything behind it broken at every step in turn. It runs on the running stack
(the folder in STACK_DIR, or .stack), and starts one for itself when there is none.

  --only PARTS   of ${Object.keys(PARTS).join(", ")}: these alone, separated by commas
  --quick        one fault a step, and a tenth of the rest
  --seed N       the seed that a failed run printed
  --stack DIR    the folder of a running stack

With --url it calls a deployed project instead, whose functions answer there, and breaks nothing. TWILIO_AUTH_TOKEN has to
be in the environment (and TWILIO_ACCOUNT_SID may be). No other host is called, and there are as many calls as errands:
they book, ask and leave messages for real, so name the number of a clinic that is there for trying.

  --to NUMBER    the clinic's number; +12125550100 when it is not given
  --from NUMBER  the caller's
`;

const OPTIONS = {
  only: { type: "string" },
  quick: { type: "boolean" },
  seed: { type: "string" },
  stack: { type: "string" },
  url: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
} as const;

/** Reads arguments and environment. */
export function readLiveArguments(args: readonly string[], environment: Readonly<Record<string, string>>): Wanted {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.url !== undefined) return readDeployed({ ...values, url: values.url }, environment);

  const parts = values.only?.split(",") ?? Object.keys(PARTS);
  const unknown = parts.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) throw new BadArguments(`There is no part "${unknown}".`);
  const seed = wholeNumber("seed", values.seed, Math.floor(Math.random() * 1e6), 0, 1e9);
  return {
    kind: "stack",
    parts,
    extent: { seed, isQuick: values.quick ?? false },
    stackDir: values.stack ?? (environment.STACK_DIR || ".stack"),
  };
}

function readDeployed(
  values: { readonly url: string; readonly to?: string; readonly from?: string },
  environment: Readonly<Record<string, string>>,
): Wanted {
  if (!URL.canParse(values.url)) throw new BadArguments(`"${values.url}" is not a URL.`);
  const to = phoneNumber(values.to ?? "+12125550100");
  const from = phoneNumber(values.from ?? "+12125550123");
  if (to === null || from === null) throw new BadArguments("A number begins with + and the country's code.");
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_ACCOUNT_SID: accountSid } = environment;
  if (!authToken) throw new BadArguments("Without TWILIO_AUTH_TOKEN in the environment no call can be signed.");
  const url = new URL(values.url);
  return { kind: "deployed", deployed: { url, authToken, accountSid: accountSid || null, to, from } };
}
