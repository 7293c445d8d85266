/**
 * The guard at the door: a caller with somebody's auth token in hand must never reach anything but this machine,
 * whichever address a settings file, a <Redirect> or an action names.
 */
import { lookup } from "node:dns/promises";
import { Refused } from "../../command/command.ts";

/** A URL that the caller was told to follow and will not. */
export class AddressRefused extends Refused {
  constructor(readonly address: string, why: string) {
    super(`${address} is refused: ${why}. The caller only talks to this machine.`);
    this.name = "AddressRefused";
  }
}

/** Throws AddressRefused unless the URL leads to 127.0.0.0/8 or ::1, or to a localhost that resolves to nothing else. */
export async function onlyLoopback(url: URL): Promise<void> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new AddressRefused(url.href, `${url.protocol} is not a web address`);
  }
  // The URL parser has already turned 127.1, 2130706433 and 0x7f.1 into dotted decimals.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(host)) return;
  if (host !== "localhost") throw new AddressRefused(url.href, `${host} is not a loopback address`);

  // A hosts file can point localhost anywhere; every answer has to be loopback, since any may be dialled.
  const answers = await lookup(host, { all: true });
  const stray = answers.find(({ address }) => !isLoopback(address));
  if (answers.length === 0 || stray !== undefined) {
    throw new AddressRefused(url.href, `localhost resolves to ${stray?.address ?? "nothing"}`);
  }
}

function isLoopback(host: string): boolean {
  return host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Permits the one address that was asked for, if nobody can listen on the way; a redirect to any other is refused. */
export function onlyHost(allowed: URL): (url: URL) => Promise<void> {
  return async (url) => {
    if (url.host !== allowed.host) throw new AddressRefused(url.href, `only ${allowed.host} is to be called`);
    if (url.protocol !== "https:") await onlyLoopback(url);
  };
}
