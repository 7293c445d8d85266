import { type Phrases, phrases } from "./words.ts";

/** What words around days and times make of them. */
export type Cue =
  /** From then on, the time itself included. */
  | "from"
  /** From then on, the day itself not included. */
  | "after"
  | "before"
  /** Until then, the day itself included. */
  | "by"
  | "around"
  | "between"
  | "at"
  | "for"
  | "or"
  | "to"
  /** What follows does not suit. */
  | "not"
  /** Whatever, and what follows does not suit. */
  | "any but"
  | "but"
  /** What stands before it does not suit. */
  | "bad"
  | "too early"
  | "too late"
  | "or later"
  | "or earlier"
  | "ish"
  /** What follows is wanted instead of what stood before. */
  | "correction"
  | "no"
  /** A new thought: what was refused ends here. */
  | "fresh"
  /** What follows is the appointment that they have; after "my" only what follows at once. */
  | "existing"
  | "my"
  | "any day"
  | "any time"
  | "whenever"
  | "soonest"
  | "sooner"
  | "later";

export const CUES: Phrases<Cue> = phrases<Cue>([
  [
    "from|isn't before|it isn't before|not for|but not before|but not till|but not earlier than|just not before|starting|starting from|starting on|beginning on|since|as of|as from|not before|no earlier than|not earlier than|" +
    "nothing before|nothing earlier than|not any earlier than|not till|nothing till|no sooner than|not sooner than|no before|" +
    "can't come before|can't make it before|can't do before|can't do anything before|can't get there before|can't till|" +
    "can't do it before|can't come till|don't want anything before|any later than|i'm free from|i'm free at",
    "from",
  ],
  [
    "after|past|later than|meeting till|meetings till|stuck till|booked till|out till|not free till|not available till|i'm busy till|i'm working till|i'm tied up till|i'm at work till|busy till|working till|i work till|at work till|tied up till|once i'm off work at|i'm off at|" +
    "when i'm off work at|off work at|i get off at|i get off work at|get out at|i finish at|i finish work at|finish at|" +
    "finish work at|i'm done at|done with work at|i get out of work at|out of work at|after i finish work at|finishes at|" +
    "school finishes at|school lets out at|once i finish at|i knock off at|i clock off at|i clock out at|gets out at",
    "after",
  ],
  ["before|earlier than|sooner than|prior to|ahead of", "before"],
  [
    "by|isn't after|before i pick the kids up at|before i pick up the kids at|before i pick my son up at|before i pick my daughter up at|before my shift at|before i start at|before i start work at|till|up to|but not after|but not later than|just not after|up till|no later than|not after|not later than|nothing after|nothing later than|any earlier than|" +
    "leave at|have to be at work at|start work at|i start at|i start work at|can't come after|can't do after|" +
    "can't do anything after|don't want anything after|leave by|leaving at|no after",
    "by",
  ],
  [
    "around|about|roughly|near|nearer|towards|approximately|somewhere around|close to|round about|ideally around",
    "around",
  ],
  ["between|anywhere between|sometime between|in between", "between"],
  ["at|@", "at"],
  ["for|back by|forward by|up by|out by", "for"],
  ["or if not|if not|failing that|or failing that|otherwise|or otherwise|or possibly", "or"],
  ["or|and|or on|and on|or maybe|or else|or even|or the", "or"],
  ["to|till|thru|up to|up till|up until", "to"],
  [
    "not|in meetings|i'm in meetings|in a meeting|busy all|meetings all|not on|not in the|not at|nor|can't do|can't make|can't make it|can't come|can't come in|can't be there|don't want|" +
    "avoid|i'd rather not|rather not|i'm busy|i'm busy on|i work|i work on|i'm working|i'm working on|i'm away|i'm away on|" +
    "i'm out|i'm not free|i'm not free on|i'm not available|i'm tied up|i'm traveling|i'm travelling|i'm out of town|" +
    "i won't be here|won't be able to do|i'm on holiday|i'm on vacation|except|except for|apart from|aside from|other than|" +
    "besides|excluding|just not|but not|and not|but no|only not|never on|can't on|don't do",
    "not",
  ],
  [
    "anyday but|anyday except|anyday apart from|anyday other than|anyday but not|anyday that isn't|anything but|" +
    "anything except|anything other than|anything apart from|anytime but|anytime except|anytime other than|any but|" +
    "everyday but|every day but|whenever but|anytime but not|anyday besides|any other day than|all days but|any day bar|anyday bar",
    "any but",
  ],
  ["but", "but"],
  [
    "no good|no good for me|no good any more|out|bad|bad for me|doesn't work|don't work|won't work|doesn't suit|don't suit|" +
    "doesn't suit me|don't suit me|don't work for me|doesn't work for me|not good|aren't good|isn't good|aren't great|" +
    "isn't great|not great|no use|nightmare|impossible|tricky|difficult|hard|hard for me|not possible|isn't possible|" +
    "never works|never work|no longer works|hopeless|a problem|too busy|not an option|off the table|doesn't do|don't do it|" +
    "won't do|wouldn't work|aren't possible|aren't any good|isn't any good|are a no|is a no|not ideal|not convenient",
    "bad",
  ],
  ["too early|a bit early|a little early|too soon|a bit too early", "too early"],
  ["too late|a bit late|a little late|a bit too late", "too late"],
  [
    "or later|or after|and later|and after|onwards|onward|and onwards|or any time after|or anytime after|at the earliest|and on",
    "or later",
  ],
  ["or earlier|or before|and earlier|at the latest|latest", "or earlier"],
  ["ish|or so|or thereabouts|or there abouts", "ish"],
  [
    "i mean|i meant|make it|no i mean|no i meant|sorry|no wait|wait|wait no|actually|actually no|make that|no make that|scratch that|" +
    "or rather|no sorry|correction|sorry no|sorry i mean|sorry i meant|oh no|no actually|actually make it|better make it|" +
    "actually make that|let's say|strike that|no let's say|no make it|or actually|hang on|hold on|oh wait|sorry make that",
    "correction",
  ],
  ["no|nope|nah", "no"],
  [
    "good morning|good afternoon|good evening|good night|what about|how about|could|can i|can we|is|maybe|so|then|instead|would|could it be|i'd|i could|i can|let's|works|" +
    "is fine|is okay|is good|suits|better|prefer|i'm free|i'm free on|only|just|i need|i want|can it be|do you have|have you|" +
    "can you do|is there|i'll take|give me|put me|i'd prefer|i'd like|ideally|preferably|i'm off|i'm off on|i'm available",
    "fresh",
  ],
  [
    "my appointment|my booking|my visit|my slot|i have an appointment|i've got an appointment|i have one|i've got one|i'm booked|i'm booked in|i'm booked for|" +
    "i'm booked in for|i'm down for|i was supposed to come|i was booked|instead of|rather than|have an appointment|had an appointment|" +
    "move it from|move from|change it from|change from|switch it from|switch from|reschedule from|reschedule it from",
    "existing",
  ],
  [
    "anyday|anyday is fine|any day|every day|everyday|what day doesn't matter|the day doesn't matter|all week",
    "any day",
  ],
  [
    "anytime|any time|time doesn't matter|the time doesn't matter|all day|any hour|any time of day|anytime of day",
    "any time",
  ],
  [
    "whenever|i don't mind|don't mind|doesn't matter|it doesn't matter|i don't care|don't care|i'm flexible|i'm easy|" +
    "up to you|you choose|you pick|i'm open|anything's fine|anything is fine|anything works|any is fine|no preference",
    "whenever",
  ],
  [
    "the sooner the better|the earlier the better|sooner the better|earlier the better|as soon as possible|as soon as you can|soon as possible|soon as you can|asap|the soonest|soonest|earliest|the earliest|" +
    "as early as possible|as early as you can|first available|the first available|first free|the first free|first opening|" +
    "the first opening|first one you have|the first one you have|first one you've got|the first one you've got|next opening|" +
    "first you've got|first you have|first appointment|first possible|next available|next free|next slot|next possible|" +
    "straight away|right away|immediately|right now|straightaway|the first thing you have|as quickly as possible|the first one|" +
    "as soon as|next appointment|first slot",
    "soonest",
  ],
  [
    "sooner|something sooner|something earlier|anything sooner|anything earlier|earlier|any earlier|any sooner|bring it forward|bring forward",
    "sooner",
  ],
  ["later|something later|anything later|any later|push it back|push back|further out|put it back", "later"],
]);
