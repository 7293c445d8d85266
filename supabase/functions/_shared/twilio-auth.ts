import { type Admitted, mediaType, rawQuery } from "./auth.ts";
import { hasTooManyFields, readBody, readFields } from "./body.ts";
import { optionalSetting, publicUrl, setting } from "./environment.ts";
import { malformed, unauthenticated } from "./refusals.ts";
import { isShapedLikeASignature, isSignedByTwilio } from "./twilio-signature.ts";

/** Only Twilio: a form post, signed with our account's token over the public URL and every field that came. */
export async function twilio(request: Request, functionName: string): Promise<Admitted | Response> {
  const signature = request.headers.get("x-twilio-signature") ?? "";
  // Whoever sends none, or what can be none, has us read nothing.
  if (!isShapedLikeASignature(signature)) return unauthenticated();
  // Only a form has fields that a signature could cover, so anything else is not a request of Twilio's to us.
  if (request.method !== "POST" || mediaType(request) !== "application/x-www-form-urlencoded") return malformed();

  const query = rawQuery(request);
  const text = query === null ? null : await readBody(request);
  if (query === null || text === null || hasTooManyFields(text)) return malformed();

  const fields = readFields(text);
  for (const search of searches(query)) {
    // The gateway strips part of the path and proxies change host and scheme: what was signed is what we published.
    const signedUrl = publicUrl(functionName) + search;
    if (await isSignedByTwilio(setting("TWILIO_AUTH_TOKEN"), signature, signedUrl, fields)) {
      return { query: readFields(search.slice(1)), body: fields };
    }
  }
  return unauthenticated();
}

/**
 * The query as it came, and as it may have been signed: an address that says in which region the function shall run keeps
 * that until Supabase's gateway, which may take it off. We always write it last.
 */
function searches(search: string): string[] {
  const region = optionalSetting("SB_REGION");
  if (region === undefined || search.includes(REGION)) return [search];
  return [search, `${search === "" ? "?" : `${search}&`}${REGION}=${region}`];
}

const REGION = "forceFunctionRegion";
