/** What a request was about: never who it was about. */
export type Labels = {
  /** The step of a call. */
  step?: string;
  /** The clinic's id. */
  clinic?: string;
};

/** What is known about a request once it has been answered. */
export type Observation = Labels & {
  function: string;
  requestId: string;
  ms: number;
  /** Nobody waits for it, so however long it takes is no news. */
  isJob?: boolean;
  /** What was thrown; it may be anything, `null` included. */
  failure?: { thrown: unknown } | undefined;
};
