/**
 * Finds what must never reach a caller: traces of our inside. It reads an answer as a stranger would who wants to learn how
 * we are built, so it knows nothing of how the answer came about.
 */

/** What gave us away. */
export type LeakKind =
  | "stack frame"
  | "file path"
  | "SQLSTATE"
  | "database name"
  | "address"
  | "library"
  | "error text"
  | "secret";

/** One trace, with the words that are it. */
export interface Leak {
  readonly kind: LeakKind;
  readonly found: string;
}

/** What only the one who looks can know. */
export interface Known {
  /** Names that the database has and that no sentence has: `slot_claims`, `starts_at`. */
  readonly names?: ReadonlySet<string>;
  /** Texts that must not come through: keys, tokens, what was thrown. */
  readonly secrets?: readonly string[];
  /** Texts that are meant for callers whatever is in them, such as what a clinic wrote itself. */
  readonly allowed?: readonly string[];
}

const LIBRARIES = [
  "postgres(?:ql)?",
  "postgrest",
  "pg_?bouncer",
  "supavisor",
  "supabase(?:-js)?",
  "pl/?pgsql",
  "pg(?:_cron|_net|_trgm|tap)",
  "deno",
  "node(?:js|\\.js|_modules)",
  "kysely",
  "zod",
  "twilio",
  "sentry",
  "chrono-node",
  "undici",
  "tokio",
  "rustls",
  "nginx",
  "openresty",
  "cloudflare",
  "envoy",
  "haskell",
  "typescript",
  "javascript",
].join("|");

const HOST_ENDINGS = "com|net|org|io|dev|app|co|cloud|run|internal|local|localdomain|test|example|invalid";
const DATABASE_THINGS =
  "relation|table|column|constraint|role|function|procedure|schema|index|policy|trigger|view|sequence|type|database|user";

const RULES: readonly (readonly [LeakKind, RegExp])[] = [
  ["stack frame", /\bat (?:async |new )?(?:[\w$.<>[\]#]+ )?\(?[^\s()"]*[A-Za-z<][^\s()"]*:\d+(?::\d+)?\)?/g],
  ["stack frame", /[\w$.<>/]+@[^\s"]+:\d+:\d+/g],
  [
    "stack frame",
    /Traceback \(most recent call last\)|\bFile "[^"]+", line \d+|\bline \d+ at (?:SQL|RAISE|PERFORM|assignment)\b[\w ]*/gi,
  ],
  ["file path", /(?:file|ext|npm|jsr|node|data|blob):\/{0,3}[\w@./-]+[\w/-]/g],
  ["file path", /(?:^|[\s"'(=])(?:[A-Za-z]:\\|\\\\|~\/|\.{1,2}\/|\/(?:[\w.@+-]+\/)+)[\w.@+-]*/g],
  ["file path", /\b[\w-]+\.(?:[cm]?[jt]sx?|sql|toml|json|so|dll|rs|hs|py|env|lock)(?::\d+)*\b/g],
  // Letters and digits: no word and no number looks like this.
  ["SQLSTATE", /\b(?:0[ABFLPZ]|2[BDF]|3[BDF]|F0|HV|P0|XX|PT|FD)[0-9][0-9A-Z]{2}\b|\bPGRST\w*|\bSQLSTATE\b/g],
  [
    "SQLSTATE",
    /\b(?:22P0\d|57P0\d|42P\d\d|25P0\d|55P0\d|28P01|40P01|0A000|23P01|220\d[A-Z]|2[0-9]00[A-Z]|3[89]00[A-Z])\b/g,
  ],
  [
    "SQLSTATE",
    /\b(?:0[0-389]00\d|2[0-8]0[0-3]\d|23(?:50[235]|514)|34000|3[89]00\d|4000\d|42(?:501|6[012]\d|7[012]\d|8[034]\d|883|939)|44000|5[345780][0-4]\d\d|72000)\b/g,
  ],
  ["database name", /\b(?:public|private|auth|extensions|pg_catalog|information_schema)\.[a-z_]+\b/gi],
  ["database name", new RegExp(`\\b(?:${DATABASE_THINGS})\\s+["'“\`«][\\w.]+["'”\`»]`, "gi")],
  ["database name", new RegExp(`\\bpermission denied for (?:${DATABASE_THINGS})\\s+\\w+`, "gi")],
  ["database name", /\b(?:anon|authenticated|authenticator|service_role|booking_engine|supabase_\w+|pg_\w+)\b/gi],
  ["address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s"<]*/gi],
  ["address", /\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?|\blocalhost\b|\[?::1\]?/gi],
  ["address", new RegExp(`\\b(?:[a-z0-9-]+\\.)+(?:${HOST_ENDINGS})\\b(?::\\d+)?`, "gi")],
  ["address", /\bport \d{2,5}\b|(?<=[\w\]]):\d{4,5}\b/gi],
  ["library", new RegExp(`\\b(?:${LIBRARIES})\\b`, "gi")],
  ["error text", /\b[A-Z][a-z]\w*(?:Error|Exception)\b|\bError:|\bException\b/g],
  [
    "error text",
    /\bE(?:CONN\w+|TIMEDOUT|NOTFOUND|PIPE|AI_AGAIN|NOENT|ACCES|PERM|ADDRINUSE|HOSTUNREACH|NETUNREACH|MFILE)\b/g,
  ],
  ["error text", /\[object \w+\]|\bundefined\b|\bNaN\b|\bInfinity\b/g],
  [
    "error text",
    new RegExp(
      [
        "connection (?:refused|reset|closed|terminated|timed out|error)",
        "error sending request",
        "client error",
        "fetch failed",
        "failed to fetch",
        "socket hang up",
        "broken pipe",
        "dns error",
        "no such (?:file|host)",
        "(?:os|tcp|tls|http|database|syntax|internal|unhandled|uncaught|unexpected) (?:server )?error",
        "bad gateway",
        "gateway time-?out",
        "service unavailable",
        "stack trace",
        "duplicate key",
        "violates",
        "invalid input syntax",
        "null value in",
        "deadlock detected",
        "could not serialize",
        "lock timeout",
        "statement timeout",
        "canceling statement",
        "terminating connection",
        "shutting down",
        "starting up",
        "recovery mode",
        "too many (?:clients|connections)",
        "remaining connection slots",
        "permission denied",
        "row-level security",
        "schema cache",
        "does not exist",
        "cannot read propert",
        "cannot access",
        "is not (?:a function|defined|iterable|a constructor)",
        "maximum call stack",
        "unexpected (?:token|end of)",
        "not valid json",
        "invalid (?:json|jwt|api key|url|date|time value)",
        "signal (?:is|was|has been) aborted",
        "operation was aborted",
        "out of memory",
        "is not set\\b",
      ].join("|"),
      "gi",
    ),
  ],
  [
    "secret",
    /\bsb_(?:secret|publishable)_\w+|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\bBearer\s+\S+|\b(?:AC|SK)[0-9a-f]{32}\b/g,
  ],
];

const UNDERSCORED = /\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b/g;

/** The traces in a text that somebody outside gets. */
export function findLeaks(text: string, known: Known = {}): Leak[] {
  const { names = new Set<string>(), secrets = [], allowed = [] } = known;
  const read = [...allowed].sort((a, b) => b.length - a.length)
    .reduce((rest, own) => own === "" ? rest : rest.replaceAll(own, " "), text);
  const leaks = RULES.flatMap(([kind, rule]) =>
    [...read.matchAll(rule)].map(([found]) => ({ kind, found: found.trim() }))
  );
  const named = [...read.matchAll(UNDERSCORED)].filter(([name]) => names.has(name.toLowerCase()))
    .map(([found]): Leak => ({ kind: "database name", found }));
  const told = secrets.filter((secret) => secret !== "" && read.includes(secret))
    .map((found): Leak => ({ kind: "secret", found }));
  return [...leaks, ...named, ...told];
}

/** The names that our migrations give to things, as far as no sentence could hold them: those of several words. */
export function namesInMigrations(folder: URL): Set<string> {
  const names = new Set<string>();
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".sql")) continue;
    for (const [word] of Deno.readTextFileSync(new URL(name, folder)).matchAll(UNDERSCORED)) {
      names.add(word.toLowerCase());
    }
  }
  return names;
}
