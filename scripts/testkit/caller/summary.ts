/** A call in one line. */
import { percentile } from "../percentile.ts";
import type { Call } from "./turns.ts";

/** The numbers of a call, as `--json` prints them last. */
export interface Summary {
  readonly type: "summary";
  readonly callSid: string;
  readonly to: string;
  readonly from: string;
  readonly turns: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  /** On a real line. */
  readonly seconds: number;
  readonly ending: Call["ending"];
  /** Status callbacks that the clinic did not take. */
  readonly callbacksFailed: number;
}

/** Sums a call up. */
export function summarise(call: Call): Summary {
  const times = call.turns.map((turn) => turn.ms);
  const rounded = (percent: number) => times.length === 0 ? null : Math.round(percentile(times, percent) * 10) / 10;
  return {
    type: "summary",
    callSid: call.callSid,
    to: call.to,
    from: call.from,
    turns: call.turns.length,
    p50: rounded(50),
    p95: rounded(95),
    max: rounded(100),
    seconds: call.seconds,
    ending: call.ending,
    callbacksFailed: call.callbacks.filter((exchange) => exchange.failure !== null).length,
  };
}

/** Whether a caller would say that the call went through: nobody told them of an application error. */
export function endedNormally(call: Call): boolean {
  return !["application error", "turn limit", "refused"].includes(call.ending.how);
}

/** The summary in words. */
export function inWords(summary: Summary): string {
  const { turns, p50, p95, max, seconds, ending, callbacksFailed } = summary;
  const detail = ending.detail.charAt(0).toUpperCase() + ending.detail.slice(1);
  const times = `p50 ${whole(p50)}, p95 ${whole(p95)}, max ${whole(max)} ms`;
  const failed = callbacksFailed === 0 ? "" : ` ${counted(callbacksFailed, "status callback")} failed.`;
  return `${counted(turns, "turn")}: ${times}; ${duration(seconds)} on a real line. ${
    detail.replace(/\.?$/, ".")
  }${failed}`;
}

function whole(ms: number | null): string {
  return ms === null ? "–" : String(Math.round(ms));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
