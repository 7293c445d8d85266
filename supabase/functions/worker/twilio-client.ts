import RequestClient from "twilio/lib/base/RequestClient.js";
import Twilio from "twilio/lib/rest/Twilio.js";
import { optionalSetting, setting } from "../_shared/environment.ts";

/** Twilio answers within a second or two; a request that takes longer counts as lost, though it may have arrived. */
const REQUEST_MS = 8000;

/** Twilio's REST API through its own library; TWILIO_API_URL puts a stand-in in its place. */
export function twilioClient(): Twilio {
  return new Twilio(setting("TWILIO_ACCOUNT_SID"), setting("TWILIO_AUTH_TOKEN"), {
    httpClient: new Transport(optionalSetting("TWILIO_API_URL")),
  });
}

class Transport extends RequestClient {
  constructor(private readonly standIn: string | undefined) {
    super({ timeout: REQUEST_MS });
  }

  override async request<Data>(
    options: RequestClient.RequestOptions<Data>,
  ): ReturnType<typeof RequestClient.prototype.request<Data>> {
    const { uri } = options;
    const answer = super.request({
      ...options,
      uri: this.standIn === undefined ? uri : uri.replace("https://api.twilio.com", this.standIn),
    });
    // The library's own timeout begins anew with every byte that arrives.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DOMException("Twilio takes too long", "TimeoutError")), REQUEST_MS);
    });
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
