import { FrontdeskError, ThrownValueError } from "./errors.ts";

/** Stands where words may be a caller's. */
const REDACTED = "[redacted: it may quote a caller]";

/** The runtime's own complaints, of which only the property's name may come from outside. */
const HARMLESS = [
  /^(Cannot (?:read|set) properties of (?:undefined|null))(?: \((?:reading|setting) '.*'\))?$/s,
  /^([\w$.]+ is not (?:a function|a constructor|defined|iterable))$/,
  /^(Maximum call stack size exceeded)$/,
];

/** Far enough to see what lay behind; a chain may well lead back to its beginning. */
const MOST_CAUSES = 3;

/**
 * What may be told of something that was thrown: a copy of its kind and its places, and of its message only when we wrote
 * it ourselves. Whoever gets the copy finds nothing else in it, however closely they look.
 */
export function redacted(thrown: unknown, causes = 0): Error {
  const error = asError(thrown);
  const { cause } = error;
  const copy = cause === undefined || causes === MOST_CAUSES
    ? new Error(tellable(error))
    : new Error(tellable(error), { cause: redacted(cause, causes + 1) });
  copy.name = kindOf(error);
  copy.stack = `${copy.name}\n${placesOf(error).join("\n")}`;
  return copy;
}

function tellable(error: Error): string {
  // What an error is called proves nothing: only our own class makes messages that are ours.
  if (error instanceof FrontdeskError) return error.message;
  const [harmless] = HARMLESS.flatMap((pattern) => pattern.exec(error.message)?.slice(1) ?? []);
  return harmless ?? REDACTED;
}

/** The lines of the stack that name places. A message comes before them, and may have lines that look like one. */
function placesOf(error: Error): string[] {
  const { message, stack = "" } = error;
  const at = message === "" ? -1 : stack.indexOf(message);
  const rest = at === -1 ? stack : stack.slice(at + message.length);
  return rest.split("\n").filter((line) => /^ {4}at /.test(line));
}

/** What was thrown, as an error that can be looked at: anything may be thrown, also what throws when it is read. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && isReadable(thrown)) return thrown;
  } catch {
    // What it would have said is not known, which is an answer too.
  }
  return new ThrownValueError(thrown);
}

function isReadable({ name, message, stack = "", cause }: Error): boolean {
  return [name, message, stack].every((text) => typeof text === "string") && cause !== null;
}

/** What kind of error it is, by a name that is one: nobody's words fit into it. */
export function kindOf({ name }: Error): string {
  return /^[A-Z][A-Za-z0-9]{0,60}$/.test(name) ? name : "Error";
}
