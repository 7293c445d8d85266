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

/** The project's secret keys by name; Supabase injects them as one JSON object, so that keys can be rotated. */
export function secretKeys(): Record<string, string> {
  const name = "SUPABASE_SECRET_KEYS";
  const keys = parseJson(setting(name));
  if (!isTextByName(keys)) throw new MissingSettingError(name);
  return keys;
}

/** The key that we use ourselves: the one named "default", or any other, since a rotation may leave none by that name. */
export function ownSecretKey(): string {
  const keys = secretKeys();
  const key = keys.default ?? Object.values(keys)[0];
  if (key === undefined) throw new MissingSettingError("SUPABASE_SECRET_KEYS");
  return key;
}

/** The public address of one of our functions, which is the one that Twilio signs. */
export function publicUrl(functionName: string): string {
  return `${setting("PUBLIC_FUNCTIONS_URL").replace(/\/+$/, "")}/${functionName}`;
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
