import assert from "node:assert/strict";
import { readStackSettings, StackNotRunning } from "./settings.ts";

async function stackDir(env: string | null): Promise<string> {
  const directory = await Deno.makeTempDir();
  if (env !== null) await Deno.writeTextFile(`${directory}/env`, env);
  return directory;
}

Deno.test("the stack's file tells where to call and how to sign", async () => {
  const STACK_DIR = await stackDir(
    'FUNCTIONS_URL="http://127.0.0.1:9000/functions/v1/"\nTWILIO_AUTH_TOKEN=abc\nPUBLIC_FUNCTIONS_URL=https://frontdesk.example/functions/v1\n',
  );
  assert.deepEqual(readStackSettings({ STACK_DIR, TWILIO_AUTH_TOKEN: "of a real account" }), {
    functionsUrl: "http://127.0.0.1:9000/functions/v1",
    publicFunctionsUrl: "https://frontdesk.example/functions/v1",
    twilioAuthToken: "abc",
    twilioAccountSid: null,
  });
});

Deno.test("the stand-in for Twilio's REST API is the stack's own, whatever the environment says", async () => {
  const file = "FUNCTIONS_URL=http://127.0.0.1:9000\nTWILIO_AUTH_TOKEN=abc\n";
  const own = await stackDir(`${file}TWILIO_API_URL=http://127.0.0.1:3001/twilio\n`);
  assert.equal(readStackSettings({ STACK_DIR: own }).twilioApiUrl, "http://127.0.0.1:3001/twilio");
  const STACK_DIR = await stackDir(file);
  assert.equal(readStackSettings({ STACK_DIR, TWILIO_API_URL: "https://api.twilio.com" }).twilioApiUrl, undefined);
});

Deno.test("without the file the environment tells the same", async () => {
  const settings = readStackSettings({
    STACK_DIR: await stackDir(null),
    FUNCTIONS_URL: "http://127.0.0.1:9000/functions/v1",
    TWILIO_AUTH_TOKEN: "abc",
  });
  assert.equal(settings.publicFunctionsUrl, settings.functionsUrl);
});

Deno.test("without either the stack is not running, in one sentence", async () => {
  for (const env of [null, "", "FUNCTIONS_URL=http://127.0.0.1:9000\n"]) {
    const STACK_DIR = await stackDir(env);
    assert.throws(() => readStackSettings({ STACK_DIR }), (error) => {
      assert.ok(error instanceof StackNotRunning);
      assert.match(error.message, /^Nobody answers: .*deno task start/);
      return true;
    });
  }
});
