/**
 * Writes TwiML. Twilio's library can do that too, and still says which attributes there are; but a process that has just
 * begun would spend 40 ms of the processor on loading it, for a few elements of XML. The tests compare the two.
 */

/** What an attribute may be; a list is written with blanks between, and what is undefined is left out. */
type Attribute = string | number | boolean | readonly string[] | undefined;

/** One verb or noun with all that is in it, written. */
export type Element = { readonly xml: string };

/** Writes an element that holds text, other elements, or nothing. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  ...content: readonly (Element | string)[]
): Element {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escaped(Array.isArray(value) ? value.join(" ") : String(value))}"`);
  const inside = content.map((part) => typeof part === "string" ? escaped(part) : part.xml).join("");
  const opening = `${name}${written.join("")}`;
  return { xml: inside === "" ? `<${opening}/>` : `<${opening}>${inside}</${name}>` };
}

/** A whole document: what Twilio shall do, one after the other. */
export function response(...verbs: readonly Element[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${element("Response", {}, ...verbs).xml}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML can hold it: control characters are no text, and half a character is none. */
function escaped(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu, "")
    .replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? `&#${character.charCodeAt(0)};`);
}
