/** Words that are nobody's name, so that an answer that is none is not taken for one. */
export const NO_NAMES: ReadonlySet<string> = new Set(
  (
    // Answers and fillers
    "yes yeah yep yup no nope nah ok okay sure right correct hello hi hey sorry pardon what why when where who how which whatever " +
    "maybe perhaps um uh er hmm well thanks thank please goodbye bye nothing something anything everything none both either " +
    // Pronouns, articles, prepositions, auxiliaries
    "i i'm i'd i've i'll you you're he he's she she's it it's its we we're they they're me him her us them myself himself herself " +
    "yourself mine yours this that that's these those the a an and or but if so then than as at by for from in into of off on out " +
    "over to up with without about after before because while is are was were be been being am do does did done don't doesn't didn't " +
    "have has had haven't hasn't can can't could couldn't would wouldn't should shouldn't shall must might not never ever just only " +
    "also too very really quite here there now again still already yet " +
    // Verbs
    "want need like know think say said tell told give get got go going gone come coming call calling called speak speaking talk " +
    "talking make making take taking see seeing look looking find book booking cancel move change reschedule ask asking help wait " +
    "hold check confirm repeat hear mean matter try put leave keep let run running start stop work working hurt hurts broke feel afraid " +
    // Times
    "today tomorrow tonight yesterday morning afternoon evening night noon day week month year next last first second third early late " +
    "later soon sooner asap o'clock oclock am pm time minute hour half quarter past " +
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty hundred " +
    "zero oh double triple " +
    // The clinic's
    "appointment appointments visit doctor doctors dentist nurse clinic office desk tooth teeth cleaning clean checkup check-up check " +
    "crown filling blood test bloods exam pain emergency insurance question name names number phone email address code birth birthday " +
    "message person people human someone somebody anyone anybody operator representative receptionist patient customer " +
    // Others
    "new old other another same different available free urgent ridiculous fine good great perfect all any some much many more most " +
    "less few lot lots bit caller nobody everybody thing things stuff case reason business private first-time self sick ill late busy " +
    "confidential private moment moments second seconds use using used file usual whoever already important serious terrible crazy regarding difficult emergency about awful weird confusing probably english spanish love home school running available option press key recording machine robot voice mail hash pound star"
  ).split(" "),
);
