/**
 * XML as strictly as Twilio's parser takes it. fast-xml-parser reads the tree and its validator finds most mistakes, but
 * both let through what a conforming parser must refuse: a bare & or < in an attribute, an entity that nobody
 * declared, a control character, words after the end. An answer that only a lenient parser accepts would be silence
 * to a real caller, so these are looked for here.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

/** The document cannot be read as XML. */
export class NotWellFormed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotWellFormed";
  }
}

const ATTRIBUTES = ":@";
const TEXT = "#text";
const CDATA = "#cdata";

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  textNodeName: TEXT,
  cdataPropName: CDATA,
  parseTagValue: false,
  trimValues: false,
  // Entities are resolved below, where an unknown one is an error.
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** The root element of a well-formed document; throws NotWellFormed with the reason. */
export function readXml(document: string): Element {
  for (const character of document) refuseIllegal(character.codePointAt(0) ?? 0);
  if (/<!DOCTYPE/i.test(document)) throw new NotWellFormed("a document type declaration is not taken");
  const verdict = XMLValidator.validate(document);
  if (verdict !== true) throw new NotWellFormed(`line ${verdict.err.line}: ${verdict.err.msg}`);
  if (!document.trimEnd().endsWith(">")) throw new NotWellFormed("there is text after the root element");

  const nodes = children(parse(document)).filter((node) => typeof node !== "string" || node.trim() !== "");
  const [root] = nodes;
  if (nodes.length !== 1 || root === undefined || typeof root === "string") {
    throw new NotWellFormed("a document has exactly one root element");
  }
  return root;
}

function parse(document: string): unknown {
  try {
    return parser.parse(document);
  } catch (error) {
    throw new NotWellFormed(error instanceof Error ? error.message : String(error));
  }
}

function children(nodes: unknown): (Element | string)[] {
  if (!Array.isArray(nodes)) throw new NotWellFormed("the document has no elements");
  return nodes.map((node: unknown) => {
    const entries = Object.entries(Object(node));
    const attributes = entries.find(([name]) => name === ATTRIBUTES)?.[1];
    const [name, content] = entries.find(([name]) => name !== ATTRIBUTES) ?? ["", ""];
    if (name === TEXT) return resolved(String(content));
    if (name === CDATA) return rawText(content);
    return { name, attributes: readAttributes(attributes), children: children(content) };
  });
}

/** The text of a CDATA section, in which nothing is an entity. */
function rawText(content: unknown): string {
  return Array.isArray(content) ? content.map((part: unknown) => String(Object(part)[TEXT] ?? "")).join("") : "";
}

function readAttributes(attributes: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(attributes)).map(([name, value]) => {
      const raw = String(value);
      if (raw.includes("<")) throw new NotWellFormed(`the attribute ${name} contains a bare <`);
      return [name, resolved(raw)];
    }),
  );
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function resolved(raw: string): string {
  return raw.replace(
    /&(?:#(\d+);|#x([0-9a-f]+);|(\w+);)?/gi,
    (entity, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined || hex !== undefined) {
        const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? "", 16);
        refuseIllegal(code);
        return String.fromCodePoint(code);
      }
      const character = name === undefined ? undefined : NAMED[name];
      if (character === undefined) {
        throw new NotWellFormed(entity === "&" ? "a bare & has to be written &amp;" : `${entity} is not declared`);
      }
      return character;
    },
  );
}

/** The characters that XML 1.0 allows, even as references. */
function refuseIllegal(code: number): void {
  const legal = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
  if (!legal) throw new NotWellFormed(`U+${code.toString(16).toUpperCase().padStart(4, "0")} is not an XML character`);
}
