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

  override request<Data>(
    options: RequestClient.RequestOptions<Data>,
  ): ReturnType<typeof RequestClient.prototype.request<Data>> {
    const { uri } = options;
    return super.request({
      ...options,
      uri: this.standIn === undefined ? uri : uri.replace("https://api.twilio.com", this.standIn),
    });
  }
}
