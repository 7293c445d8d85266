/** What broken servers say. */

/** An answer that is none, by what is wrong with it. */
export type FaultyAnswer =
  /** Status 500 with an error as the Data API writes it. */
  | "error"
  /** Status 503, as the Data API answers while its database is not up yet. */
  | "restarting"
  /** A web page of a gateway. */
  | "html"
  /** Status 200 and half a JSON. */
  | "half"
  /** Status 200 and a JSON that is something else. */
  | "wrong";

/** The text that a broken server says about itself here: none of it may come out on the other side. */
export const TELLTALE = 'could not open file "base/16384/2619": too many open files in relation "slot_claims"';

/** The whole answer, as it goes over the wire. */
export function brokenAnswer(fault: FaultyAnswer): string {
  switch (fault) {
    case "error":
      return json(500, { code: "53000", details: "at slot_claims", hint: null, message: TELLTALE });
    case "restarting":
      return json(503, {
        code: "PGRST001",
        details: "FATAL:  the database system is starting up",
        hint: null,
        message: `Database client error. Retrying the connection. ${TELLTALE}`,
      });
    case "html":
      return response(502, "text/html", `<html><h1>502 Bad Gateway</h1>${TELLTALE}</html>`);
    case "half":
      return response(200, "application/json", '{"success": true, "clinic": {"id": "a0');
    case "wrong":
      // An answer that says no more than that all is well would be a good one to some questions.
      return json(200, { success: "true", telltale: TELLTALE });
  }
}

function json(status: number, body: unknown): string {
  return response(status, "application/json", JSON.stringify(body));
}

/** An answer of HTTP/1.1, after which the connection closes. */
export function response(status: number, type: string, body: string): string {
  const length = new TextEncoder().encode(body).length;
  return `HTTP/1.1 ${status} Fault\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n` +
    `connection: close\r\n\r\n${body}`;
}
