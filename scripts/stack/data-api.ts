/**
 * Data API and Auth, by `@supabase/lite` over the stack's Postgres, with its dealings with the database put right:
 *
 * - Its own connection gives every API role all rights on every table of a schema as soon as one table there has row
 *   security. Here requests log in as `authenticator`, who owns nothing, can grant nothing, and takes on the role of the
 *   request's key or token, as with PostgREST.
 * - It parses its picture of the schema anew on every request. Here it is kept until the DDL changes.
 * - It answers most classes of database errors with 500. Here each gets the status that PostgREST gives it.
 */
import { App, type ConnectionContextOptions, type IntrospectResult, type VarsContext } from "@supabase/lite";
import { createPostgresConnection, PostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";
import { z } from "zod";
import { asPostgrestError } from "./data-api-errors.ts";

/** What the Data API needs to know. */
export interface DataApiSettings {
  /** Logs in as superuser: for Auth's own tables and the picture of the schema, never for a request's query. */
  readonly adminUrl: string;
  /** Logs in as `authenticator`. */
  readonly requestUrl: string;
  readonly siteUrl: string;
  readonly jwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

/** Answers requests under /rest/v1 and /auth/v1. */
export type DataApi = (request: Request, peerAddress: string) => Promise<Response>;

// After Postgres was restarted the next request shall work: the driver's own patience grows up to twenty seconds.
const driver = { backoff: () => 0.05, connect_timeout: 5, onnotice: () => {} };
const poolSize = 20;

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
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
    },
    options: { server: { admin: false, disableStudio: true } },
  });
  return (request, peerAddress) => app.fetch(request, { peerAddress });
}

class RequestConnection extends PostgresConnection {
  private readonly requests: PostgresConnection;
  private picture: Promise<IntrospectResult> | undefined;

  constructor(adminUrl: string, requestUrl: string) {
    super({ url: adminUrl, postgresOptions: { ...driver, max: 5 } });
    this.requests = createPostgresConnection({ url: requestUrl, postgresOptions: { ...driver, max: poolSize } });
    // Also called when the listening connection was lost and is back: notices in between went unheard.
    const forget = () => this.picture = undefined;
    this.driver.listen("pgrst", forget, forget).catch((error) => console.error("no notices of DDL:", error));
  }

  /** The schema as it was at the last DDL; a failed look is not kept. */
  override introspect(): Promise<IntrospectResult> {
    this.picture ??= super.introspect({ useCache: false }).then((found) => {
      if (found.tables.length === 0) this.picture = undefined;
      return found;
    });
    return this.picture;
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
      return await this.requests.kysely.transaction().execute(async (transaction) => {
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
