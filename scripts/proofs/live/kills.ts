/** The database is killed again and again under callers who know nothing of it; then everything is counted. */
import { setTimeout as delay } from "node:timers/promises";
import type { Answering } from "../../testkit/caller/answers.ts";
import { placeListedCall } from "../../testkit/caller/listed-call.ts";
import type { Line } from "../../testkit/caller/line.ts";
import type { Call } from "../../testkit/caller/turns.ts";
import type { TrialClinic } from "./trial-clinic.ts";
import { PATIENT } from "./flows.ts";
import { retry } from "./retry.ts";
import { type Audit, auditCalls } from "./call-audit.ts";
import { type Random, randomOf } from "../../testkit/random.ts";
import { reconcileNow } from "../../testkit/worker.ts";

/** What was counted, after so many kills. */
export interface Killed extends Audit {
  readonly kills: number;
}

/** Under which circumstances. */
export interface KillOptions {
  readonly line: Line;
  readonly clinic: TrialClinic;
  readonly twilioApiUrl: string;
  readonly secretKey: string;
  readonly secrets: readonly string[];
  /** Kills the database, and waits for the next. */
  readonly kill: () => Promise<void>;
  readonly kills: number;
  readonly callers: number;
  readonly seed: number;
  readonly onKill?: (kills: number) => void;
}

/** At most so long between the database's return and its next end. */
const MOST_PEACE_MS = 3000;

/** Kills, while so many callers call one after the other; the calls under way at the last kill are finished. */
export async function killUnderCalls(options: KillOptions): Promise<Killed> {
  const { line, clinic, secretKey, secrets, kill, kills, callers, seed, onKill = () => {} } = options;
  const calls: Call[] = [];
  let isOver = false;
  const random = randomOf(seed);
  const numbers = Array.from({ length: callers }, (_, number) => `+121255501${String(30 + number).padStart(2, "0")}`);
  for (const number of numbers) await clinic.welcome(number);
  const calling = numbers.map(async (from, number) => {
    const own = randomOf(seed * 1000 + number);
    while (!isOver) calls.push(await placeOne(options, from, own));
  });
  for (let done = 0; done < kills;) {
    await delay(random.below(MOST_PEACE_MS));
    await kill();
    onKill(++done);
    await retry(() => clinic.sql`select 1`);
  }
  isOver = true;
  await Promise.all(calling);

  for (let runs = 0; runs < 3; runs++) {
    await retry(async () => {
      const { status, body } = await reconcileNow(line, secretKey);
      if (status !== 200) throw new Error(`The worker could not reconcile: ${status} ${body}`);
    });
  }
  return { kills, ...await auditCalls(clinic, calls, line.publicUrl, secrets) };
}

async function placeOne({ line, clinic, twilioApiUrl }: KillOptions, from: string, random: Random): Promise<Call> {
  return await placeListedCall(line, twilioApiUrl, { to: clinic.phone, from, answer: somebody(random), maxTurns: 30 });
}

/**
 * Somebody who listens: most want an appointment, some to move or cancel one, some a word with somebody, and some hang up in
 * the middle.
 */
function somebody(random: Random): Answering {
  const patience = random.below(6) === 0 ? 1 + random.below(6) : Infinity;
  const errand = random.pick(["1", "1", "1", "1", "2", "2", "2", "3", "0"]);
  let questions = 0;
  return async ({ said, asked }) => {
    await delay(random.below(200));
    if (asked.verb === "Record") return { kind: "recording", seconds: 5, words: "call me back please" };
    if (++questions > patience) return { kind: "hangup" };
    const heard = said.join(" ");
    const keys = (...keys: string[]) => ({ kind: "keys", keys: random.pick(keys) } as const);
    if (/To book an appointment/.test(heard)) return keys(errand);
    if (/What would you like to come in for/.test(heard)) return keys("1", "2");
    if (/day works for you/.test(heard)) return { kind: "speech", words: random.pick(DAYS) };
    if (/your name/.test(heard)) return { kind: "speech", words: "Robin Vale" };
    if (/date of birth/.test(heard)) return keys(PATIENT.keyed);
    if (/Shall I (?:book|move|cancel) it|Would you like to book one/.test(heard)) return keys("1");
    if (/Which one are you calling about/.test(heard)) return keys("1", "2");
    if (/Press 1 for/.test(heard)) return keys("1", "2", "3");
    return keys("0");
  };
}

const DAYS = [
  "tomorrow",
  "next monday",
  "next tuesday",
  "next week",
  "wednesday",
  "thursday morning",
  "friday",
  "in ten days",
  "in three weeks",
  "saturday",
];
