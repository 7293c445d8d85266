/** The command line of `deno task call`. */
import { phoneNumber, WITHHELD } from "./call-parameters.ts";

/** What was asked for. */
export type Arguments =
  | { readonly kind: "help" }
  /** `because` is a sentence for the person who typed it. */
  | { readonly kind: "wrong"; readonly because: string }
  | {
    readonly kind: "call";
    readonly to: string;
    readonly from: string;
    /** null: somebody answers at the keyboard. */
    readonly answers: readonly string[] | null;
    readonly print: "transcript" | "summary" | "json";
  };

export const USAGE =
  `Usage: deno task call [--to NUMBER] [--from NUMBER | --from anonymous] [--answers ANSWER …] [--quiet | --json]

Calls a clinic of the running stack and plays Twilio's part in it.

  --to NUMBER        the clinic, +12125550100 unless told; the other demo clinic is +442079460100
  --from NUMBER      the caller, +12125550123 unless told; "anonymous" withholds the number
  --answers ANSWER…  what the caller answers, one argument each; without it the keyboard answers
  --quiet            print the summary alone
  --json             print one JSON line for each turn, and one for the summary

An answer is a line of digits, * and # for the keypad, any other words for speech, and nothing for silence. Also:
  say:WORDS          speech, even if it looks like keys
  record:WORDS       talk after the beep; record:8 talks for 8 seconds; "record:WORDS #" ends with the # key
  early:ANSWER       do not wait for the end of the question
  hangup             put the phone down; hangup:WORDS says them first
When the answers run out the caller stays silent. At the keyboard, Ctrl-D and Ctrl-C hang up.

Exit code: 0 when the call ended normally, 1 when it did not or nobody answers, 2 when these options are wrong.
`;

const CLINIC = "+12125550100";
const CALLER = "+12125550123";

/** Reads the command line. */
export function readArguments(args: readonly string[]): Arguments {
  let to = CLINIC;
  let from = CALLER;
  let answers: string[] | null = null;
  let print: "transcript" | "summary" | "json" = "transcript";

  const rest = args.flatMap((arg) => {
    const [, option, value] = /^(--(?:to|from))=(.*)$/s.exec(arg) ?? [];
    return option !== undefined && value !== undefined ? [option, value] : [arg];
  });
  while (rest.length > 0) {
    const option = rest.shift() ?? "";
    switch (option) {
      case "--help":
      case "-h":
        return { kind: "help" };
      case "--to":
      case "--from": {
        const value = rest.shift();
        if (value === undefined || value.startsWith("--")) return wrong(`${option} needs a phone number.`);
        const withheld = option === "--from" && value.toLowerCase() === WITHHELD;
        const number = withheld ? WITHHELD : phoneNumber(value);
        if (number === null) return wrong(`"${value}" is not a phone number: write it like ${CLINIC}.`);
        if (option === "--to") to = number;
        else from = number;
        break;
      }
      case "--answers":
        answers ??= [];
        while (rest[0] !== undefined && !rest[0].startsWith("--")) answers.push(rest.shift() ?? "");
        break;
      case "--quiet":
      case "--json":
        if (print !== "transcript") return wrong("--quiet and --json exclude each other.");
        print = option === "--json" ? "json" : "summary";
        break;
      default:
        return wrong(`There is no option "${option}".`);
    }
  }
  return { kind: "call", to, from, answers, print };
}

function wrong(because: string): Arguments {
  return { kind: "wrong", because };
}
