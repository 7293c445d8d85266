/** Something hurts or is broken: whoever says so wants to be seen. */

const BODY =
  "tooth|teeth|gum|gums|jaw|mouth|tongue|molar|crown|filling|fillings|bridge|denture|dentures|brace|braces|retainer|veneer|implant|" +
  "back|neck|knee|knees|hip|ankle|foot|feet|toe|toes|leg|legs|arm|arms|elbow|shoulder|shoulders|wrist|hand|hands|finger|fingers|" +
  "ear|ears|eye|eyes|nose|throat|head|stomach|tummy|belly|skin|muscle|bladder|kidney|sinuses|breast|groin|heel|thumb|wisdom";
const HURTS =
  "hurt|hurts|hurting|hurted|ache|aches|aching|sore|painful|throbbing|killing|playing up|acting up|swollen|bleed|bleeding|bleeds|" +
  "infected|inflamed|itchy|itching|broke|broken|chipped|cracked|snapped|loose|wobbly|fell|fallen|came|come|coming|lost|sensitive|bad|giving|" +
  "stiff|numb|bothering|gone|hurt my|dodgy|funny|twisted|sprained|split|bust|busted|broke off|off|out";

/** A part of the body and what is wrong with it, in either order and not far apart. */
const WRONG = new RegExp(
  `\\b(?:(?:${BODY})(?:'s)? (?:[^ ]+ ){0,4}(?:${HURTS})|(?:chipped|broke|broken|cracked|lost|hurt|hurting|sprained|twisted|pulled|knocked|split|busted|sore|bad|infected|swollen|wobbly|loose|bleeding|stiff|itchy) (?:out |from )?(?:a |an |my |the |his |her |our |one of my |both my )?(?:[^ ]+ )?(?:${BODY}))\\b`,
);

const ILL =
  /\b(?:tooth ?aches?|head ?aches?|back ?aches?|ear ?aches?|stomach ?aches?|migraines?|in (?:a lot of |terrible |so much |agony|some )?pain|pains?|sore throat|rash|infection|abscess|cavity|fever|temperature|flu|cough(?:ing)?|vomiting|throwing up|diarrhea|diarrhoea|lump|not feeling (?:well|good|right)|feel(?:ing)? (?:sick|ill|unwell|poorly|rough|awful|terrible|dizzy)|unwell|poorly|hurts|allergies|hay fever|eczema|(?:a|got|have|the|awful|bad|terrible) cold|broke (?:a|my)|stung|bitten|(?:grind|grinding|clench|clenching) my teeth|uti|thrush)\b/;

export function hearsComplaint(text: string): boolean {
  return WRONG.test(text) || ILL.test(text);
}
