/**
 * An emergency, in the words of somebody who is frightened. Missing one is the worst that can happen here, taking a story
 * for one costs a sentence: so these patterns are wide, and only what plainly is no emergency is taken out. None of them
 * looks further than a few words ahead.
 */
import { hearsDanger } from "./danger.ts";
import { wordsOf } from "./words.ts";

/** A frightened person may talk for long before they come to it. */
const MOST_CHARACTERS = 10_000;

const SOMEONE =
  "(?:i|i'm|he|he's|she|she's|they|they're|we|it's|baby|son|daughter|husband|wife|mother|father|child|kid|friend|patient|partner)";
const FEW = "(?:[^ ]+ ){0,3}";

const SIGNS: readonly RegExp[] = [
  // Breathing
  `(?:can't|couldn't|won't|isn't|not|hardly|barely|stopped|stops|trouble|difficulty|struggling|struggles|hard|harder|unable|problems|gasping|fighting) (?:seem |really |even |to |for |with |properly |getting |for a ){0,3}(?:breathe|breathing|breath)`,
  `(?:can't|couldn't|not able to|trouble) (?:get|catch|catching|getting) (?:my|his|her|their|any|a|enough) (?:breath|air)`,
  `short of breath|can't get (?:any |enough )?air|gasping for`,
  `(?:choking|choked|chokes)`,
  `(?:turning|turned|going|gone|went|lips are|lips have gone|face is) blue|turn(?:ing|ed) gray`,
  `(?:can't|couldn't|unable to) swallow`,
  // Heart and stroke
  `(?:pain|pains|pressure|tightness|tight|crushing|squeezing|weight|heaviness|burning|stabbing|ache|aching) ${FEW}chest`,
  `chest(?:'s)? ${FEW}(?:pain|pains|hurts|hurting|hurt|tight|tightness|pressure|heavy|crushing|aches|killing me|feels)`,
  `heart attack|cardiac|heart (?:has |just )?stopped|no pulse`,
  `(?:having|had|has|have|has had|having|like|is it|be) a (?:mini )?stroke|think ${FEW}stroke`,
  `face(?:'s)? (?:has |just |all )?(?:gone|went) numb|face(?:'s)? ${FEW}(?:drooping|droops|droopy|drooped|dropped|sagging|fallen)|(?:drooping|droopy) face`,
  `(?:slurring|slurred|slurs|can't speak|can't talk properly)`,
  `(?:numb|weak|paralyzed|paralysed|no feeling) (?:on|down|in|all down) (?:one|my left|my right|his left|his right|her left|her right|the left|the right) side|numb on one side`,
  `(?:arm|leg) (?:is |has |just |feels )?(?:gone |went )?numb|(?:down|in|up) my left arm|asthma attack|diabetic (?:coma|shock|emergency)|(?:can't|couldn't) open (?:my|his|her) mouth`,
  `(?:can't|couldn't) (?:feel|move) (?:my|his|her|their|one|the) (?:left |right )?(?:arm|arms|leg|legs|side|hand|body)`,
  // Consciousness
  `unconscious|unresponsive|blacking out|(?:can't|not|won't|isn't|couldn't) (?:get|getting) up(?! (?:early|in time|that|before))|passed out(?! (?:the|some|flyers|leaflets|candy))|passing out(?! (?:the|some))|blacked out|fainted|keeps fainting|lifeless|gone limp|floppy|not moving|isn't moving|not responding|isn't responding`,
  `(?:won't|not|isn't|can't get (?:him|her|them) to|doesn't) (?:wake|waking|wake up|waking up|respond)`,
  `knocked (?:out cold|unconscious)|(?:he|she|i) (?:was|got|is) knocked out|(?:cut|gash|gashed|wound) (?:[^ ]+ ){0,5}deep|deep (?:cut|gash|wound)`,
  `can't wake (?:him|her|them|up|my|the)`,
  `(?:going to|gonna|about to|keep|keeps|might|could) (?:pass out|passing out|faint|fainting|black out|collapse)`,
  `eyes (?:[^ ]+ ){0,2}rolled|rolling back|foaming at the mouth|shaking uncontrollably|shaking all over|having (?:some (?:sort|kind) of|an?) attack|(?:he|he's|she|she's|they're) (?:has |is |gone |got |really |very |suddenly |all ){1,3}confused|can't (?:lift|raise|use) (?:my|his|her) (?:left |right )?(?:arm|arms|leg)|can't see (?:out of|anything|properly)|can't stop shaking|jerking`,
  `collapsed|collapsing`,
  `seizure|seizures|seizing|convulsing|convulsion|convulsions|having (?:a|another) fit|had a fit`,
  // Bleeding
  `(?:won't|doesn't|not|can't|hasn't|isn't|will not) (?:stop|stopping|stopped|quit) (?:the )?bleeding|(?:keeps|kept|still) bleeding|bleeding (?:[^ ]+ ){0,4}(?:keeps|hours?)|bleeding ${FEW}(?:won't|doesn't|can't|not|hasn't|isn't|and won't|will not) (?:stop|stopping|stopped)|(?:bleeding|blood|bleed|nosebleed|bleeds) (?:[^ ]+ ){0,8}(?:won't|doesn't|can't|hasn't|isn't|not) (?:stop|stopping|stopped|quit|clot|clotting)|can't (?:get|make) (?:the |it to )?${FEW}stop bleeding|can't stop the (?:bleeding|blood)`,
  `bleeding (?:really |very |so |quite |pretty )?(?:heavily|badly|a lot|bad|out|profusely|everywhere|internally|like crazy|to death)|heavy bleeding|bleeding so much|hemorrhaging|haemorrhaging`,
  `blood (?:is )?(?:everywhere|all over|pouring|gushing|spurting)|(?:so much|a lot of|lots of|loads of|too much|pool of|losing|lost) (?:[^ ]+ )?blood|full of blood|soaked (?:in|with) blood|gushing`,
  `(?:coughing|coughs|coughed|throwing|throws|threw|bringing|brought|vomiting|vomited|spitting|puking) (?:up )?blood`,
  // Allergy and swelling
  `allergic (?:reaction|shock)|anaphyla[^ ]+|epi ?pen`,
  `(?:throat|airway|airways|tongue|lips|lip|neck)(?:'s)? ${FEW}(?:closing|swelling|swollen|swelled|tight|closed|tightening|puffing|puffed|huge)|(?:swelling|swollen|swelled) (?:up )?(?:throat|tongue|lips|neck)`,
  `(?:face|eye|eyes) ${FEW}(?:swelling|puffing|blown|ballooned|ballooning)|eye (?:is )?swollen shut`,
  // Poison
  `overdose|overdosed|od'd|poison|poisoned|poisoning`,
  `(?:took|taken|swallowed|ate|eaten|drank) (?:all|the whole|a whole|a bunch|loads|lots|a lot|a handful|a load|a ton) ${FEW}(?:pills|tablets|medicine|medication|painkillers|meds|them|it)`,
  `(?:drank|drunk|swallowed) ${FEW}(?:bleach|antifreeze|poison|petrol|gasoline|chemicals|cleaner|detergent|fluid|cleaning|poison|drain)`,
  `too much (?:medicine|medication|tylenol|paracetamol|acetaminophen|ibuprofen|aspirin|insulin|morphine|oxycodone|of (?:my|his|her) )`,
  `swallowed (?:a|some|my|the|her|his) (?:coin|battery|magnet|magnets|toy|marble|pin|needle|glass|button battery)`,
  `too many (?:pills|tablets|painkillers|sleeping pills)`,
  // Despair
  `(?:kill|killing|hurt|harm|harming|hurting|cut|cutting) (?:myself|himself|herself|themselves)`,
  `suicid[^ ]+|self harm|(?:end|ending) (?:things|it all|my life|his life|her life|my own life)|take my (?:own )?life|(?:cut|slit|slashed) (?:my|his|her) wrists?|better off dead`,
  `(?:want|wants|wanna|wanted|going|gonna|about) (?:to )?die`,
  `(?:don't|doesn't|no longer) want to (?:live|be alive|be here|go on|wake up|exist)|no reason to live|can't go on`,
  // Injury
  `(?:been|got|was|were|he's|she's|been) (?:stabbed|shot|run over|electrocuted|crushed|hit by (?:a|the) (?:car|bus|truck|van|bike|lorry|train))|hit by a (?:car|bus|truck|van|lorry|train)`,
  `there's been an accident|(?:bad|terrible|serious|awful) accident|(?:burned|burnt|scalded) (?:[^ ]+ ){0,3}badly|badly scalded|burns all over|car (?:accident|crash|wreck)|electrocuted|drowning|drowned|bone (?:is )?sticking out|broken neck|broke (?:his|her|my) neck|severe burn|burnt badly|badly burned|badly burnt|third degree`,
  `(?:hit|banged|cracked|bumped|smashed|hurt) (?:his|her|my|their) head`,
  `fell (?:down|off|from|out) ${FEW}(?:stairs|ladder|roof|window|balcony)`,
  // Birth
  `(?:water|waters) (?:just |have |has )?(?:broke|broken)|(?:in|into|going into) labou?r(?! day)|baby(?:'s| is) coming(?! with| to| in| along| on| too)|having contractions`,
  // Other signs
  `meningitis|going into shock|sepsis|septic|rash (?:that )?(?:won't|doesn't) fade|gone blind|lost (?:my|his|her) (?:sight|vision)|can't see anything|stiff neck and`,
  `suffocating|suffocated|smothering|no heartbeat|(?:lost|losing|lose|loses|regain|regaining|out of) consciousness|barely conscious|not conscious|isn't conscious`,
  `(?:won't|doesn't|not|isn't|hasn't) (?:come|coming) (?:round|around|to)(?= |$)(?! (?:my|the|your|an|see|work))`,
  `(?:he's|she's|is|keeps|started|been) fitting(?! in)|having (?:fits|convulsions)|gurgling|went (?:all )?limp|gone (?:all )?limp|clammy|funny turn`,
  `(?:he|she|dad|mother|husband|wife|father|son|daughter|they|suddenly|i) (?:suddenly |now )?can't (?:speak|talk|move|stand|get up|see|swallow)(?: (?:properly|right|at all|anymore|any more|now|up|his|her))?(?= and| properly| right| at all| now)`,
  `electric shock|electrocuted|got a (?:bad |nasty |big )?shock|bitten by a|(?:knocked|thrown) off (?:his|her|my|a) (?:bike|motorbike|bicycle|horse)|motorbike accident|motorcycle accident`,
  `house is on fire|there's a fire|on fire|smell gas|gas leak|carbon monoxide|smoke everywhere`,
  `(?:trying|going|threatening) to (?:kill|hurt) (?:me|us|him|her|themselves|himself|herself|myself)|has a (?:gun|knife)|being attacked|attacked me|gunshot|raped|assaulted|going to jump|jump off`,
  `(?:bled|bleeding|soaked|soaking) (?:right )?thru|keeps (?:gushing|pouring|filling)|(?:worst|sudden) headache of|thunderclap|baby (?:isn't|is not|hasn't been|stopped) moving|pregnant and (?:i'm )?bleeding`,
  `(?:drank|swallowed|taken|took) something (?:i|he|she|they|that|poisonous|toxic)`,
  `(?:lot|lots|loads|ton|tons) of blood|(?:bleeding|bleeds) (?:is )?(?:non ?stop|severe|uncontrollable|uncontrollably|heavy|bad|constantly)|(?:severe|uncontrollable|uncontrolled|serious|constant) bleeding|squirting|haemorrhage|hemorrhage`,
  `(?:been|was|were|got|had been) in an? (?:[^ ]+ )?(?:accident|crash|collision|wreck)|life (?:and|or) death|(?:broke|broken) (?:my|his|her) (?:neck|back|spine|skull|hip)|(?:hung|hanged|hanging|strangled) (?:himself|herself|myself)|unable to breathe|hit his head hard`,
  `can't feel (?:[^ ]+ ){0,4}(?:arm|leg|legs|side|hands)|(?:he|she|he's|she's) (?:gone )?(?:cold and|stone cold|stiff and)`,
  // Calls for help
  `emergency`,
  `ambulance|paramedic|paramedics|nine one one|nine 1 1|9 1 1|911|999|nine nine nine|9 9 9|112`,
  `${SOMEONE} (?:am |is |are |think i'm |going to be |might be |nearly )?(?:dying|dead|gonna die)|think i'm dying`,
  `help help|(?:someone|please|oh god|god|oh my god) help(?: me)?(?! (?:with|find|book|make|me (?:with|find|book|make|to|get|out|cancel|move|reschedule|understand)|to|out))`,
  `life threatening|life or death|critical condition`,
].map((pattern) => new RegExp(` (?:${pattern})(?= )`, "g"));

/** What is said right before a sign that makes it none. */
const DENIED =
  / (?:no|not|not an?|isn't|isn't an?|isn't really an?|not really an?|don't have|doesn't have|haven't got|hasn't got|without|it's not an?|wasn't|wasn't an?|never had|no signs? of|not having|isn't having|not in) (?:any |a |an |real |such |much |medical |dental )?$/;
/** How one asks about emergencies without having one. */
const ASKED_ABOUT =
  / (?:who|what|where|how|when|do you|if it's|if there's|what's|can i|do you do|do you have|do you take|do you see|do you handle|do you offer|do you treat|is there|are you) (?:[^ ]+ ){0,4}(?:your|an|for|the|any|my|in an|of an)? ?$/;

/** Where the sign is part of something harmless. */
const HARMLESS: readonly RegExp[] = [
  /emergency (?:appointment|appointments|slot|slots|number|line|contact|contacts|dentist|visit|opening|openings|service|services|hours|care|exam|plumber|department open|fund|treatment|booking|phone)/g,
  /(?:in case of|in an|for|of|for an|in a|about|what if it's an|if it's an|if there's an|do emergency|emergency or) (?:emergency|emergencies)(?! room)/g,
  /chest (?:infection|x ray|xray|cold|exam|cough)/g,
  /stroke of|(?:my|a|his|her) stroke (?:doctor|clinic|medication|rehab)|heart attack on a plate/g,
  /(?:breathe|breathing|breath) (?:through|thru|out of|from) (?:my|his|her|the) (?:nose|mask|mouth)|bad breath|breathing exercises?|breath (?:smells|stinks|is bad)|shortness of breath (?:clinic|class)/g,
  /(?:flu|covid|booster|tetanus|vaccine|vaccination|b12) shots?/g,
  /(?:bleeds?|bleeding) (?:[^ ]+ ){0,4}(?:when|if|after) i (?:brush|floss|eat|bite)|when i (?:brush|floss) (?:[^ ]+ ){0,4}(?:bleeds?|bleeding)/g,
  / (?:live|living) (?:on|with) [^ ]+/g,
  /hold (?:my|your|his|her) breath|dead (?:tired|on|easy|sure)/g,
  /(?:nearly|almost) (?:fainted|died|collapsed|passed out)(?: at)?|choked up/g,
  /dying (?:to|for)|dead (?:tooth|teeth|nerve|battery|end|line|serious)|die down|to die for|killing me/g,
  /allergic reaction (?:test|tests|testing)|food poisoning (?:last|a while)/g,
  /blood (?:test|tests|work|pressure|sample|draw|results)|help (?:me )?(?:book|booking|with|find|make|to)/g,
  /(?:died|dies|passed away) (?:of|from) (?:an? )?(?:heart attack|stroke|overdose|sepsis)/g,
  /(?:dentist|doctor) (?:[^ ]+ ){0,2}(?:had|having) an? (?:stroke|heart attack|seizure)/g,
  / i (?:couldn't|didn't|don't|can't) wake(?! (?:him|her|them|my|the|up my))/g,
  /dog (?:[^ ]+ ){0,3}(?:choked|choking|seizure|died|collapsed)/g,
  /(?:tooth|teeth|crown|filling|bridge|denture|implant) (?:[^ ]+ ){0,2}(?:collapsed|dying|dead)/g,
  /seizure (?:medication|medicine|meds|clinic)|(?:stroke|seizure|overdose) (?:awareness|training|course)/g,
];

const LONG_AGO =
  /(?<= )(?:last (?:year|month|summer|winter|spring|fall|autumn)|(?:years?|months?|decades?) ago|a (?:while|long time) ago|history of|used to|in the past|when i was (?:a|little|young|\d+)|(?:attack|stroke|seizure|overdose) in (?:january|february|march|april|may|june|july|august|september|october|november|december)|sometimes|occasionally|back in (?:19|20)\d\d|as a child|since my)(?= )/;
const NOW = /(?<= )(?:now|again|still|right now|today|just|suddenly|help)(?= )/;

/** Whether somebody is in danger. `clinicsWords` are the clinic's own: one counts when all of its words are said. */
export function hearsEmergency(said: string, clinicsWords: readonly string[]): boolean {
  const words = wordsOf(said, MOST_CHARACTERS);
  const text = HARMLESS.reduce((rest, harmless) => rest.replace(harmless, " "), ` ${words.join(" ")} `);
  if (clinicsWords.some((phrase) => wordsOf(phrase).every((word) => words.includes(word)))) return true;
  if (LONG_AGO.test(text) && !NOW.test(text)) return false;
  // "No chest pain" is no sign; what else is said counts.
  const dangerous = text.replace(DENYING, " ");
  return SIGNS.some((sign) => {
    for (const found of text.matchAll(sign)) {
      const before = text.slice(Math.max(0, found.index - CONTEXT), found.index + 1);
      const isAsking = /^ (?:emergency|emergencies|ambulance)/.test(found[0]) && ASKED_ABOUT.test(before);
      if (!DENIED.test(before) && !isAsking) return true;
    }
    return false;
  }) || hearsDanger(dangerous.split(" ").filter((word) => word !== ""));
}

/** What is denied, as far as to the next thought. */
const DENYING =
  / (?:no|without|don't have|doesn't have|haven't got|not having|never had|isn't any|not much|no sign of|denies) (?:any |a |an |much |more )?(?:chest |heart |breathing |trouble |shortness |swelling |blood |bleeding )?(?:of |in )?[^ ]+(?= )/g;

/** As many characters before a sign as can take it back. */
const CONTEXT = 60;
