/**
 * Notices that whoever launched this command is gone. `npx` runs deno in a child which it cannot pass signals on to, and
 * `deno task` runs us in a further one: killing the outer process reaches nobody here. So the line of launchers above us
 * is remembered, and when one of them has lost its parent the command stops. A shell or program further up may well end
 * while the command runs on in the background: only npm's, npx's and deno's own processes count.
 */

const pollMs = 250;

/** Calls back once when a launcher of this process has died. Without /proc only the direct parent can be watched. */
export function onOrphaned(callback: () => void): void {
  const parentAtStart = Deno.ppid;
  const line = launchersAbove(parentAtStart);
  const isLaunched = line.length > 0;
  const timer = setInterval(() => {
    const lost = (isLaunched && Deno.ppid !== parentAtStart) || line.some((one) => parentOf(one.pid) !== one.parent);
    if (!lost) return;
    clearInterval(timer);
    callback();
  }, pollMs);
  Deno.unrefTimer(timer);
}

/** The launchers from our parent upwards; of the topmost one the parent is not ours to watch. */
function launchersAbove(first: number): { pid: number; parent: number }[] {
  const line: { pid: number; parent: number; launcher: boolean }[] = [];
  for (let pid = first; pid > 1;) {
    const parent = parentOf(pid);
    const command = commandOf(pid);
    const launcher = /^(npm|npx)\b|(^|\/)(deno|npx|npm)([^\w]|$)/.test(command);
    // npx may run its command by way of a shell.
    const shell = /^(\/bin\/)?(sh|dash|bash) -c /.test(command) && /\bdeno\b/.test(command);
    if (parent === undefined || !(launcher || shell)) break;
    line.push({ pid, parent, launcher });
    pid = parent;
  }
  while (line.length > 0 && !line.at(-1)?.launcher) line.pop();
  return line.slice(0, -1);
}

function parentOf(pid: number): number | undefined {
  try {
    // "pid (name) state ppid …", where the name may hold spaces and parentheses.
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
