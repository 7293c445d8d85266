/** The options of a command: node's parser reads them, and a zod type says what each may be. */
import { parseArgs } from "node:util";
import { z } from "zod";
import { BadArguments } from "./command.ts";

/** An option that is there or not. */
export const flag = z.boolean().default(false);

type NumberOption = z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>;

/** An option with a number within these limits. */
export function number(least: number, most: number): NumberOption {
  return numberOf("a number", least, most, () => true);
}

/** An option with a whole number within these limits. */
export function wholeNumber(least: number, most: number): NumberOption {
  return numberOf("a whole number", least, most, Number.isInteger);
}

function numberOf(kind: string, least: number, most: number, isKind: (value: number) => boolean): NumberOption {
  const [from, to] = [least, most].map((limit) => limit.toLocaleString("en-US"));
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most && isKind(value)) return value;
    context.addIssue(`takes ${kind} from ${from} to ${to}, not "${text}".`);
    return z.NEVER;
  });
}

/** Reads the options by their names; throws BadArguments with a sentence that names the first that is wrong. */
export function readOptions<Shape extends z.ZodRawShape>(
  args: readonly string[],
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const options = Object.fromEntries(
    Object.entries(shape).map((
      [name, type],
    ) => [name, { type: isFlag(type) ? "boolean" as const : "string" as const }]),
  );
  const read = z.object(shape).safeParse(parseArgs({ args: [...args], options }).values);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new BadArguments(`--${issue?.path.join(".")} ${issue?.message}`);
}

function isFlag(type: z.core.$ZodType): boolean {
  return z.safeParse(type, true).success;
}
