/** The printed transcript: who says what, and how long the clinic took to find its words. */
import type { Answer } from "./answers.ts";
import type { CallEvent, Turn } from "./turns.ts";

const WIDTH = 110;
const TIME = 8;
const SPEAKER = 9;

/**
 * Turns a call's events into lines. Answers that somebody has just typed need no echo; a recording is always shown,
 * since its length is the caller's invention.
 */
export class Transcript {
  #time = "";

  constructor(private readonly echo: boolean) {}

  /** The lines that an event adds. */
  lines(event: CallEvent): string[] {
    switch (event.type) {
      case "reply":
        // Shown before the first words of the turn, whoever says them.
        this.#time = `${Math.round(event.turn.ms)} ms`;
        return [];
      case "said":
        return this.line("clinic", event.text);
      case "answer":
        return this.answer(event.answer, event.verb.verb === "Record");
      case "recorded":
        return this.line("caller", `[recording ${event.seconds} s] ${event.words}`.trim());
      case "note":
        return this.line("", `[${event.text}]`);
      case "asking":
      case "turn":
        return [];
    }
  }

  private answer(answer: Answer, recording: boolean): string[] {
    if (answer.kind === "silence") return this.line("caller", "[silence]");
    // At the keyboard the cursor still stands behind the prompt.
    if (answer.kind === "hangup") return [...(this.echo ? [] : [""]), ...this.line("caller", "[hangs up]")];
    // What is talked into a recording is shown with the recording.
    if (!this.echo || (recording && answer.kind !== "keys")) return [];
    const early = "early" in answer && answer.early ? "[interrupts] " : "";
    return this.line("caller", early + (answer.kind === "keys" ? answer.keys : `“${answer.words}”`));
  }

  private line(speaker: string, text: string): string[] {
    const time = this.#time;
    this.#time = "";
    return wrapped(text, WIDTH - TIME - SPEAKER - 2).map((part, index) =>
      `${(index === 0 ? time : "").padStart(TIME)}  ${(index === 0 ? speaker : "").padEnd(SPEAKER)}${part}`.trimEnd()
    );
  }
}

/** The prompt at which somebody types an answer. */
export function prompt(verb: "Gather" | "Record"): string {
  return `${"".padStart(TIME)}  ${(verb === "Gather" ? "you" : "you talk").padEnd(SPEAKER)}`;
}

/** A turn as one JSON line. */
export function turnAsJson(turn: Turn): string {
  const { request, status, ms, attempts, failure, warnings, said, asked } = turn;
  const verbs = turn.verbs.map((verb) => verb.verb);
  const { method, url, params } = request;
  const asSent = { method, url, params };
  return JSON.stringify({
    type: "turn",
    turn: turn.turn,
    request: asSent,
    status,
    ms: Math.round(ms * 10) / 10,
    attempts,
    verbs,
    said,
    asked,
    failure,
    warnings,
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
