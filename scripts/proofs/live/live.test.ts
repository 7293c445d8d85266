/** A little of `deno task test:live` in every run of the tests, so that it stays true and stays runnable. */
import assert from "node:assert/strict";
import { openTrialClinic } from "./trial-clinic.ts";
import { verifyDeployed } from "./deployed.ts";
import { FAULTS, tryFaults } from "./fault-table.ts";
import { tryHistories } from "./event-histories.ts";
import { killUnderCalls } from "./kills.ts";
import type { Verdict } from "./faulted-turns.ts";
import { lineTo } from "../../testkit/environment.ts";
import { killPostgres } from "./retry.ts";

const environment = Deno.env.toObject();
const { STACK_DIR, SECRET_KEY = "", PUBLISHABLE_KEY = "", TWILIO_AUTH_TOKEN = "" } = environment;
const GENTLE = FAULTS.filter((fault) => fault !== "kill");

Deno.test("whatever breaks at some of the turns, callers are helped, staff get it once, and Sentry all of it", async () => {
  // Another part of the table in every run: what is left out now is tried some other time.
  const offset = Math.floor(Math.random() * 6);
  const rows = await tryFaults(environment, {
    lanes: 1,
    faultsFor: (index) => index % 6 === offset ? [GENTLE[(index + offset) % GENTLE.length] ?? "refuse"] : [],
  });
  const wrong = rows.filter((row) => row.wrong.length > 0);
  assert.deepEqual(wrong, [], `offset ${offset}`);
  assert.ok(rows.length > 20);
});

Deno.test("a project is verified from outside by its address, a number and the token alone", async () => {
  await using clinic = await openTrialClinic(environment);
  const deployed = {
    url: new URL(environment.PUBLIC_FUNCTIONS_URL ?? ""),
    authToken: TWILIO_AUTH_TOKEN,
    accountSid: environment.TWILIO_ACCOUNT_SID ?? null,
    to: clinic.phone,
    from: "+12125550162",
  };
  const rows: Verdict[] = [];
  assert.deepEqual(await verifyDeployed(deployed, (row) => rows.push(row)), rows);
  assert.deepEqual(rows.filter(({ wrong }) => wrong.length > 0), []);
  const mistaken = await verifyDeployed({ ...deployed, authToken: "somebody else's token" }, () => {});
  assert.ok(mistaken.filter(({ what }) => !what.startsWith("voice")).every(({ wrong }) => wrong.length > 0));
});

Deno.test("some hundred histories of calls end as they would have in their order", async () => {
  const seed = Math.floor(Math.random() * 1e6);
  const { tried, wrong } = await tryHistories(environment.DB_URL ?? "", 300, seed);
  assert.deepEqual([tried, wrong], [300, []], `seed ${seed}`);
});

Deno.test({
  name: "nothing that callers rely on is lost or there twice when the database is killed under them",
  // Only the database of the stack that runs the tests is ours to kill.
  ignore: STACK_DIR === undefined || environment.TWILIO_API_URL === undefined,
  async fn() {
    const seed = Math.floor(Math.random() * 1e6);
    await using clinic = await openTrialClinic(environment);
    const { calls, lost, duplicated, wrong } = await killUnderCalls({
      line: lineTo(environment),
      clinic,
      twilioApiUrl: environment.TWILIO_API_URL ?? "",
      secretKey: SECRET_KEY,
      secrets: [SECRET_KEY, PUBLISHABLE_KEY, TWILIO_AUTH_TOKEN],
      kill: () => killPostgres(STACK_DIR ?? ""),
      kills: 2,
      callers: 6,
      seed,
    });
    assert.deepEqual({ lost, duplicated, wrong }, { lost: 0, duplicated: 0, wrong: [] }, `seed ${seed}`);
    assert.ok(calls > 5);
  },
});
