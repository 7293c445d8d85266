/** What makes many start in the same instant, and few at a time before it. */

/** One's place at a barrier. */
export interface Ticket {
  isUsed(): boolean;
  /** Gives the ticket up without waiting: who has gone must not keep the others. */
  use(): void;
  /** Waits for all the others. */
  arrive(): Promise<void>;
}

/** Lets everybody through when so many tickets are used. */
export function barrier(count: number): { ticket(): Ticket } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = count;
  return {
    ticket() {
      let used = false;
      const use = () => {
        if (used) return;
        used = true;
        missing -= 1;
        if (missing === 0) resolve();
      };
      return {
        isUsed: () => used,
        use,
        arrive() {
          use();
          return promise;
        },
      };
    },
  };
}

/** Lets so many in at a time; the next when one leaves. */
export function turnstile(places: number): { enter(): Promise<{ leave(): void }> } {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    async enter() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let left = false;
      return {
        leave() {
          if (left) return;
          left = true;
          const next = waiting.shift();
          if (next) next();
          else free += 1;
        },
      };
    },
  };
}
