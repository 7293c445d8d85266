import assert from "node:assert/strict";
import { freePort } from "./claims.ts";

Deno.test("nobody is given a port that another was given and does not listen on yet", () => {
  const ports = Array.from({ length: 600 }, freePort);
  assert.equal(new Set(ports).size, ports.length);
});
