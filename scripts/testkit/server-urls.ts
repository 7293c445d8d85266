/** Where the server is on which scratch databases are made: that of the stack whose environment this is. */

/** The URLs of the superuser and of the tables' owner. */
export function serverUrls(
  environment: Readonly<Record<string, string | undefined>>,
): { adminUrl: string; url: string } {
  const { ADMIN_DB_URL: adminUrl, DB_URL: url } = environment;
  if (!adminUrl || !url) {
    throw new Error(
      'A scratch database needs a running stack; ADMIN_DB_URL and DB_URL are not set. Use "deno task test".',
    );
  }
  return { adminUrl, url };
}
