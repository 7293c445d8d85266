/** What is running, as `health` and Sentry tell it. */
export const VERSION = "0.1.0";
