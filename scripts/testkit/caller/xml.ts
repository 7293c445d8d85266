/**
 * XML as strictly as Twilio's parser takes it: an answer that only a lenient parser accepts (a bare &, an entity that
 * nobody declared, a control character, words after the end) would be silence to a real caller.
 */
import { SaxesParser } from "saxes";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

/** The document cannot be read as XML. */
export class NotWellFormed extends Error {
  override readonly name = "NotWellFormed";
}

/** The root element of a well-formed document; throws NotWellFormed with the reason. */
export function readXml(document: string): Element {
  const top: (Element | string)[] = [];
  const open = [top];
  const add = (child: Element | string) => open.at(-1)?.push(child);
  const parser = new SaxesParser();
  parser.on("error", ({ message }) => {
    throw new NotWellFormed(message);
  });
  parser.on("doctype", () => {
    throw new NotWellFormed("a document type declaration is not taken");
  });
  parser.on("opentag", ({ name, attributes }) => {
    const children: (Element | string)[] = [];
    add({ name, attributes, children });
    open.push(children);
  });
  parser.on("closetag", () => void open.pop());
  parser.on("text", add);
  parser.on("cdata", add);
  parser.write(document).close();
  const root = top.find((child) => typeof child !== "string");
  if (root === undefined) throw new NotWellFormed("the document has no root element");
  return root;
}
