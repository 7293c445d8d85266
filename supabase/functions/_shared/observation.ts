/** What a request was about: never who it was about. */
export type Labels = {
  /** The step of a call, or the job of a worker. */
  step?: string;
  /** The clinic's id. */
  clinic?: string;
};

/** Something that went wrong, and in which step where a request has several. */
export type Failure = {
  /** What was thrown; it may be anything, `null` included. */
  thrown: unknown;
  step?: string;
};

/** What is known about a request once it has been answered. */
export type Observation = Labels & {
  function: string;
  requestId: string;
  ms: number;
  /** Nobody waits for it, so however long it takes is no news. */
  isJob?: boolean;
  /** All that went wrong, in the order in which it did. */
  failures: readonly Failure[];
};
