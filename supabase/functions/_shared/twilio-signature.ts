import type { Fields } from "./body.ts";

/** The 20 bytes of a SHA-1, in base64: whatever else is sent as a signature is none, which can be told from it alone. */
export function isShapedLikeASignature(signature: string): boolean {
  return /^[A-Za-z0-9+/]{27}=$/.test(signature);
}

/**
 * Whether Twilio has signed a request: with our account's token, over its address and every field that came.
 *
 * The signature of the address as published is checked here, by WebCrypto; whether any other is right (Twilio and what is
 * behind it differ over ports and escapes) is for Twilio's own library to say. The library needs Node's crypto, which takes
 * 34 ms of the processor in a process that has just begun, while a caller waits.
 */
export async function isSignedByTwilio(
  token: string,
  signature: string,
  url: string,
  fields: Fields,
): Promise<boolean> {
  if (!isShapedLikeASignature(signature)) return false;
  if (await isSignatureOf(url + inOrder(fields), signature, token)) return true;
  const { validateRequest } = await import("twilio/lib/webhooks/webhooks.js");
  return validateRequest(token, signature, url, fields);
}

/** Name and value of each field, by name; of a field that came several times, each value once. */
function inOrder(fields: Fields): string {
  const values = (name: string) => [...new Set([fields[name] ?? []].flat())].sort();
  return Object.keys(fields).sort().flatMap((name) => values(name).map((value) => name + value)).join("");
}

const HMAC = { name: "HMAC", hash: "SHA-1" };

async function isSignatureOf(text: string, signature: string, token: string): Promise<boolean> {
  const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
  const utf8 = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", utf8.encode(token), HMAC, false, ["verify"]);
  // It compares in constant time.
  return await crypto.subtle.verify(HMAC, key, bytes, utf8.encode(text));
}
