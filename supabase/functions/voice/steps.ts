import type { Step } from "./conversation.ts";
import type { StateOf, StepName } from "./state.ts";
import { appointment } from "./steps/appointment.ts";
import { cancel } from "./steps/cancel.ts";
import { claim } from "./steps/claim.ts";
import { confirm } from "./steps/confirm.ts";
import { day } from "./steps/day.ts";
import { greeting, menu } from "./steps/menu.ts";
import { message } from "./steps/message.ts";
import { name } from "./steps/name.ts";
import { none } from "./steps/none.ts";
import { opening } from "./steps/opening.ts";
import { phone } from "./steps/phone.ts";
import { answer, question } from "./steps/question.ts";
import { search } from "./steps/search.ts";
import { service } from "./steps/service.ts";
import { birth, number } from "./steps/verification.ts";

/**
 * The steps of a call: first in the order in which a booking goes through them, then those before moving or cancelling,
 * then a question. A message can be left at any of them.
 */
export const STEPS: { readonly [Name in StepName]: Step<StateOf<Name>> } = {
  greeting,
  menu,
  service,
  day,
  search,
  opening,
  claim,
  phone,
  name,
  confirm,
  number,
  birth,
  appointment,
  none,
  cancel,
  question,
  answer,
  message,
};
