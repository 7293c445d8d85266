import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { readTarget, withDatabase } from "./target.ts";

/** A client's request for TLS: a length of 8, and a number that stands for no version. */
const ASKS_FOR_TLS = [0, 0, 0, 8, 4, 210, 22, 47];

/** What a command says first to a server that has no TLS to offer. */
async function firstWords(hostname: string, query = ""): Promise<{ first: number[]; inTheClear: boolean }> {
  using listener = Deno.listen({ hostname, port: 0 });
  const said: number[] = [];
  const hungUp = new AbortController();
  const serve = async () => {
    using connection = await listener.accept();
    for (const answer of ["N", ""]) {
      const bytes = new Uint8Array(1024);
      said.push(...bytes.subarray(0, await connection.read(bytes) ?? 0));
      await connection.write(new TextEncoder().encode(answer));
      if (said.length > ASKS_FOR_TLS.length) break;
    }
    hungUp.abort();
  };
  const { port } = listener.addr as Deno.NetAddr;
  const target = readTarget({ DB_URL: `postgresql://postgres:secret@${hostname}:${port}/postgres${query}` });
  const served = serve();
  await assert.rejects(withDatabase(target, hungUp.signal, (sql) => sql`select 1`));
  await served;
  return { first: said.slice(0, 8), inTheClear: String.fromCharCode(...said).includes("postgres") };
}

const elsewhere = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;
const onANetwork = { ignore: elsewhere === undefined };

Deno.test("a database that is not on this machine is told nothing without TLS", onANetwork, async () => {
  assert.deepEqual(await firstWords(`${elsewhere}`), { first: ASKS_FOR_TLS, inTheClear: false });
});

Deno.test("the URL may say otherwise", onANetwork, async () => {
  const { first, inTheClear } = await firstWords(`${elsewhere}`, "?sslmode=disable");
  assert.notDeepEqual(first, ASKS_FOR_TLS);
  assert.ok(inTheClear);
});

Deno.test("on this machine nobody is asked for TLS", async () => {
  assert.ok((await firstWords("127.0.0.1")).inTheClear);
});
