/** Twilio's largest form, a text of 1,600 characters that take nine bytes each, is below this. */
export const MAX_BODY_BYTES = 16 * 1024;

/** Twilio sends about thirty fields, and our own addresses have as many at most. */
const MAX_FIELDS = 200;

/** A sender who trickles bytes does not get to keep us waiting. */
const MAX_READ_MS = 2000;

/**
 * The body as text, or null when it is too large or does not arrive. It stops reading at the limit, so a large body
 * costs us no more than that.
 */
export async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return null;
  if (request.body === null) return "";

  const reader = request.body.getReader();
  const timer = setTimeout(() => reader.cancel().catch(ignoreGone), MAX_READ_MS);
  const startedAt = performance.now();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > MAX_BODY_BYTES) {
        reader.cancel().catch(ignoreGone);
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
    // Cancelling ends a read as if the body were complete.
    return performance.now() - startedAt >= MAX_READ_MS ? null : text + decoder.decode();
  } catch {
    return null; // The sender went away in the middle; there is nobody left to tell.
  } finally {
    clearTimeout(timer);
  }
}

/** Cancelling a stream whose sender has already gone fails, which is what we wanted anyway. */
function ignoreGone(): void {}

/** The fields of a form; one that came several times is a list, as Twilio's signature counts it. */
export type Fields = Record<string, string | string[]>;

/** Whether a form or a query has more fields than anybody means to send. */
export function hasTooManyFields(encoded: string): boolean {
  return encoded.split("&", MAX_FIELDS + 1).length > MAX_FIELDS;
}

/** Reads a form or a query, keeping every field that came. */
export function readFields(encoded: string): Fields {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    const earlier = fields.get(name);
    if (Array.isArray(earlier)) earlier.push(value);
    else fields.set(name, earlier === undefined ? value : [earlier, value]);
  }
  return Object.fromEntries(fields);
}
