/** `deno task check`: everything that can be said about the code without running a test, one line a part. */
import { parseArgs } from "node:util";
import { generateFiles } from "./checking/generated-files.ts";
import { asTyped, runCommand } from "./command/command.ts";
import { run } from "./stack/child.ts";
import { join, relative } from "./stack/paths.ts";
import { readFunctions } from "./stack/project.ts";
import { silentReport, terminalReport } from "./stack/report.ts";
import { repositoryDir } from "./stack/settings.ts";
import { readAdvice } from "./stack/supabase-cli.ts";
import { startThrowAwayDatabase } from "./stack/throw-away.ts";

/** The Deno that the hosted edge runtime embeds. It cannot read our lock file, and gets no say over node_modules. */
const hostedDeno = ["-y", "deno@2.1.4", "check", "--quiet", "--no-lock", "--node-modules-dir=none"];

const usage = `deno task check

Format, lint, types (under this Deno, and for the functions under the hosted one), types of the database and
docs/api.md, advisors.`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const report = terminalReport();
  const failures: string[] = [];
  const part = async (name: string, check: () => Promise<unknown>) => {
    try {
      await report.step(name, check);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${name}\n\n${error instanceof Error ? error.message : error}`);
    }
  };
  const deno = (...args: string[]) => () => run(Deno.execPath(), { args, cwd: repositoryDir, signal });

  await part("Format (deno fmt)", deno("fmt", "--check"));
  await part("Lint (deno lint)", deno("lint", "--quiet"));
  await part(`Types under Deno ${Deno.version.deno}`, deno("check", "--quiet", "scripts", "supabase"));
  await part("Types of the functions under Deno 2.1.4, as hosted", () => {
    const entries = readFunctions(join(repositoryDir, "supabase")).map(({ entry }) => relative(repositoryDir, entry));
    // Older than the version that reads the system's certificates by itself, without which it fails behind a proxy.
    const env = { DENO_TLS_CA_STORE: "system,mozilla" };
    return run("npx", { args: [...hostedDeno, ...entries], env, cwd: repositoryDir, signal });
  });
  try {
    const start = () => startThrowAwayDatabase(silentReport(), signal);
    await using database = await report.step("A database with the migrations", start);
    await part("Types of the database and docs/api.md are up to date", async () => {
      const outdated = await generateFiles(database.settings, false, signal);
      if (outdated.length > 0) throw new Error(`${outdated.join(" and ")} out of date: run \`deno task types\`.`);
    });
    await part("Advisors (supabase db advisors)", async () => {
      const advice = await readAdvice(database.settings, signal);
      if (advice.length > 0) throw new Error(advice.join("\n"));
    });
  } catch (error) {
    signal.throwIfAborted();
    failures.push(`A database with the migrations\n\n${error instanceof Error ? error.message : error}`);
  }

  for (const failure of failures) console.error(asTyped(`\n${failure}`));
  console.log(failures.length === 0 ? "\nAll is well." : `\n${failures.length} of the parts failed.`);
  return failures.length === 0 ? 0 : 1;
}

await runCommand({ usage, run: main });
