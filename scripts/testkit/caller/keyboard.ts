/** A person at the keyboard as the caller. */
import { type Answering, writtenAnswer } from "./answers.ts";

/** Answers with the lines that arrive, one each; at the end of the input the caller hangs up. */
export function typedAnswers(input: ReadableStream<Uint8Array>, ask: (verb: "Gather" | "Record") => void): Answering {
  const lines = linesOf(input);
  return async ({ asked }) => {
    ask(asked.verb);
    const { value, done } = await lines.next();
    if (done) return { kind: "hangup" };
    // Words typed after the beep are talk like any other; only the keyboard can mean them as nothing else.
    return writtenAnswer(value);
  };
}

/** The lines of a stream, the last one also without its newline. */
async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of input.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield part.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}
