/**
 * Data API and Auth, by `@supabase/lite` over the stack's Postgres, with its dealings with the database put right:
 *
 * - Its own connection gives every API role all rights on every table of a schema as soon as one table there has row
 *   security. Here requests log in as `authenticator`, who owns nothing, can grant nothing, and takes on the role of the
 *   request's key or token, as with PostgREST.
 * - It parses its picture of the schema anew on every request. Here it is kept until the DDL changes.
 * - Its driver, postgres.js, encodes a jsonb argument of an RPC a second time, so that an object arrives as a string, and does
 *   not survive a server that is killed. Here it is node-postgres.
 * - It finds more relationships than PostgREST and refuses embeds as ambiguous. Here each goes by PostgREST's.
 * - It answers most classes of database errors with 500. Here each gets the status that PostgREST gives it.
 */
import {
  type AnyAST,
  App,
  type ConnectionContextOptions,
  type IntrospectResult,
  type VarsContext,
} from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { Kysely, PostgresDialect, sql } from "kysely";
import { z } from "zod";
import { nameRelationships } from "./data-api-embeds.ts";
import { asPostgrestError } from "./data-api-errors.ts";
import { type ArrayTypes, createPool, listen, readArrayTypes } from "./sql.ts";

/** What the Data API needs to know. */
export interface DataApiSettings {
  /** Logs in as superuser: for Auth's own tables and the picture of the schema, never for a request's query. */
  readonly adminUrl: string;
  /** Logs in as `authenticator`. */
  readonly requestUrl: string;
  readonly siteUrl: string;
  readonly isSignUpOpen: boolean;
  readonly jwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

/** Answers requests under /rest/v1 and /auth/v1. */
export type DataApi = (request: Request, peerAddress: string) => Promise<Response>;

const requestPoolSize = 20;
const adminPoolSize = 5;

const claimsSchema = z.object({
  auth: z.object({ role: z.string(), uid: z.string().nullish(), jwt: z.record(z.string(), z.unknown()).nullish() }),
});

/** Makes the handler; the database must hold the Auth tables. */
export function createDataApi(settings: DataApiSettings): DataApi {
  const app = new App({
    connection: new RequestConnection(settings.adminUrl, settings.requestUrl),
    api: { enabled: true, schemas: ["public"], max_rows: 1000 },
    auth: {
      enabled: true,
      site_url: settings.siteUrl,
      enable_signup: settings.isSignUpOpen,
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
    },
    options: { server: { admin: false, disableStudio: true } },
  });
  return (request, peerAddress) => app.fetch(request, { peerAddress });
}

class RequestConnection extends PostgresConnection {
  private readonly admin: ReturnType<typeof createPool>;
  private readonly requests: Kysely<Record<string, Record<string, unknown>>>;
  private picture: Promise<IntrospectResult> | undefined;
  private arrayTypes: ArrayTypes = new Map();
  /** Begins when the server has answered once: one that is starting up would write down each attempt as an error. */
  private watch: () => void;

  constructor(adminUrl: string, requestUrl: string) {
    // The connection that this prepares is never opened: `kysely` below takes its place.
    super({ url: adminUrl });
    const pool = (url: string, max: number) => createPool(url, max, () => this.arrayTypes);
    this.admin = pool(adminUrl, adminPoolSize);
    this.kysely = new Kysely({ dialect: new PostgresDialect({ pool: this.admin }) });
    this.requests = new Kysely({ dialect: new PostgresDialect({ pool: pool(requestUrl, requestPoolSize) }) });
    this.watch = () => {
      listen(adminUrl, "pgrst", () => this.picture = undefined);
      this.watch = () => {};
    };
  }

  /** The schema as it was at the last DDL; a failed look is not kept. */
  override introspect(): Promise<IntrospectResult> {
    this.picture ??= this.look().then((found) => {
      if (found.tables.length === 0) this.picture = undefined;
      return found;
    });
    return this.picture;
  }

  private async look(): Promise<IntrospectResult> {
    try {
      this.arrayTypes = await readArrayTypes(this.admin);
      this.watch();
    } catch (cause) {
      this.picture = undefined;
      throw new NoSchemaCache("The database does not answer.", { cause });
    }
    return await super.introspect({ useCache: false });
  }

  /** Writes JSON values out as JSON: the driver cannot tell an array for a jsonb column from one for an array column. */
  override async onPostgrestAST(ast: AnyAST): Promise<AnyAST> {
    const picture = await this.introspect();
    const known = await super.onPostgrestAST(ast.from ? nameRelationships(ast, ast.from, picture) : ast);
    const { columns, functions = [] } = picture;
    const schema = known.schema ?? "public";
    if (known.values) {
      const isJson = (name: string) =>
        columns.some((one) =>
          one.table === known.from && one.schema === schema && one.name === name && /^jsonb?$/.test(one.type)
        );
      // The library would read a mere string back into a value; the driver asks such an object for its text.
      const encode = (row: object) =>
        mapEntries(
          row,
          (name, value) => value !== null && isJson(name) ? { toPostgres: () => JSON.stringify(value) } : value,
        );
      return { ...known, values: Array.isArray(known.values) ? known.values.map(encode) : encode(known.values) };
    }
    if (known.args && !Array.isArray(known.args)) {
      // Objects and arrays are written out already.
      const isJson = (name: string) =>
        functions.some((one) =>
          one.name === known.function && one.schema === schema &&
          /^jsonb?$/.test(one.arg_types[one.arg_names.indexOf(name)] ?? "")
        );
      return {
        ...known,
        args: mapEntries(
          known.args,
          (name, value) => typeof value === "string" && isJson(name) ? JSON.stringify(value) : value,
        ),
      };
    }
    return known;
  }

  /** Runs a request's query in a transaction of its own, with the role and claims of its key or token. */
  override async withContext<T>(
    vars: VarsContext | undefined,
    query: (db: PostgresConnection["kysely"]) => Promise<T>,
    options?: ConnectionContextOptions,
  ): Promise<T> {
    if (!vars || options?.transaction) return super.withContext(vars, query, options);
    const { auth } = claimsSchema.parse(vars);
    const { rpc } = options ?? {};
    try {
      return await this.requests.transaction().execute(async (transaction) => {
        await sql`select
          set_config('role', ${auth.role}, true),
          set_config('request.jwt.claims', ${JSON.stringify(auth.jwt ?? { role: auth.role })}, true),
          set_config('request.method', ${rpc?.method ?? ""}, true),
          set_config('request.path', ${rpc?.path ?? ""}, true),
          set_config('request.headers', ${JSON.stringify(rpc?.requestHeaders ?? {})}, true),
          set_config('response.status', '', true),
          set_config('response.headers', '', true),
          set_config('transaction_read_only', ${rpc?.readOnly ? "on" : "off"}, true)`.execute(transaction);
        return query(transaction);
      });
    } catch (error) {
      throw asPostgrestError(error);
    }
  }
}

/** Thrown where the library answers with whatever `getResponse` gives. */
class NoSchemaCache extends Error {
  getResponse(): Response {
    const message = "Could not query the database for the schema cache. Retrying.";
    return Response.json({ code: "PGRST002", details: null, hint: null, message }, { status: 503 });
  }
}

function mapEntries(row: object, map: (name: string, value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, map(name, value)]));
}
