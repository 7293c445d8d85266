import assert from "node:assert/strict";
import { asPostgrestError } from "./data-api-errors.ts";

function statusOf(error: unknown): number | undefined {
  const rewritten = asPostgrestError(error);
  if (rewritten === error) return undefined;
  assert.ok(rewritten instanceof Error && "detail" in rewritten);
  return JSON.parse(String(rewritten.detail)).status;
}

Deno.test("database errors get the status that PostgREST gives them", () => {
  const statuses = {
    "23P01": 400,
    "23514": 400,
    "23505": 409,
    P0001: 400,
    P0002: 500,
    "40001": 500,
    "57014": 500,
    "53300": 503,
  };
  for (const [code, status] of Object.entries(statuses)) assert.equal(statusOf({ code, message: "x" }), status, code);
});

Deno.test("a server that is away is 503, by whatever words the driver tells it", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:54322"), { code: "ECONNREFUSED" });
  assert.equal(statusOf(refused), 503);
  assert.equal(statusOf(new Error("Connection terminated unexpectedly")), 503);
  assert.equal(statusOf({ code: "57P01", message: "terminating connection due to administrator command" }), 503);
});

Deno.test("waiting in vain for a free connection is 504", () => {
  assert.equal(statusOf(new Error("timeout exceeded when trying to connect")), 504);
});

Deno.test("errors that the library answers rightly are left as they are", () => {
  for (const code of ["42501", "PT409", "22P02", "42P01"]) {
    assert.equal(statusOf({ code, message: "x" }), undefined, code);
  }
  assert.equal(statusOf(new TypeError("a bug")), undefined);
});
