/** TwiML as a list of verbs: what is written, checked against what Twilio knows, with its defaults filled in. */
import type { Failure, Method } from "./line.ts";
import type { Gather, RecordVerb, Say, Verb } from "./verbs.ts";
import { type Element, NotWellFormed, readXml } from "./xml.ts";

/** A document that can be performed, and what Twilio would warn of while performing it. */
export interface Document {
  readonly verbs: readonly Verb[];
  readonly warnings: readonly string[];
}

/** The document cannot be performed. */
export class BadTwiml extends Error {
  constructor(readonly failure: Failure) {
    super(failure.reason);
    this.name = "BadTwiml";
  }
}

/** Reads an answer according to its media type; throws BadTwiml. */
export function readTwiml(body: string, contentType: string): Document {
  const media = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (media === "text/plain") return { verbs: [{ verb: "Say", text: squeezed(body) }], warnings: [] };
  if (!["text/xml", "application/xml", "text/html"].includes(media)) {
    throw new BadTwiml({ code: 12300, reason: `the content type ${media || "(none)"} is not TwiML` });
  }
  const reader = new Reader();
  return { verbs: reader.response(parsed(body)), warnings: reader.warnings };
}

function parsed(body: string): Element {
  try {
    return readXml(body);
  } catch (error) {
    if (error instanceof NotWellFormed) throw new BadTwiml({ code: 12100, reason: `no valid XML: ${error.message}` });
    throw error;
  }
}

/** The attributes that each verb has. */
const ATTRIBUTES: { readonly [name: string]: readonly string[] } = {
  Say: ["voice", "loop", "language"],
  Pause: ["length"],
  Gather: (
    "action method input numDigits finishOnKey timeout speechTimeout actionOnEmptyResult bargeIn hints language " +
    "speechModel enhanced profanityFilter partialResultCallback partialResultCallbackMethod debug"
  ).split(" "),
  Record: (
    "action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback recordingStatusCallbackMethod " +
    "recordingStatusCallbackEvent transcribe transcribeCallback"
  ).split(" "),
  Redirect: ["method"],
  Hangup: [],
  Reject: ["reason"],
};

class Reader {
  readonly warnings: string[] = [];

  response(root: Element): Verb[] {
    if (root.name !== "Response") {
      throw new BadTwiml({ code: 12100, reason: `the root element is <${root.name}>, not <Response>` });
    }
    return this.elementsOf(root).map((element) => this.verb(element));
  }

  private verb(element: Element): Verb {
    const { name, attributes } = element;
    const known = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (known === undefined) {
      throw new BadTwiml({ code: 12200, reason: `<${name}> is not a verb that this caller knows` });
    }
    for (const attribute of Object.keys(attributes)) {
      if (!known.includes(attribute)) this.warn(12200, `<${name}> has no attribute ${attribute}`);
    }
    if (name === "Say") return this.say(element);
    if (name === "Redirect") return { verb: "Redirect", url: textOf(element).trim(), method: this.method(element) };
    if (name === "Gather") return this.gather(element);
    const nested = this.elementsOf(element)[0];
    if (nested !== undefined) throw misplaced(nested, element);
    if (name === "Pause") return { verb: "Pause", seconds: this.number(element, "length", 1) };
    if (name === "Record") return this.record(element);
    if (name === "Reject") {
      return { verb: "Reject", reason: this.oneOf(element, "reason", ["rejected", "busy"] as const) };
    }
    return { verb: "Hangup" };
  }

  private say(element: Element): Say {
    const text = squeezed(textOf(element));
    if (text === "") this.warn(13520, "a <Say> has nothing to say");
    if (text.length > 4096) this.warn(13521, `a <Say> has ${text.length} characters, over 4,096`);
    return { verb: "Say", text };
  }

  private gather(element: Element): Gather {
    const { attributes } = element;
    const prompts = this.elementsOf(element).map((nested) => {
      const prompt = this.verb(nested);
      if (prompt.verb !== "Say" && prompt.verb !== "Pause") throw misplaced(nested, element);
      return prompt;
    });
    const input = this.oneOf(element, "input", ["dtmf", "speech", "dtmf speech", "speech dtmf"] as const);
    const finishOnKey = attributes.finishOnKey ?? "#";
    if (!/^[0-9*#]?$/.test(finishOnKey)) this.warn(13310, `finishOnKey is "${finishOnKey}", not one key`);
    return {
      verb: "Gather",
      action: attributes.action?.trim() ?? "",
      method: this.method(element),
      listensFor: (["dtmf", "speech"] as const).filter((kind) => input.split(" ").includes(kind)),
      numDigits: attributes.numDigits === undefined ? null : this.number(element, "numDigits", null),
      finishOnKey: finishOnKey.slice(0, 1),
      timeout: attributes.timeout === "auto" ? 5 : this.number(element, "timeout", 5),
      actionOnEmptyResult: this.oneOf(element, "actionOnEmptyResult", ["false", "true"] as const) === "true",
      bargeIn: this.oneOf(element, "bargeIn", ["true", "false"] as const) === "true",
      prompts,
    };
  }

  private record(element: Element): RecordVerb {
    const { attributes } = element;
    const transcribeCallback = attributes.transcribeCallback?.trim() || null;
    // A callback for the transcription asks for one.
    const transcribe = this.oneOf(element, "transcribe", transcribeCallback ? ["true", "false"] : ["false", "true"]);
    return {
      verb: "Record",
      action: attributes.action?.trim() ?? "",
      method: this.method(element),
      timeout: this.number(element, "timeout", 5),
      finishOnKey: attributes.finishOnKey ?? "1234567890*#",
      maxLength: this.number(element, "maxLength", 3600),
      playBeep: this.oneOf(element, "playBeep", ["true", "false"] as const) === "true",
      recordingStatusCallback: attributes.recordingStatusCallback?.trim() || null,
      transcribeCallback: transcribe === "true" ? transcribeCallback : null,
    };
  }

  private elementsOf(parent: Element): Element[] {
    return parent.children.flatMap((child) => {
      if (typeof child !== "string") return [child];
      if (child.trim() !== "") this.warn(12200, `<${parent.name}> contains text outside a verb`);
      return [];
    });
  }

  private method(element: Element): Method {
    return this.oneOf(element, "method", ["POST", "GET"] as const);
  }

  /** The attribute's value; the first allowed one when it is absent, or wrong, which is worth a warning. */
  private oneOf<Value extends string>(element: Element, name: string, allowed: readonly [Value, ...Value[]]): Value {
    const written = element.attributes[name];
    const value = allowed.find((one) => one === written);
    if (written !== undefined && value === undefined) {
      this.warn(12200, `<${element.name}> has ${name}="${written}", which is none of ${allowed.join(", ")}`);
    }
    return value ?? allowed[0];
  }

  private number<Otherwise>(element: Element, name: string, otherwise: Otherwise): number | Otherwise {
    const written = element.attributes[name];
    if (written === undefined) return otherwise;
    if (/^\d{1,6}$/.test(written)) return Number(written);
    this.warn(12200, `<${element.name}> has ${name}="${written}", which is no number`);
    return otherwise;
  }

  private warn(code: number, what: string): void {
    this.warnings.push(`${code}: ${what}`);
  }
}

function misplaced(nested: Element, parent: Element): BadTwiml {
  return new BadTwiml({ code: 12200, reason: `<${nested.name}> has no place inside <${parent.name}>` });
}

/** Text and, for <Say>, the text inside its speech markup. */
function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
