/** The caller's side of a call: what they heard, what they answered, what was recorded, how long it took. */
import { type Answer, type Answering, speakingTime } from "./answers.ts";
import { newSid } from "./call-parameters.ts";
import type { Parameters } from "./line.ts";
import type { Scene } from "./perform.ts";
import type { StatusCallbacks } from "./status-callbacks.ts";
import type { CallEvent, OpenTurn, Recording } from "./turns.ts";
import type { Gather, RecordVerb } from "./verbs.ts";

/** The signal that the caller has put the phone down, and work that it cuts short: null then. */
export async function unlessHungUp<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | null> {
  if (signal === undefined) return await work;
  // Nobody listens any more to work that was left behind, so nobody would take its rejection either.
  work.catch(() => undefined);
  let putDown = () => {};
  const hungUp = new Promise<null>((resolve) => putDown = () => resolve(null));
  signal.addEventListener("abort", putDown);
  if (signal.aborted) putDown();
  try {
    return await Promise.race([hungUp, work]);
  } finally {
    signal.removeEventListener("abort", putDown);
  }
}

/** The part of a call's settings that its scene needs. */
export interface SceneSettings {
  readonly answer: Answering;
  readonly signal: AbortSignal | undefined;
  readonly listen: (event: CallEvent) => void;
  readonly parameters: Parameters;
  readonly callbacks: StatusCallbacks;
}

/** The scene of one call; `turn` moves on with the conversation. */
export class CallScene implements Scene {
  readonly said: string[] = [];
  readonly recordings: Recording[] = [];
  seconds = 0;
  ringing = true;
  #sinceAnswer: string[] = [];
  #turn: OpenTurn | null = null;
  #url = "";

  constructor(private readonly settings: SceneSettings) {}

  get url(): string {
    return this.#url;
  }

  enter(turn: OpenTurn): void {
    this.#turn = turn;
    this.#url = turn.request.url;
  }

  say(text: string): void {
    this.said.push(text);
    this.#sinceAnswer.push(text);
    this.#turn?.said.push(text);
    this.settings.listen({ type: "said", text });
  }

  note(text: string): void {
    this.settings.listen({ type: "note", text });
  }

  pass(seconds: number): void {
    this.seconds += seconds;
  }

  async ask(verb: Gather | RecordVerb): Promise<Answer> {
    this.settings.listen({ type: "asking", verb });
    const heard = { turn: this.#turn?.turn ?? 0, said: this.#sinceAnswer, asked: verb };
    this.#sinceAnswer = [];
    // The function may throw before it returns a promise; both ways lead to the same rejection.
    const answering = (async () => await this.settings.answer(heard))();
    const answer = await unlessHungUp(answering, this.settings.signal) ?? { kind: "hangup" };
    this.#turn?.asked.push({ verb: verb.verb, answer });
    this.settings.listen({ type: "answer", verb, answer });
    return answer;
  }

  /** Of an interrupted question only the first words were heard. */
  interrupted(prompts: readonly string[]): void {
    const [first] = prompts;
    if (first === undefined) return;
    const words = first.split(" ");
    const heard = `${words.slice(0, Math.ceil(words.length / 2)).join(" ")} …`;
    for (const said of [this.said, this.#turn?.said ?? []]) said.splice(-prompts.length, prompts.length, heard);
    this.pass(speakingTime(heard));
  }

  keep(record: RecordVerb, recorded: { seconds: number; words: string; digits: string | null }): Parameters {
    const { seconds, words } = recorded;
    const account = this.settings.parameters.AccountSid ?? "";
    const sid = newSid("RE");
    const url = `https://api.twilio.com/2010-04-01/Accounts/${account}/Recordings/${sid}`;
    this.recordings.push({ sid, url, seconds, words });
    this.settings.listen({ type: "recorded", seconds, words });

    const about = { RecordingSid: sid, RecordingUrl: url };
    const call = { ...this.settings.parameters, CallStatus: "in-progress", ...about };
    if (record.recordingStatusCallback !== null) {
      this.settings.callbacks.post(new URL(record.recordingStatusCallback, this.#url).href, {
        ...call,
        RecordingStatus: "completed",
        RecordingDuration: String(seconds),
        RecordingChannels: "1",
        RecordingSource: "RecordVerb",
      });
    }
    if (record.transcribeCallback !== null) {
      this.settings.callbacks.post(new URL(record.transcribeCallback, this.#url).href, {
        ...call,
        TranscriptionSid: newSid("TR"),
        TranscriptionStatus: words === "" ? "failed" : "completed",
        TranscriptionText: words,
      });
    }
    return {
      ...about,
      RecordingDuration: String(seconds),
      ...(recorded.digits !== null && { Digits: recorded.digits }),
    };
  }
}
