/**
 * Errors whose message we wrote ourselves. It holds no word, number or name of a caller, so it may go to
 * Sentry and the log as it is; the message of any other error may quote anything and is redacted.
 */
export class FrontdeskError extends Error {
  override readonly name: string = "FrontdeskError";

  constructor(message: string, readonly code: string) {
    super(message);
  }
}

/** A setting that the function cannot work without is not in its environment. */
export class MissingSettingError extends FrontdeskError {
  override readonly name = "MissingSettingError";

  constructor(setting: string) {
    super(`${setting} is not set`, "missing_setting");
  }
}

/** Our own handler took longer than a webhook may take. */
export class DeadlineError extends FrontdeskError {
  override readonly name = "DeadlineError";

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`, "deadline");
  }
}

/** Someone who proved who they are sent something that we cannot read; `where` names fields, never their values. */
export class MalformedRequestError extends FrontdeskError {
  override readonly name = "MalformedRequestError";

  constructor(where: readonly string[]) {
    super(`cannot read ${where.join(", ")}`, "malformed");
  }
}

/** The database failed, or answered something that its contract does not allow. */
export class DatabaseError extends FrontdeskError {
  override readonly name = "DatabaseError";

  constructor(readonly operation: string, code: string, explanation: string) {
    super(`${operation}: ${explanation} (${code})`, code);
  }
}

/** The database turned something down for a reason that should not be possible there. */
export class UnexpectedReasonError extends FrontdeskError {
  override readonly name = "UnexpectedReasonError";

  constructor(readonly operation: string, reason: string) {
    super(`${operation}: ${reason} was not expected here`, reason);
  }
}

/** A value that was thrown although it is no error: `throw "no"`, `throw null`. Its content is not kept. */
export class ThrownValueError extends FrontdeskError {
  override readonly name = "ThrownValueError";

  constructor(thrown: unknown) {
    super(`a ${thrown === null ? "null" : typeof thrown} was thrown`, "thrown_value");
  }
}
