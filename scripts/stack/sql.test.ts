import assert from "node:assert/strict";
import { asJsonInstant } from "./sql.ts";

Deno.test("instants are written as PostgREST writes them", () => {
  const written = {
    "2026-11-26 08:00:00+00": "2026-11-26T08:00:00+00:00",
    "2026-11-26 08:00:00.972-05": "2026-11-26T08:00:00.972-05:00",
    "2026-11-26 08:00:00+05:30": "2026-11-26T08:00:00+05:30",
    "2026-11-26 08:00:00": "2026-11-26T08:00:00",
    infinity: "infinity",
  };
  for (const [postgres, json] of Object.entries(written)) assert.equal(asJsonInstant(postgres), json);
});
