/**
 * Speech as text, made uniform: small letters, no punctuation, numbers and times in digits. "At half past nine, on the
 * Twenty-Third." becomes "at 9:30 on the 23rd". Twilio writes numbers now as words, now as digits.
 */
export function uniform(words: string): string {
  let text = ` ${words.slice(0, MOST_CHARACTERS).toLowerCase()} `
    .replaceAll("’", "'")
    .replace(/\bi am\b/g, "i'm")
    .replace(/\bo'?\s?clock\b/g, "oclock")
    .replace(
      /(\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|fifteen))\s*([ap])\.?\s?m\b\.?/g,
      "$1 $2m",
    )
    .replace(/(\d)\.(\d\d)\b/g, "$1:$2")
    .replace(
      /(\d)\s*-\s*(\d)/g,
      (all: string, left: string, right: string) => ISO_DATE.test(words) ? all : `${left} to ${right}`,
    )
    .replace(/[^\p{L}\p{N}:'/-]+/gu, " ")
    .replace(/(\p{L})-(?=\p{L})/gu, "$1 ");

  text = text.replace(YEAR, (_, tens: string, ones: string) => `20${value(TENS, tens) / 10}${ONES.indexOf(ones)}`);
  text = text.replace(TENS_AND_ONES, (_, tens: string, ones: string) => {
    const ordinal = ORDINALS.indexOf(ones);
    return ordinal > 0 ? nth(value(TENS, tens) + ordinal) : String(value(TENS, tens) + ONES.indexOf(ones));
  });
  text = text.replace(/\b[a-z]+\b/g, (word, at: number) => {
    const ordinal = ORDINALS.indexOf(word);
    if (ordinal > 0) return keepsItsName(text.slice(at)) ? word : nth(ordinal);
    const ones = ONES.indexOf(word);
    if (ones >= 0) return String(ones);
    const tens = TENS.findIndex(([name]) => name === word);
    return tens >= 0 ? String(TENS[tens]?.[1]) : word === "thirtieth" ? "30th" : word === "twentieth" ? "20th" : word;
  });

  return text
    .replace(/\b(\d{1,2}) (?:o|oh|0) (\d)\b/g, "$1:0$2")
    .replace(/\b(?:noon|mid ?day)\b/g, "12:00 pm")
    .replace(/\bmidnight\b/g, "12:00 am")
    .replace(/\bhalf (?:past )?(\d{1,2})\b/g, "$1:30")
    .replace(/\b(?:a )?quarter (?:past|after) (\d{1,2})\b/g, "$1:15")
    .replace(
      /\b(?:a )?quarter (?:to|of|before) (\d{1,2})\b/g,
      (_, hour: string) => `${(Number(hour) + 11) % 12 || 12}:45`,
    )
    .replace(
      /\b(5|10|20|25) (?:minutes )?past (\d{1,2})\b/g,
      (_, past: string, hour: string) => `${hour}:${past.padStart(2, "0")}`,
    )
    .replace(/\b([1-9]|1\d|2[0-3]) (00|05|[1-5][05])\b(?! of| days| weeks)/g, "$1:$2")
    .replace(
      /\b([1-9]|1[0-2])([0-5]\d)(?= ?(?:[ap]m|$| ))/g,
      (all: string, hour: string, minute: string, at: number, whole: string) =>
        /[:/\d-]$/.test(whole.slice(0, at)) ? all : `${hour}:${minute}`,
    )
    .replace(/\s+/g, " ")
    .trim();
}

/** Leaves out the "one" that stands for a thing: it would turn "the nine thirty one" into 9:31. */
export function withoutPronoun(words: string): string {
  return words.replace(PRONOUN, "");
}

/** At the end, but not in "half past one", "at one" or "number one". */
const PRONOUN =
  /(?<!^|\b(?:past|to|at|after|before|by|from|until|till|and|or|about|around|since|number|option|the|first|second|third|last))\s+ones?\W*$/i;

/** Nobody needs more to say a day, a time or a name. */
const MOST_CHARACTERS = 300;

const ISO_DATE = /\d{4}-\d\d-\d\d/;

const ONES = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");

const ORDINALS = (
  "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth " +
  "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split(" ");

const TENS: readonly (readonly [string, number])[] = [["twenty", 20], ["thirty", 30], ["forty", 40], ["fifty", 50]];

const TENS_AND_ONES = new RegExp(
  `\\b(twenty|thirty|forty|fifty) (${[...ONES.slice(1, 10), ...ORDINALS.slice(1, 10)].join("|")})\\b`,
  "g",
);

/** "Twenty twenty-seven". */
const YEAR = new RegExp(`\\btwenty (twenty|thirty|forty) (${ONES.slice(1, 10).join("|")})\\b`, "g");

function value(names: readonly (readonly [string, number])[], name: string): number {
  return names.find(([one]) => one === name)?.[1] ?? 0;
}

/** In "the first free one" and "the second week" the ordinal is no date. */
function keepsItsName(rest: string): boolean {
  return /^(?:first|second|third|fourth) (?:free|available|open|opening|possible|appointment|thing|slot|one|week|half|choice|option|chance)/
    .test(rest);
}

function nth(number: number): string {
  const ending = number >= 11 && number <= 13 ? "th" : ["th", "st", "nd", "rd"][number % 10] ?? "th";
  return `${number}${ending}`;
}
