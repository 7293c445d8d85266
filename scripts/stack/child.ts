/**
 * Processes that the stack starts. Each is the head of a process group of its own, so that Ctrl-C in a terminal reaches
 * the stack alone, which then stops them in the right order, and whatever a child has started itself is stopped with it.
 * They also hold a pipe from the stack as their standard input: it closes when the stack dies, even by `kill -9`.
 */
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

/** A running process. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<Deno.CommandStatus>;
  /** What it wrote last, to explain why it failed. */
  lastWords(): string;
  /** Sends the signal to the process and its own children, waits, and after the grace period kills. */
  stop(signal: Deno.Signal, graceMs: number): Promise<void>;
}

/** Starts a process and hands on what it writes, as it comes. */
export function spawn(
  command: string,
  options: {
    args: string[];
    env?: Record<string, string>;
    clearEnv?: boolean;
    cwd?: string;
    onOutput: (bytes: Uint8Array<ArrayBuffer>, stream: "stdout" | "stderr") => void;
  },
): Child {
  const { onOutput, ...rest } = options;
  const running = new Deno.Command(command, {
    ...rest,
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let tail = "";
  const decoder = new TextDecoder();
  const listen = async (stream: "stdout" | "stderr") => {
    for await (const bytes of running[stream]) {
      tail = (tail + decoder.decode(bytes)).slice(-4000);
      onOutput(bytes, stream);
    }
  };
  const heard = Promise.all([listen("stdout"), listen("stderr")]);
  const exited = running.status.then(async (status) => {
    // A grandchild may keep the pipe open for longer than we care to listen.
    await Promise.race([heard, delay(200)]);
    await running.stdin.abort();
    return status;
  });
  return {
    pid: running.pid,
    exited,
    lastWords: () => tail.trim(),
    async stop(signal, graceMs) {
      signalGroup(running.pid, signal);
      const timer = setTimeout(() => signalGroup(running.pid, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
      signalGroup(running.pid, "SIGKILL");
    },
  };
}

/** A command that ended badly; the message is what it wrote last. */
export class CommandFailed extends Error {}

/** Runs a command to its end and gives its standard output; stops it when the signal says so. */
export async function run(
  command: string,
  options: { args: string[]; env?: Record<string, string>; cwd?: string; signal?: AbortSignal },
): Promise<string> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const decoder = new TextDecoder();
  let stdout = "";
  const child = spawn(command, {
    ...rest,
    onOutput(bytes, stream) {
      if (stream === "stdout") stdout += decoder.decode(bytes, { stream: true });
    },
  });
  const stop = () => void child.stop("SIGTERM", 1000);
  signal?.addEventListener("abort", stop, { once: true });
  const status = await child.exited;
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (!status.success) {
    throw new CommandFailed(child.lastWords() || `${command} ended with code ${status.code}.`);
  }
  return stdout;
}

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks; Deno.kill does not know it.
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Signals one process; one that has gone already is no error. */
export function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (isAlive(Math.abs(pid))) throw error;
  }
}

function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    if (isAlive(pid)) throw error;
  }
}

/** For the stack's own Deno processes: their standard input is a pipe from the stack, which closes when the stack dies. */
export function leaveWithTheStack(lastDeed: () => Promise<void> = () => Promise.resolve()): void {
  const listen = async () => {
    for await (const _ of Deno.stdin.readable) {
      // Nothing is ever sent; only the end matters.
    }
    await lastDeed();
    Deno.exit(0);
  };
  void listen();
}
