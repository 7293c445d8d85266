import assert from "node:assert/strict";
import { Instant } from "../../../functions/_desk/operations/answers.ts";
import { claimSlot } from "../../../functions/_desk/operations/booking.ts";
import { failed, held } from "./dialogue.ts";

/** What the database's answers are read as. */

Deno.test("an instant is read alike from PostgREST and from Postgres itself", () => {
  for (
    const [written, read] of [
      ["2026-11-24T14:00:00+00:00", "2026-11-24T14:00:00+00:00"],
      ["2026-11-24T14:00:00.123Z", "2026-11-24T14:00:00.123Z"],
      ["2026-11-24 14:00:00+00", "2026-11-24T14:00:00+00:00"],
      ["2026-11-24 09:00:00.5-05", "2026-11-24T09:00:00.5-05:00"],
    ] as const
  ) assert.equal(Instant.parse(written), read);
  for (const none of ["", "2026-11-24", "2026-11-24 14:00:00", "infinity", "tomorrow"]) {
    assert.equal(Instant.safeParse(none).success, false, none);
  }
});

Deno.test("a refusal is an answer, and what is neither an answer nor a refusal is none", () => {
  assert.equal(claimSlot.answer.parse(held()).success, true);
  assert.deepEqual(claimSlot.answer.parse(failed("slot_taken")), failed("slot_taken"));
  for (const answer of [null, {}, { success: true }, { success: false }, { success: false, reason: "because" }, []]) {
    assert.equal(claimSlot.answer.safeParse(answer).success, false, JSON.stringify(answer));
  }
});
