import { MissingSettingError } from "./errors.ts";

/** What is running, as `health` and Sentry tell it. */
export const VERSION = "0.1.0";

/** A setting that may be absent. */
export function optionalSetting(name: string): string | undefined {
  const value = Deno.env.get(name);
  return value === undefined || value === "" ? undefined : value;
}

/** A setting without which the function cannot do its work. */
export function setting(name: string): string {
  const value = optionalSetting(name);
  if (value === undefined) throw new MissingSettingError(name);
  return value;
}

/** The project's secret keys by name. */
export function secretKeys(): Record<string, string> {
  return keysIn("SUPABASE_SECRET_KEYS");
}

/** The secret key that we use ourselves. */
export function ownSecretKey(): string {
  return chosen("SUPABASE_SECRET_KEYS");
}

/** The publishable key that we use ourselves. */
export function ownPublishableKey(): string {
  return chosen("SUPABASE_PUBLISHABLE_KEYS");
}

/** The public address of one of our functions, which is the one that Twilio signs. */
export function publicUrl(functionName: string): string {
  return `${setting("PUBLIC_FUNCTIONS_URL").replace(/\/+$/, "")}/${functionName}`;
}

/** Keys of one kind by name; Supabase injects them as one JSON object, so that they can be rotated. */
function keysIn(name: string): Record<string, string> {
  const keys = parseJson(setting(name));
  if (!isTextByName(keys)) throw new MissingSettingError(name);
  return keys;
}

/** The one named "default", or any other, since a rotation may leave none of that name. */
function chosen(name: string): string {
  const keys = keysIn(name);
  const key = keys.default ?? Object.values(keys)[0];
  if (key === undefined) throw new MissingSettingError(name);
  return key;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller reports it as a setting that is missing, without quoting a key.
  }
}

function isTextByName(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string");
}
