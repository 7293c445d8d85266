/** What supabase/config.toml says about the functions. */
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
  const path = join(projectDir, "config.toml");
  const config = configSchema.parse(parse(Deno.readTextFileSync(path)));
  return Object.entries(config.functions)
    .filter(([, settings]) => settings.enabled)
    .map(([name, settings]) => ({
      name,
      verifyJwt: settings.verify_jwt,
      entry: settings.entrypoint
        ? join(projectDir, settings.entrypoint)
        : join(projectDir, "functions", name, "index.ts"),
    }))
    .filter(({ entry }) => exists(entry));
}
