import type { ClinicWords, Findings, Named } from "../../findings.ts";
import { isOneOf, wordsOf } from "./words.ts";

type Heard = Pick<
  Findings,
  "service" | "notServices" | "provider" | "notProviders" | "anyProvider" | "otherProvider" | "either"
>;

/** Which of the clinic's services and providers were named, and which were refused. */
export function hearCatalogue(words: readonly string[], clinic: ClinicWords): Heard {
  const text = words.join(" ");
  const services = fitting(words, clinic.services, false);
  const providers = fitting(words, clinic.providers, true);
  const service = services.wanted.length === 1 ? services.wanted[0] : undefined;
  const provider = providers.wanted.length === 1 ? providers.wanted[0] : undefined;
  return {
    ...(service !== undefined && { service }),
    ...(services.refused.length > 0 && { notServices: services.refused }),
    ...(provider !== undefined && { provider }),
    ...(providers.refused.length > 0 && { notProviders: providers.refused }),
    ...(provider === undefined && providers.refused.length === 0 && ANYBODY.test(text) && { anyProvider: true }),
    ...(provider === undefined && OTHER.test(text) && { otherProvider: true }),
    ...((services.wanted.length > 1 || providers.wanted.length > 1) && {
      either: {
        ...(services.wanted.length > 1 && { services: services.wanted }),
        ...(providers.wanted.length > 1 && { providers: providers.wanted }),
      },
    }),
  };
}

const ANYBODY =
  /\b(?:(?:anyone|anybody)(?! there)|whoever|any (?:doctor|dentist|nurse|provider|one|hygienist)|either (?:doctor|dentist|one|of them)|(?:don't|doesn't) (?:mind|care|matter) who|whichever (?:doctor|dentist)|no preference|who(?:ever)? is (?:free|available|first))\b/;
const OTHER =
  /\b(?:(?:someone|somebody|anyone) else|(?:a )?different (?:doctor|dentist|nurse|person|provider|hygienist)|(?:an)?other (?:doctor|dentist|nurse|provider|hygienist)|not (?:with )?(?:him|her|them|that (?:doctor|dentist|nurse)))\b/;

/** Ids that fit best what was wanted, and all that were refused. */
function fitting(
  words: readonly string[],
  all: readonly Named[],
  arePeople: boolean,
): { wanted: string[]; refused: string[] } {
  const found = all.map((one) => ({ id: one.id, ...bestOf(words, one.names, arePeople) })).filter(({ score }) =>
    score > 0
  );
  const refused = found.filter(({ at }) => isRefused(words, at));
  // A refused name beside a wanted one does not take part in the choice.
  const wanted = found.filter((one) => !refused.includes(one));
  const best = Math.max(0, ...wanted.map(({ score }) => score));
  return {
    wanted: wanted.filter(({ score }) => score === best).map(({ id }) => id),
    refused: refused.map(({ id }) => id),
  };
}

const REFUSING = "not except but besides than don't without avoid never no";

/** "Not with Doctor Reed", "anyone but Reed". */
function isRefused(words: readonly string[], at: number): boolean {
  for (let place = at - 1; place >= 0 && place >= at - 4; place--) {
    if (isOneOf(words[place], REFUSING)) return !(words[place] === "no" && place === 0 && at > 1);
    if (!isOneOf(words[place], "with a an the doctor dr nurse see want seeing by for do to mr mrs ms miss")) {
      return false;
    }
  }
  return false;
}

type Score = { score: number; at: number };

function bestOf(words: readonly string[], names: readonly string[], isPerson: boolean): Score {
  return names.map((name) => scoreOf(words, name, isPerson)).reduce(
    (best, next) => next.score > best.score ? next : best,
    { score: 0, at: 0 },
  );
}

/** Words that many names have and that tell nothing. */
const EMPTY = new Set(
  "dr doctor nurse mr mrs ms miss with the a an of for and or to in appointment visit session".split(" "),
);

/** Words of names that are said of other things as often. */
const VAGUE = new Set(
  "check full first time care treatment consultation patient follow review back routine general".split(" "),
);

/**
 * How well words fit a name: the whole name said counts most, and the more of it the better; of a part of it the share
 * counts, which decides between "exam" and "new patient exam".
 */
function scoreOf(words: readonly string[], name: string, isPerson: boolean): Score {
  const all = wordsOf(name);
  const telling = all.filter((part) => !EMPTY.has(part));
  // "Appointment with a doctor" has no other words than these.
  const parts = telling.length > 0 ? telling : all.filter((part) => part.length > 4);
  const places = parts.map((part) => placeOf(words, part, isPerson));
  const hits = places.filter((place) => place >= 0);
  const [at = -1] = hits;
  if (at < 0) return { score: squeezedIn(words, parts) ? 2 + parts.length : 0, at: 0 };
  const isWhole = hits.length === parts.length;
  if (isWhole) return { score: (telling.length > 0 ? 1 : 0.5) + parts.length / 10, at };
  // "Check my appointment" names no check-up, "come up" neither.
  const isTelling = parts.some((part, n) => (places[n] ?? -1) >= 0 && part.length >= 4 && !VAGUE.has(part));
  return isTelling ? { score: hits.length / parts.length * 0.9, at } : { score: 0, at };
}

/** A recogniser writes "checkup" for "check-up", and the other way round. */
function squeezedIn(words: readonly string[], parts: readonly string[]): boolean {
  const name = parts.join("");
  return name.length >= 6 && words.some((word, at) => word === name || word + (words[at + 1] ?? "") === name);
}

function placeOf(words: readonly string[], part: string, isPerson: boolean): number {
  return words.findIndex((word, at) => {
    const plain = word.endsWith("'s") ? word.slice(0, -2) : word;
    if (isPerson) {
      return plain === part ||
        (isNameLike(plain, part) && isOneOf(words[at - 1], "doctor dr nurse with see mr mrs ms miss")) ||
        (part.length >= 5 && isOneOf(words[at - 1], "doctor dr nurse with") &&
          isNameLike(plain + (words[at + 1] ?? ""), part));
    }
    return isForm(plain, part);
  });
}

/** Whether two words are forms of one: "cleaned" of "cleaning", "bloods" of "blood". */
function isForm(word: string, other: string): boolean {
  if (word === other) return true;
  const [short, long] = word.length < other.length ? [word, other] : [other, word];
  const stem = Math.max(4, Math.ceil(long.length * 0.6));
  return short.length >= stem && short.slice(0, stem) === long.slice(0, stem) && long.length - stem <= 4;
}

/** Whether a name was heard with one sound wrong: "Witlock", "Ortis". */
function isNameLike(word: string, name: string): boolean {
  if (name.length < 4 || Math.abs(word.length - name.length) > 1 || word.charAt(0) !== name.charAt(0)) return false;
  let at = 0;
  while (at < word.length && at < name.length && word[at] === name[at]) at++;
  const [rest, other] = [word.slice(at), name.slice(at)];
  return rest.slice(1) === other.slice(1) || rest.slice(1) === other || rest === other.slice(1);
}
