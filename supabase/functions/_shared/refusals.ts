/** Whoever cannot prove who they are learns nothing: an empty answer, whatever they sent. */
export function unauthenticated(): Response {
  return new Response(null, { status: 403 });
}

/** The sender may come in, or was never asked who they are, but we cannot read the request. */
export function malformed(): Response {
  return sentence(400, "We could not read this request. Please check what it sends and how.");
}

/** For the one function that people open by hand. */
export function methodNotAllowed(allowed: string): Response {
  const response = sentence(405, "This address can only be read.");
  response.headers.set("allow", allowed);
  return response;
}

function sentence(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
