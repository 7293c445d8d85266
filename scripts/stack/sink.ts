/** Answers a request under the sink's own prefix; `path` has that prefix removed. */
export type Sink = (request: Request, path: string) => Promise<Response>;
