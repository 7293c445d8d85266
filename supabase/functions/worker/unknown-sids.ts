/** More than any account has in the time that one run looks back on. */
const MOST = 20_000;

/**
 * Calls and texts that reached no clinic. Twilio lists them with ours, run after run, and nobody has to be asked for them
 * again.
 * Lives as long as this isolate does.
 */
class UnknownSids {
  readonly #sids = new Set<string>();

  has(sid: string): boolean {
    return this.#sids.has(sid);
  }

  add(sid: string): void {
    this.#sids.add(sid);
    for (const oldest of this.#sids) {
      if (this.#sids.size <= MOST) break;
      this.#sids.delete(oldest);
    }
  }
}

export const unknownSids = new UnknownSids();
