import { FrontdeskError, ThrownValueError } from "./errors.ts";

/** Stands where words may be a caller's. */
const REDACTED = "[redacted: it may quote a caller]";

/** The runtime's own complaints, of which only the property's name may come from outside. */
const HARMLESS = [
  /^(Cannot (?:read|set) properties of (?:undefined|null))(?: \((?:reading|setting) '.*'\))?$/s,
  /^([\w$.]+ is not (?:a function|a constructor|defined|iterable))$/,
  /^(Maximum call stack size exceeded)$/,
];

/** Enough to see the cause; a chain of causes may lead back to where it began. */
const MOST_CAUSES = 3;

/**
 * What may be reported of something that was thrown: a copy of its kind and its stack, and of its message only when we wrote
 * it ourselves. Nothing else is in the copy.
 */
export function redacted(thrown: unknown, causes = 0): Error {
  const error = asError(thrown);
  const { cause } = error;
  const copy = cause === undefined || causes === MOST_CAUSES
    ? new Error(safeMessage(error))
    : new Error(safeMessage(error), { cause: redacted(cause, causes + 1) });
  copy.name = kindOf(error);
  copy.stack = `${copy.name}\n${placesOf(error).join("\n")}`;
  return copy;
}

function safeMessage(error: Error): string {
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

/** What was thrown, as an error that can be read: anything may be thrown, even something that throws when it is read. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && isReadable(thrown)) return thrown;
  } catch {
    // It cannot be read, so nothing of it is kept.
  }
  return new ThrownValueError(thrown);
}

function isReadable({ name, message, stack = "", cause }: Error): boolean {
  return [name, message, stack].every((text) => typeof text === "string") && cause !== null;
}

/** What kind of error it is, by a name too short and plain to hold anybody's words. */
export function kindOf({ name }: Error): string {
  return /^[A-Z][A-Za-z0-9]{0,60}$/.test(name) ? name : "Error";
}
