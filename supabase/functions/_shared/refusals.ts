/** Whoever cannot say who they are learns nothing: no body, whatever they sent. */
export function unauthenticated(): Response {
  return new Response(null, { status: 403 });
}

/** The sender is allowed in, or was never asked, but the request is not one that we can read. */
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
