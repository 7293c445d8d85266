/** What to paste into Twilio's console for a clinic's number. */

/**
 * The settings as text. The fragment on the voice URL asks Twilio to try twice more, also when an answer does not come in
 * four seconds or is a server's error; by itself it retries once, on a failed connection alone. Fragments are not signed.
 */
export function twilioSettings(functionsUrl: string, phone: string, region?: string): string {
  // Next to the database a turn spares an ocean; the query is part of what Twilio signs, and so of what we check.
  const query = region === undefined ? "" : `?forceFunctionRegion=${encodeURIComponent(region)}`;
  const url = (name: string) => `${functionsUrl}/${name}${query}`;
  return [
    `Twilio console, Phone Numbers, ${phone}, all with HTTP POST:`,
    "",
    `  A call comes in          ${url("voice")}#rc=2&rp=ct,rt,5xx&rt=4000`,
    `  Primary handler fails    ${url("voice-fallback")}`,
    `  Call status changes      ${url("voice-status")}`,
    `  A message comes in       ${url("sms")}`,
    "",
    "The functions check Twilio's signature: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must be set as secrets, and",
    `PUBLIC_FUNCTIONS_URL to ${functionsUrl}`,
  ].join("\n");
}
