/** Where the running stack is and how its requests are signed, from the file that the stack writes when it is ready. */
import { Refused } from "../../command/command.ts";
import { envFile, readEnvFile } from "../../stack/env-file.ts";

/** What the caller has to know of the stack. */
export interface StackSettings {
  /** Where the functions really answer, without a trailing slash. */
  readonly functionsUrl: string;
  /** The address that Twilio would sign, without a trailing slash; the same on a laptop. */
  readonly publicFunctionsUrl: string;
  readonly twilioAuthToken: string;
  readonly twilioAccountSid: string | null;
  /** The stand-in for Twilio's REST API, which lists the calls that are placed. Only a stack's own file names one. */
  readonly twilioApiUrl?: string;
}

/** No stack to call: its message is a sentence for the person at the terminal. */
export class StackNotRunning extends Refused {}

/**
 * Reads `$STACK_DIR/env`; a name that it lacks is taken from the environment.
 * The file goes first because a shell may well hold the token of a real Twilio account.
 */
export function readStackSettings(environment: Readonly<Record<string, string>>): StackSettings {
  const stackDir = environment.STACK_DIR || ".stack";
  const [file, written] = [envFile(stackDir), readEnvFile(stackDir)];
  const settings = { ...environment, ...written };

  const functionsUrl = settings.FUNCTIONS_URL;
  const twilioAuthToken = settings.TWILIO_AUTH_TOKEN;
  if (!functionsUrl || !twilioAuthToken) {
    const missing = functionsUrl ? "TWILIO_AUTH_TOKEN" : "FUNCTIONS_URL";
    throw new StackNotRunning(
      written === null
        ? `Nobody answers: the stack is not running, there is no ${file}. Start it with "deno task start" and call again.`
        : `Nobody answers: ${file} does not name ${missing}. Start the stack again with "deno task start".`,
    );
  }
  return {
    functionsUrl: functionsUrl.replace(/\/+$/, ""),
    publicFunctionsUrl: (settings.PUBLIC_FUNCTIONS_URL || functionsUrl).replace(/\/+$/, ""),
    twilioAuthToken,
    twilioAccountSid: settings.TWILIO_ACCOUNT_SID || null,
    ...(written?.TWILIO_API_URL && { twilioApiUrl: written.TWILIO_API_URL }),
  };
}
