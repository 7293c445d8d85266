import assert from "node:assert/strict";
import { call, type Rule, saidIn } from "./calling.ts";
import { CEDAR, database, HARBOR, someCaller } from "./stack.ts";

/** What a call remembers of its clinic never outlives a change, and never reaches another clinic's call. */

const TO_THE_SERVICES: Rule[] = [[/like to come in for/, "hangup"], [/book an app/, "1"]];

Deno.test("a changed greeting is heard at the next call", async () => {
  await using sql = database();
  const [{ greeting } = { greeting: null }] =
    await sql`select greeting from public.organizations where id = ${HARBOR.id}`;
  try {
    for (const words of ["We have moved to Pier Street.", "Our summer hours have begun."]) {
      await sql`update public.organizations set greeting = ${words} where id = ${HARBOR.id}`;
      const made = await call(HARBOR, someCaller(), [[/./, "hangup"]]);
      assert.ok(saidIn(made).includes(words), saidIn(made));
    }
  } finally {
    await sql`update public.organizations set greeting = ${greeting} where id = ${HARBOR.id}`;
  }
});

Deno.test("a changed service is heard at the next call, though the last one has just been remembered", async () => {
  await using sql = database();
  const rename = (name: string) => sql`update public.services set name = ${name} where id = ${HARBOR.service}`;
  try {
    for (const name of ["Short visit", "Long visit"]) {
      await rename(name);
      for (let calls = 0; calls < 2; calls++) {
        const made = await call(HARBOR, someCaller(), TO_THE_SERVICES);
        assert.ok(saidIn(made).includes(`For ${name}, press 1.`), saidIn(made));
      }
    }
  } finally {
    await rename("Check-up");
  }
});

Deno.test("a change in the middle of a call is heard as soon as what is remembered is not the clinic's any more", async () => {
  await using sql = database();
  try {
    const made = await call(HARBOR, someCaller(), [
      [/like to come in for/, "hangup"],
      [/book an app/, async () => {
        await sql`update public.services set name = 'Short visit' where id = ${HARBOR.service}`;
        // Somebody else's call brings the new version to wherever this call is answered.
        await call(HARBOR, someCaller(), [[/./, "hangup"]]);
        return "1";
      }],
    ]);
    assert.match(saidIn(made), /For Short visit, press 1\./);
  } finally {
    await sql`update public.services set name = 'Check-up' where id = ${HARBOR.service}`;
  }
});

Deno.test("calls at two clinics at once only ever hear their own services and names", async () => {
  const calls = await Promise.all(
    Array.from({ length: 12 }, (_, n) => call(n % 2 === 0 ? HARBOR : CEDAR, someCaller(), TO_THE_SERVICES)),
  );
  for (const made of calls) {
    const [own, foreign] = made.to === HARBOR.phone
      ? [/Harbor Dental.*Check-up.*Cleaning.*Crown fitting/, /Cedar|doctor|Blood/]
      : [/Cedar Family Clinic.*Appointment with a doctor.*Blood test/, /Harbor|Check-up|Cleaning|Crown/];
    assert.match(saidIn(made), own);
    assert.doesNotMatch(saidIn(made), foreign);
  }
});
