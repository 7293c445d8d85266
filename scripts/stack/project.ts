/** What supabase/config.toml says about the functions, the seed and Auth. */
import { parse } from "smol-toml";
import { z } from "zod";
import { exists, join } from "./paths.ts";

/** An edge function as the config lists it. */
export interface EdgeFunction {
  readonly name: string;
  /** The gateway asks for a valid JWT before it lets a request through. */
  readonly verifyJwt: boolean;
  /** Absolute path of its index.ts. */
  readonly entry: string;
}

const configSchema = z.object({
  auth: z.object({ enable_signup: z.boolean().default(true) }).prefault({}),
  db: z.object({
    seed: z.object({ enabled: z.boolean().default(true), sql_paths: z.array(z.string()).default(["./seed.sql"]) })
      .prefault({}),
  }).prefault({}),
  functions: z.record(
    z.string(),
    z.object({
      enabled: z.boolean().default(true),
      verify_jwt: z.boolean().default(true),
      entrypoint: z.string().optional(),
    }),
  ).default({}),
});

/** The functions of a project, in the order of the config. One that is listed and has no code yet is left out. */
export function readFunctions(projectDir: string): EdgeFunction[] {
  return Object.entries(readConfig(projectDir).functions)
    .filter(([, settings]) => settings.enabled)
    .map(([name, settings]) => ({
      name,
      verifyJwt: settings.verify_jwt,
      entry: join(projectDir, settings.entrypoint ?? `functions/${name}/index.ts`),
    }))
    .filter(({ entry }) => exists(entry));
}

/** The seed files or patterns, as absolute paths. */
export function readSeedPaths(projectDir: string): string[] {
  const { enabled, sql_paths } = readConfig(projectDir).db.seed;
  return enabled ? sql_paths.map((path) => join(projectDir, path)) : [];
}

/** Whether strangers may make themselves an account. */
export function isSignUpOpen(projectDir: string): boolean {
  return readConfig(projectDir).auth.enable_signup;
}

function readConfig(projectDir: string): z.infer<typeof configSchema> {
  return configSchema.parse(parse(Deno.readTextFileSync(join(projectDir, "config.toml"))));
}
