/** The page about what the Data API shows, in the database's own words. */
import { databaseUrl, type Settings } from "../stack/settings.ts";
import { withClient } from "../stack/sql.ts";

interface Entry {
  readonly kind: "rpc" | "table";
  readonly name: string;
  readonly comment: string;
  /** An RPC's arguments, or a table's columns, one a line. */
  readonly shape: string;
  readonly users: string[];
}

/** Markdown, from the comments of the migrations. */
export async function apiPage(settings: Settings): Promise<string> {
  const query = await Deno.readTextFile(new URL("api.sql", import.meta.url));
  const { rows } = await withClient(databaseUrl(settings, "postgres"), (client) => client.query<Entry>(query));
  const about = (kind: Entry["kind"]) => rows.filter((row) => row.kind === kind);
  return `<!-- Written by \`deno task types\` from the comments in supabase/migrations; do not edit. -->

# The database's API

Two doors to one database, both by way of the Data API. The functions call RPCs with the secret key (role
\`service_role\`), which reaches no table. Staff sign in (role \`authenticated\`) and see the rows of their own clinics, as row
security lets them. Strangers (role \`anon\`) reach what says so, which is next to nothing.

## RPCs

${about("rpc").map(rpc).join("\n")}
## Tables

${about("table").map(table).join("\n")}`;
}

function rpc({ name, shape, comment, users }: Entry): string {
  const parameters = shape === "" ? "" : `\n  ${shape.split(/, (?=p_)/).join(",\n  ")}\n`;
  return `### ${name}\n\n\`\`\`sql\n${name}(${parameters})\n\`\`\`\n\n${prose(comment)}\n\nFor ${list(users)}.\n`;
}

function table({ name, shape, comment, users }: Entry): string {
  const columns = shape.split("\n").map((line) => {
    const [, column, rest] = /^(\w+) (.*)$/.exec(line) ?? [];
    return `- \`${column}\` ${rest}`;
  });
  return `### ${name}\n\n${prose(comment)}\n\nFor ${list(users)}.\n\n${columns.join("\n")}\n`;
}

function list(users: readonly string[]): string {
  return users.length === 0 ? "nobody but the engine" : users.join(", ");
}

/** A comment's lines were broken for the editor, and what looks like a tag is none. */
function prose(comment: string): string {
  return comment.replace(/\s+/g, " ").replaceAll("<", "&lt;").trim();
}
