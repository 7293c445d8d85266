import type { Asked, Errand, Findings } from "../../findings.ts";
import { hearsComplaint } from "./complaints.ts";

/** What one says of an appointment that one has. */
const THEIRS = "(?:it|that|this|them|both|my|the|our|his|her|all|everything|an|one)";

/** The words for each errand. The first that fits counts: "cancel" before "appointment", "how do I book" before "how". */
const WORDS: readonly (readonly [Errand, RegExp])[] = [
  [
    "waitlist",
    /\bwaitlist\b|\b(?:put|add) (?:me|us|him|her) (?:on|to) (?:the|your|a) (?:[^ ]+ )?list\b|\bwaiting list\b|\b(?:let me know|tell me|call me|text me|ring me|notify me) (?:if|when) (?:something|anything|a |one|there|any|someone|you get)|\bcancellation list\b/,
  ],
  [
    "message",
    /\b(?:leave|take|pass on|pass along|send) (?:a |my |you a |him a |her a )?messages?\b|^messages?$|\bvoice ?mail\b|\b(?:return|returning|missed|miss) (?:a|your|the) (?:phone )?call\b|\bcalled me\b|\b(?:pay|paying|about|got|received|settle) (?:my|the|a|this|an) (?:bill|invoice|balance|statement)\b|\b(?:make|have|got|file) a complaint\b|\b(?:running|be|been|being|arriving) (?:a (?:bit|little|few) |about |maybe |[^ ]+ (?:minutes|mins) |an hour |half an hour )?late\b|\b(?:can|could|would) (?:you|someone|they) (?:please )?(?:ring|call|phone) me\b|\b(?:call|ring|phone) me back\b|\b(?:have|get|ask) (?:\w+ ){1,4}(?:call|ring|phone) (?:me|back)\b|\bcall back\b/,
  ],
  [
    "confirm",
    /\b(?:am i|are we|is (?:it|my appointment|that)) (?:all )?confirmed\b|\b(?:to|want to|need to|i'd like to|like to|just|calling to) confirm(?: (?:my|the|an|that|our)\b|$)|^confirm (?:my|the) /,
  ],
  [
    "list",
    /\b(?:when|what time|what day|what date|which day|where) (?:is|was|'s|am|are|did|do) (?:my|i|our|we|his|her|the)(?: next)? (?:next |upcoming |\w+'s )?(?:appointments?|booking|visit|booked|coming in|due|supposed|scheduled|seeing|have to come|down for|meant|in for|appt|in next)\b/,
  ],
  [
    "list",
    /\b(?:what's my (?:appointment|next|booking)|when's (?:my|our|his|her) (?:next )?(?:appointment|booking|visit)|what time'?s? (?:my|am i)|(?:do|if|whether) i (?:still )?have (?:an|any) (?:\w+ )?(?:appointments?|booking)|who (?:is my|am i|is it|i'm) (?:appointment|seeing|with|booked)|who's my appointment|(?:forgot|forgotten|remember|check|look up|find|find out|lost|remind me|know|tell me) (?:when |what time |what day |of |about |the time of )?(?:my|our|his|her) (?:next |upcoming )?(?:appointments?|booking|visit)|am i still (?:on|booked|down|in)|what time (?:i'm|i am)|is my (?:appointment|booking) (?:still )?(?:on|at|for|today|tomorrow|with)|what's it for|who's it with|with whom|what (?:is|was) (?:my|the) appointment for|am i booked|(?:what have i got|what do i have) booked|list my appointments)\b/,
  ],
  [
    "ask",
    /\b(?:results|records|refill|referral|copy of|what happens if|what if i|cancell?ation (?:policy|fee|charge)|(?:charge|fee|penalty|policy) (?:for|if|to|when|on) (?:[^ ]+ ){0,2}cancel)/,
  ],
  [
    "cancel",
    /\b(?:cancel|canceling|cancelling|canceled|cancelled|cancellation|call (?:it|that) off|scrap|take me off|get rid of my|drop my)\b/,
  ],
  [
    "move",
    new RegExp(
      "\\b(?:reschedule|rescheduling|rebook|postpone|put off|put back|push (?:it|that|my|the|this)\\b|push (?:back|out)|(?:switch|change|swap) to |bring (?:it|that|my appointment) forward|" +
        "(?:mov(?:e|ing)|chang(?:e|ing)|switch(?:ing)?|swap(?:ping)?|shift(?:ing)?) " + THEIRS +
        "\\b|another time|different (?:time|day)|(?:no good|doesn't work|can't do it|can't make it) any more|need(?:s)? (?:\\w+ )?instead|move (?:an|the|my) |" +
        "(?:earlier|sooner|later) than my|make it (?:a|an|one|two|another|later|earlier|sooner|the) )",
    ),
  ],
  [
    "cancel",
    /\b(?:something(?:'s| has)? come up|(?:can't|won't|couldn't|not going to|not gonna|unable to|not able to|won't be able to) (?:be able to )?(?:make|come|attend|keep|be there|be in|get there)|double booked|not coming|don't need (?:the|my|that|it)|no longer need|won't be coming)\b/,
  ],
  ["book", /\bhow (?:do|can|would) (?:i|we) (?:make|book|schedule|get|set up) (?!there|here|to|in touch)/],
  [
    "book",
    /\b(?:do you have|have you got|is there|are there|got|any|anything|something|what do you have|what have you got|what's) (?:\w+ ){0,3}(?:free|available|availability|open|openings?|appointments?|slots?|left)\b(?! (?:on (?:saturdays|sundays|weekends)|today\?))/,
  ],
  [
    "book",
    /\b(?:when|what day|what time|how soon|how quickly) (?:can|could) (?:i|we|you|he|she|my \w+) (?:come|get|see|be|fit|have)|when's (?:the|your) (?:next|first|soonest|earliest)|(?:can|could) (?:i|we) (?:make|book|schedule|come|get in|get (?:a|an)|have (?:a|an)|see) |(?:can|could) you (?:fit|squeeze|get|slot|book|see|do) (?:me|us|him|her|my)|(?:fit|squeeze|book|get|slot|put) (?:me|us|him|her|my \w+) in\b|\b(?:fit|squeeze) in (?:two|three|my|a|another)\b/,
  ],
  [
    "ask",
    /\b(?:questions?|ask (?:you|about|something|a|if|whether)|like to ask|information|info|wondering|enquiry|inquiry|curious|if you're|wanna know|want to know|know if)\b/,
  ],
  [
    "ask",
    /\b(?:how (?:much|long|do|does|far|can|early|many|soon|often|old)|how's|where|when|what|what's|which|who|who's|whether|why|do you|does|did you|are you(?! there)|are there|is there|is dr|is doctor|is the|is it|is your|is a|do i|do we|should i|must i|may i bring|can i (?:bring|eat|drink|pay|park|wear|take|use|still|drive|smoke)|can (?:children|kids|you (?:tell|explain|do|take|accept|recommend|prescribe|send|email))|will (?:it|i|you|my)|would (?:it|i need)|tell me (?:about|how|what|where)|have you got parking|is parking|are (?:my|your|the|kids|dogs)|price|prices|cost|costs|insurance|opening (?:hours|times)|prescriptions?)\b/,
  ],
  [
    "book",
    /\b(?:book|booking|appointments?|schedule|make (?:an?|one|another)|arrange|set up|come in|be seen|see (?:a|an|the|my|someone|doctor|dr|dentist|nurse|him|her|one of)|slot|visit|due for|new patient|get (?:an|a|my|some) |need (?:an?|my|some|to come|to see|bloods)|i'd like (?:an?|my|to come|to see)|i want (?:an?|my|to get|to come|to see)|squeeze me|fit me|looking for an?)\b/,
  ],
];

/** Where two errands are named in one breath, the second begins. */
const THEN =
  /\b(?:and then|then|and also|and after that|and (?=(?:i'd|i want|i need|book|make|cancel|move|can i|could i|reschedule|schedule)\b))/;

/** What one is calling for. `wish` is when they would like to come, if that was said. */
export function hearErrands(
  text: string,
  asked: Asked,
  wish: unknown,
): Pick<Findings, "errand" | "thenErrand" | "complaint" | "all"> {
  const split = THEN.exec(text);
  const first = hearErrand(split === null ? text : text.slice(0, split.index), asked);
  const second = split === null ? null : hearErrand(text.slice(split.index + split[0].length), asked);
  const errand = withWish(first ?? second, text, asked, wish !== undefined);
  if (errand === null) return {};
  const isComplaint = hearsComplaint(text);
  return {
    errand,
    ...(first !== null && second !== null && second !== first && { thenErrand: second }),
    ...(isComplaint && { complaint: true }),
    ...(ALL.test(text) && (errand === "cancel" || errand === "move") && { all: true }),
  };
}

/** "What about Friday?" asks for an opening and not for an answer. */
function withWish(errand: Errand | null, text: string, asked: Asked, hasWish: boolean): Errand | null {
  if (errand !== "ask" || !hasWish || asked.kind === "question" || OF_THE_CLINIC.test(text)) return errand;
  return asked.kind === "help" ? "book" : null;
}

const OF_THE_CLINIC =
  /\b(?:open|opening|close|closed|closing|hours|insurance|park|parking|cost|costs|price|charge|much|bring|address|where|who|works?(?: on| there|ing)|in on|in today|in tomorrow|there on|long|eat|drink|questions?|wondering|ask|fast|accept|pay|holiday|holidays)\b/;

const ALL = /\b(?:both|all (?:of )?(?:them|my|the)|everything|all three|the lot|and the other)\b/;

function hearErrand(said: string, asked: Asked): Errand | null {
  // Who says that they have an appointment does not want one.
  const text = said.replace(HAVING_ONE, " ").replace(REFUSED, " ");
  if (asked.kind === "help" && SOONER.test(text)) return "move";
  const named = WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  // At a later step, who cannot make a day wants another.
  if (named === "cancel" && asked.kind !== "help" && !SAYS_CANCEL.test(text)) return null;
  if (named === "cancel" && WANTS_ANOTHER.test(text) && !/\bcancel/.test(text)) return "move";
  if (named === "ask" && !/\b(?:question|ask)\b/.test(text) && isBookingQuestion(text)) return "book";
  if (named !== null) return named;
  if (hearsComplaint(text)) return "book";
  return asked.kind === "help" && QUESTION.test(text) ? "ask" : null;
}

const QUESTION =
  /^(?:(?:um|uh|so|okay|hi|hello|yeah|yes|and|also|but|well|just) ){0,3}(?:can|could|do|does|did|is|are|will|would|should|may|must|have|has) (?:you|i|we|they|he|she|it|the|my|your|this|that|there|doctor|dr|kids|children|anyone) (?!there$|hear )[^ ]/;

const HAVING_ONE =
  /\b(?<!do |if |whether )(?:(?:i|we|he|she|they) (?:already |still |just |do )?(?:have|had|got|made|booked)|(?:i|we|they)'ve (?:already )?(?:got|made|booked)|(?:he|she)'s got) (?:an?|my|two|another|this) (?:[^ ]+ )?appointments?\b/;
/** "I don't want to cancel, I want to move it." */
const REFUSED =
  /\b(?:don't|not|never|rather than|instead of)(?: want| need| trying| wish| looking| going)?(?: to)? (?:cancel(?:ing|ling)?|mov(?:e|ing)|reschedul(?:e|ing)|book(?:ing)?)(?: (?:it|that))?\b/g;
const SOONER =
  /\b(?:something|anything|one|it|appointment|in|come|slot|any) (?:a bit |a little |any |much )?(?:sooner|earlier)\b|^(?:sooner|earlier)\b/;

const SAYS_CANCEL = /\b(?:cancel|call (?:it|that) off|scrap|take me off|get rid of|drop my|don't need|no longer need)/;

/** Whoever cannot come and names another day is moving, not cancelling. */
const WANTS_ANOTHER =
  /\b(?:instead|is \w+ (?:free|possible|okay|available)|(?:can|could) (?:i|we) (?:come|do|have|make|get)|the (?:day|week) after|what about|how about|another|other|different|rather|later|sooner|earlier|next week|how's)\b/;

/** "What have you got on Friday?" */
function isBookingQuestion(text: string): boolean {
  return /\b(?:what have you got|what do you have|what's (?:available|free|open|the (?:earliest|soonest|first|next))|(?:can|could) you do (?:\d|half|quarter|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|mon|tues|wednes|thurs|fri|satur|sun|tomorrow|today|next|the \d))|do you have (?:anything|something|any)|is \w+ (?:free|available))\b/
    .test(text);
}

/** Whether the words only say that a question is to come. */
export function announcesQuestion(words: readonly string[]): boolean {
  return words.length > 0 && words.every((word) => ANNOUNCING.has(word));
}

const ANNOUNCING = new Set(
  ("i i'd i've i'm you me we a an the some of quick another more short general have had has got would like want need to ask can could may " +
    "question questions something information info about for please just yes hi hello um uh one two couple calling with enquiry inquiry know " +
    "okay so well few").split(" "),
);

/** The words of a question, without those that only lead to it; null when there is none. */
export function hearQuestion(words: readonly string[]): string | null {
  if (announcesQuestion(words)) return null;
  const text = words.join(" ").replace(LEADING, "").replace(/(?: please| thanks| thank you){1,2}$/, "").trim();
  return text === "" ? null : text;
}

const LEADING =
  /^(?:(?:hi|hello|hey|um|uh|er|yes|yeah|okay|so|well|and|but|oh|also|please|quick|question|sorry|just|i have a question|i've got a question|i had a question|my question is|i have a quick question|i'd like to know|i wanted to know|i want to know|i'd like to ask|i wanted to ask|i was wondering|i'm wondering|i wonder|wondering|can i ask(?: you)?|could i ask(?: you)?|may i ask|can you tell me|could you tell me|do you know|tell me|about|if|whether|i'm calling to ask|i'm calling to find out)(?: |$)){1,6}/;
