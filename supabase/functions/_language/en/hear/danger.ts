/**
 * Signs of danger that people put in their own words: two things said close together, in either order. "It feels like an
 * elephant is sitting on my chest" has a weight and a chest in it, however the sentence is built.
 */

const set = (list: string): ReadonlySet<string> => new Set(list.split(" "));

const NOT =
  "can't couldn't won't not isn't hasn't doesn't didn't hardly barely unable stopped stops stop trouble never quit";
const BREATH = set("breathe breathing breath breaths");
const BLOOD = set("blood bleeding bleeds bleed bled nosebleed");
const LIMB = set("arm leg hand foot finger fingers toe toes wrist ankle knee elbow");
const TAKEN = "took taken take swallowed swallow swallows ate eaten eating drank drunk drinking";
const SOMEONE_FELL = set("fell fallen falls tripped slipped falling");

/** Two sets of words, and within how many words of each other they are a sign. */
type Pair = { one: ReadonlySet<string>; other: ReadonlySet<string>; within: number };

const PAIRS: readonly Pair[] = [
  {
    one: BREATH,
    other: set(
      `${NOT} struggling struggles struggle hard harder difficulty short shallow problems gasping fighting properly labored laboured funny weird wheezing noisy fast`,
    ),
    within: 4,
  },
  {
    one: set("chest chest's"),
    other: set(
      "pain pains hurts hurt hurting tight tightness pressure crushing crushed squeezing heavy heaviness weight elephant clutching clutched " +
        "grabbing clutches holding aching aches ache burning stabbing sitting vice band killing sharp funny weird uncomfortable",
    ),
    within: 6,
  },
  {
    one: set("heart heart's"),
    other: set("attack stopped stopping racing pounding crushing pains fluttering skipping failing"),
    within: 3,
  },
  { one: set("respond responding responds responsive wake waking awake"), other: set(NOT), within: 4 },
  {
    one: BLOOD,
    other: set(
      "everywhere lots loads heavily pouring gushing spurting soaked pool puddle buckets profusely covered losing lost spurts fountain",
    ),
    within: 6,
  },
  {
    one: set("blood"),
    other: set("coughing coughed coughs vomiting vomited vomit throwing threw throws spitting bringing sick puking"),
    within: 4,
  },
  {
    one: set("throat throat's tongue lips lip airway airways neck windpipe"),
    other: set(
      "closing closed swelling swollen swelled swells tightening puffing huge smaller narrow narrowing constricted constricting tight ballooning blocked stuck blue",
    ),
    within: 5,
  },
  {
    one: set("pills pill tablets tablet painkillers medication medicine meds tylenol paracetamol"),
    other: set("whole bottle handful overdose overdosed many packet bunch entire"),
    within: 4,
  },
  {
    one: set(TAKEN),
    other: set(
      "bleach killer weedkiller insecticide battery batteries detergent antifreeze chemicals poison cleaner petrol gasoline mouthwash perfume soap sanitizer paint glue coin magnet magnets marble pesticide",
    ),
    within: 5,
  },
  {
    one: set("swallowed swallow ate eaten swallowing eating"),
    other: set("pills tablets medicine meds medication painkillers"),
    within: 5,
  },
  {
    one: SOMEONE_FELL,
    other: set("stairs ladder roof window balcony unconscious head hip can't moving floor confused"),
    within: 8,
  },
  { one: LIMB, other: set("bent sticking severed crushed amputated dislocated mangled hanging trapped"), within: 6 },
  {
    one: set("hives rash sting stung peanuts nuts bee wasp allergic"),
    other: set("breathe breathing swelling throat face tongue lips reaction wheezing epipen"),
    within: 8,
  },
  {
    one: set("living life alive live existing"),
    other: set("end ending ended point pointless anymore reason worthless over taking"),
    within: 4,
  },
  {
    one: set("suicide suicidal die dead dying killing"),
    other: set("want wants wanted wish thinking thought thoughts wanna feel feeling myself"),
    within: 4,
  },
  {
    one: set("face face's mouth eye smile"),
    other: set("drooping droopy drooped droops dropped sagging lopsided slack crooked fallen"),
    within: 5,
  },
  {
    one: set("speech talking words speaking"),
    other: set("slurred slurring slurry mumbling garbled gibberish jumbled sense"),
    within: 4,
  },
  { one: set("arm leg side"), other: set("numb weak paralyzed paralysed dead limp tingling"), within: 4 },
  { one: set("eyes"), other: set("rolled rolling"), within: 4 },
  { one: set("jaw sweating"), other: set("arm chest"), within: 6 },
  { one: set("help"), other: set("bleeding choking dying breathing breathe blood collapsed attack"), within: 5 },
  { one: set("eye face cheek"), other: set("shut balloon ballooning blowing ballooned swelling doubled"), within: 5 },
  { one: set("vision sight speech"), other: set("gone lost going blurry losing funny strange"), within: 3 },
  { one: set("hit banged bumped smashed cracked knocked"), other: set("head"), within: 3 },
  {
    one: set("help hurry quick quickly"),
    other: set("now send god hurry please somebody someone desperate"),
    within: 3,
  },
];

/** What makes "please help" a request like any other. */
const ORDINARY = set("with book booking find make to me understand choose decide you if");

/** Whether two words of a pair stand close together anywhere. Each word is looked at once for each pair. */
export function hearsDanger(words: readonly string[]): boolean {
  const plain = words.map((word) => word.endsWith("'s") ? word.slice(0, -2) : word);
  return PAIRS.some((pair) => isNear(plain, pair));
}

function isNear(words: readonly string[], { one, other, within }: Pair): boolean {
  let lastOne = -Infinity;
  let lastOther = -Infinity;
  for (const [at, word] of words.entries()) {
    if (one.has(word)) lastOne = at;
    if (other.has(word)) lastOther = at;
    const isBoth = (one.has(word) && at - lastOther <= within) || (other.has(word) && at - lastOne <= within);
    if (isBoth && lastOne !== lastOther && !(one.has("help") && isOrdinary(words, Math.max(lastOne, lastOther)))) {
      return true;
    }
  }
  return false;
}

function isOrdinary(words: readonly string[], at: number): boolean {
  return words.slice(at + 1, at + 4).some((word) => ORDINARY.has(word)) ||
    words.slice(0, at).some((word) => word === "you");
}
