import type { Asked, Findings } from "../../findings.ts";

type AtAnyTime = Pick<Findings, "person" | "repeat" | "back" | "restart" | "language" | "goodbye" | "annoyed">;

/** What can be said at any step, in words that are joined by blanks. */
export function hearAtAnyTime(text: string, asked: Asked): AtAnyTime {
  const isAnswer = asked.kind === "name" || asked.kind === "yes or no";
  return {
    ...(wantsPerson(text) && { person: true }),
    ...(REPEAT.test(text) && { repeat: true }),
    ...(BACK.test(text) && { back: true }),
    ...(RESTART.test(text) && { restart: true }),
    ...(speaksSpanish(text) && { language: "es" }),
    ...((GOODBYE.test(text) || (!isAnswer && ENOUGH.test(text))) && { goodbye: true }),
    ...(ANNOYED.test(text) && { annoyed: true }),
  };
}

const PERSON = new RegExp(
  "\\b(?:(?:speak|talk|chat|connect me|speaking|talking|transfer me|put me thru|get thru) (?:to|with) (?!you\\b|my (?:mother|father|wife|husband)\\b)[^ ]+|" +
    "put me thru|transfer me|connect me|representative|operator|receptionist|(?:real|live|actual|human) (?:person|being|human|one|people)|" +
    "front desk|someone real|(?:get|give) me (?:a|an|the|some) (?:human|person|manager|supervisor|agent|nurse|doctor|one)|" +
    "(?:want|need) (?:a|an) (?:person|human|agent)|is there a (?:human|person)|(?:is )?(?:anyone|anybody) there|customer service|" +
    "(?:not|don't want to talk to|hate|stop|sick of|no) (?:a |an |this |the |these |talking to ){0,3}(?:machine|machines|robot|robots|bot|bots|computer|computers|recording))\\b",
);
const PERSON_ALONE = /^(?:an? )?(?:human|person|agent|reception|staff|manager|somebody|someone|people)(?: please)?$/;

function wantsPerson(text: string): boolean {
  return PERSON.test(text) || PERSON_ALONE.test(text);
}

const REPEAT =
  /\b(?:repeat(?: (?:that|it|this|them|please|yourself|what|the (?:last|question|options?|choices|times|menu))|$)|say (?:that|it|this|them|what) (?:again|once more)|say again|tell me again|come again|(?:didn't|couldn't|can't|don't) (?:\w+ )?(?:hear|catch|understand|get) (?:you|that|it|what|a word)|what (?:did|was) (?:you say|that)|one more time|once more|run that by me|speak (?:up|slower|slowly|more slowly|louder)|missed that|what are (?:my|the) (?:options|choices))\b|^(?:again|pardon|pardon me|i beg your pardon|sorry|excuse me|what|huh|eh|sorry what|what sorry)$|^(?:sorry )?i don't understand|^repeat/;
const BACK =
  /^(?:please )?(?:(?:can|could) (?:we|you|i) )?(?:go |take me |step |get )?back(?: please| a step| one| one step| up)?$|\bgo back (?:a step|to the (?:last|previous)|one|please)\b|\bprevious (?:step|question|menu|one)\b|^previous$/;
const RESTART =
  /\b(?:(?:start|begin|starting) (?:all )?(?:over|again|from|afresh)(?: again)?|from the (?:top|beginning|start)|back to the (?:start|beginning|main menu|menu)|main menu|from scratch|start fresh)\b/;
const GOODBYE =
  /\b(?:good ?bye|good bye|bye|bye bye|see (?:you|ya) (?:then|later|soon)|have a (?:good|nice|great|lovely) (?:day|one|evening|afternoon|weekend|night)|hang up|wrong number)\b/;
const ENOUGH =
  /\b(?:that's (?:all|everything|it|me)(?: for (?:now|today))?(?: then)?(?: thanks| thank you| thank you very much| bye)?$|that'?s all|(?:that will|that'll) be all|nothing else|nothing (?:more|thanks|thank you)|i'm (?:done|good|all set|finished|all done)(?: thanks| thank you| now)?$|we're (?:done|good))\b|^no that's (?:it|all)|^nothing$/;
const ANNOYED =
  /\b(?:ridiculous|useless|stupid|complain|complaint|a joke|frustrat\w+|waste of (?:my )?time|sick of this|fed up|unacceptable|terrible service|disgusting|outrageous|hopeless service)\b/;

/** Spanish that was asked for, or is being spoken. One such word may be a name; these are none. */
function speaksSpanish(text: string): boolean {
  if (/\b(?:speaks? spanish|spanish speaking|speaking spanish)\b/.test(text) && !/\byou speak spanish\b/.test(text)) {
    return false;
  }
  if (/\b(?:spanish|espanol)\b/.test(text) || text.includes("español")) return true;
  const spoken = text.split(" ").filter((word) => SPANISH.has(word)).length;
  return spoken >= 2 || /\b(?:quiero|necesito|quisiera|hablo|hablas|buenos dias)\b/.test(text);
}

const SPANISH = new Set(
  ("hola cita por favor gracias buenos buenas dias días tardes noches usted hablo habla hablas ingles inglés quiero necesito " +
    "quisiera una para mi hacer con el la que mañana dolor muela diente cancelar cambiar sí hablar alguien persona ayuda")
    .split(" "),
);
