/**
 * Who runs the database server. Postgres refuses to run as root; a normal user runs it as themselves. For root, which is
 * who works in many containers, no user is created on the machine: the server runs as `nobody`.
 */
import { exists } from "./paths.ts";

/** How to run a server program, and whose its data must be. */
export interface ServerOwner {
  readonly command: (program: string, args: string[]) => [program: string, args: string[]];
  readonly claim: (folder: string) => void;
  /** Of the stack's folder, which the server must be able to pass through. */
  readonly folderMode: number;
}

const nobody = 65534;

/** The current user, or `nobody` for root. */
export function serverOwner(): ServerOwner {
  if (Deno.uid() !== 0) return { command: (program, args) => [program, args], claim: () => {}, folderMode: 0o700 };
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find(exists);
  if (!setpriv) {
    throw new Error(
      "Postgres does not run as root, and the command setpriv (package util-linux) to run it as another user is missing: " +
        "start the stack as a normal user.",
    );
  }
  const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  // A clone under /root or in a `mktemp -d` lies in a folder that only root may enter. The server keeps the one
  // capability that opens it; it is no root all the same, neither for Postgres nor for the kernel.
  // Without no_setuid_fixup the kernel would leave that capability out where the server asks access(2) for its own files.
  const passes = mayPassOn();
  const passage = passes
    ? ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    : [];
  return {
    command: (program, args) => [setpriv, [...identity, ...passage, program, ...args]],
    claim: (folder) => Deno.chownSync(folder, nobody, nobody),
    folderMode: passes ? 0o700 : 0o711,
  };
}

/** Whether this root has that capability to give and may give it; in a container both may have been taken away. */
function mayPassOn(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1] ?? "0";
  const [dacOverride, setpcap] = [1n << 1n, 1n << 8n];
  const needed = dacOverride | setpcap;
  return (BigInt(`0x${effective}`) & needed) === needed;
}
