/** Every way to reach another clinic's row through a table: reading, writing, and the tricks between. */
import type { Attempt } from "./attempt.ts";
import type { Column, ForeignKey, Table } from "./catalogue.ts";
import type { Actor, DataRequest, Method } from "./http.ts";
import type { Row, Sides } from "./sides.ts";

type Plan = Omit<Attempt, "actor" | "on">;
/** A value of theirs, and one that nobody has. */
type Pair = readonly [theirs: string, nobodys: string];

/** What the attempts on one table are about. */
interface Scene {
  readonly table: Table;
  readonly sides: Sides;
  readonly theirs: Row;
  readonly own: Row;
  /** The other clinic's id. */
  readonly clinic: Pair;
}

/** The attempts of an owner on one table. */
export function attemptsOn(table: Table, tables: readonly Table[], sides: Sides): Attempt[] {
  const scene: Scene = {
    table,
    sides,
    theirs: sides.theirRows.get(table.name) ?? {},
    own: sides.ownRows.get(table.name) ?? {},
    clinic: [sides.their.orgId, crypto.randomUUID()],
  };
  return [
    ...reading(scene),
    ...embedding(scene, tables),
    ...inserting(scene),
    ...updating(scene),
    ...deleting(scene),
  ].map((plan) => ({ ...plan, actor: sides.attacker, on: table.name }));
}

/** Each verb on each table, of those who may do nothing: who holds the publishable key alone, and who holds the secret one. */
export function everyVerb(actor: Actor, tables: readonly Table[], sides: Sides): Attempt[] {
  return tables.flatMap(({ name, clinicColumn, columns }): Attempt[] => {
    const their = `${name}?${clinicColumn}=eq.${sides.their.orgId}`;
    const row = sides.theirRows.get(name) ?? {};
    const first = columns[0]?.name ?? "id";
    const attempt = (trick: string, method: Method, path: string, body?: unknown, prefer = "count=exact"): Attempt => ({
      actor,
      on: name,
      trick,
      request: { method, path, headers: { prefer }, ...(body !== undefined && { body }) },
      expect: "refused",
    });
    return [
      attempt("select", "GET", name),
      attempt("select by their clinic", "GET", their),
      attempt("head", "HEAD", their),
      attempt("insert", "POST", name, row),
      attempt("upsert", "POST", name, row, "resolution=merge-duplicates"),
      attempt("update", "PATCH", their, { [first]: row[first] }),
      attempt("delete", "DELETE", their),
    ];
  });
}

const everything = { prefer: "count=exact" };
const shown = { prefer: "return=representation, count=exact" };

/** The same with a value of theirs and with one that nobody has: what comes back must not differ. */
function compared(trick: string, pair: Pair, request: (value: string) => DataRequest, expect: Plan["expect"]): Plan {
  return { trick, request: request(pair[0]), nobodys: request(pair[1]), swapped: [pair], expect };
}

function reading({ table, sides, theirs, own, clinic }: Scene): Plan[] {
  const { name, clinicColumn: column } = table;
  const get = (query: string, headers: Record<string, string> = {}): DataRequest => ({
    method: "GET",
    path: `${name}?${query}`,
    headers,
  });
  const both = (trick: string, query: (id: string) => string, headers?: Record<string, string>, method?: Method) =>
    compared(
      trick,
      clinic,
      (id) => ({ ...get(query(id), { ...everything, ...headers }), ...(method && { method }) }),
      "nothing",
    );
  const byClinic = (id: string) => `${column}=eq.${id}`;
  const hidden = (trick: string, query: string, headers?: Record<string, string>): Plan => ({
    trick,
    request: get(query, headers),
    expect: "hidden",
  });
  const tellingColumns = table.columns.filter((one) => isTelling(theirs[one.name]));
  return [
    { trick: "select own", request: get(keyFilter(table, own)), expect: "own" },
    hidden("select all", "select=*"),
    both("select by their clinic", byClinic),
    both("select by a list with their clinic", (id) => `${column}=in.(${id})`),
    both("select by or()", (id) => `or=(${column}.eq.${id},and(${column}.eq.${id},${column}.not.is.null))`),
    both("head by their clinic", byClinic, {}, "HEAD"),
    both("count planned", byClinic, { prefer: "count=planned" }, "HEAD"),
    both("count estimated", byClinic, { prefer: "count=estimated" }, "HEAD"),
    both("select one object", (id) => `${byClinic(id)}&limit=1`, { accept: "application/vnd.pgrst.object+json" }),
    both("select as csv", byClinic, { accept: "text/csv" }),
    { ...hidden("select all but own", `${column}=neq.${sides.own.orgId}`, everything), expect: "nothing" },
    { ...hidden("select by not()", `not.and=(${column}.eq.${sides.own.orgId})`, everything), expect: "nothing" },
    hidden("select their row by its key", keyFilter(table, theirs), everything),
    hidden("order by clinic, descending", `order=${column}.desc&limit=1000`),
    hidden("order by clinic, ascending", `order=${column}.asc.nullsfirst&limit=1000`),
    hidden("a range far out", "select=*", { range: "0-999999", "range-unit": "items" }),
    hidden("offset and limit", "offset=1&limit=999999"),
    hidden("an aggregate", `select=${column},count()`),
    hidden(
      "every column but the clinic",
      `select=${table.columns.map((one) => one.name).filter((one) => one !== column).join(",")}`,
    ),
    ...tellingColumns.map((one) => hidden(`select by their ${one.name}`, equals(one.name, theirs[one.name]))),
    ...tellingColumns.filter((one) => /uuid|e164/.test(one.type) && one.name !== column)
      // What the own clinic has as well may of course be found.
      .filter((one) => theirs[one.name] !== own[one.name])
      .flatMap((one) => findingByIds(name, one, theirs)),
  ];
}

/** An id or number of theirs beside one that nobody has: found, counted, and guessed at by the planner. */
function findingByIds(table: string, { name, type }: Column, theirs: Row): Plan[] {
  return (["exact", "planned", "estimated"] as const).map((count) =>
    compared(
      `${count === "exact" ? "select" : `count ${count}`} by their ${name} or nobody's`,
      pairOf(theirs[name]),
      (value) => ({
        method: count === "exact" ? "GET" : "HEAD",
        path: `${table}?${equals(name, value)}`,
        headers: { prefer: `count=${count}` },
      }),
      type === "uuid" ? "nothing" : "hidden",
    )
  );
}

/** Through every foreign key, in both directions. */
function embedding({ table, sides }: Scene, tables: readonly Table[]): Plan[] {
  const links: (readonly [string, ForeignKey])[] = [
    ...table.foreignKeys.map((key) => [key.to, key] as const),
    ...tables.flatMap((other) =>
      other.foreignKeys.filter(({ to }) => to === table.name).map((key) => [other.name, key] as const)
    ),
  ];
  return links.flatMap(([other, { name }]): Plan[] => {
    const clinic = other === "organizations" ? "id" : "org_id";
    const embed = (query: string): DataRequest => ({ method: "GET", path: `${table.name}?select=*,${query}` });
    return [
      { trick: `embed ${other} by ${name}`, request: embed(`${other}!${name}(*)`), expect: "hidden" },
      {
        trick: `embed ${other} by ${name}, theirs only`,
        request: embed(`them:${other}!${name}!inner(*)&them.${clinic}=eq.${sides.their.orgId}`),
        expect: "nothing",
      },
    ];
  });
}

function inserting(scene: Scene): Plan[] {
  const { table, sides, theirs, own, clinic } = scene;
  const insertable = table.columns.filter((column) => column.insertable);
  // Where staff insert nothing at all, the whole row is offered: the more likely to be let in by mistake.
  const offered = insertable.length > 0 ? insertable : table.columns;
  const copy = only(theirs, offered);
  const fresh = renewed(only(own, offered), offered);
  const insert = (body: unknown, prefer = "return=representation"): DataRequest => ({
    method: "POST",
    path: table.name,
    body,
    headers: { prefer },
  });
  const inClinic = (id: string, row = copy) => ({ ...row, [table.clinicColumn]: id });
  const both = (id: string) => insert([fresh, inClinic(id, renewed(copy, offered))]);
  return [
    compared("insert into their clinic", clinic, (id) => insert(inClinic(id)), "refused"),
    compared(
      "insert into their clinic, saying nothing",
      clinic,
      (id) => insert(inClinic(id), "return=minimal"),
      "refused",
    ),
    { ...compared("insert into both at once", clinic, both, "refused"), swapped: [] },
    ...upserting(scene),
    ...(insertable.length === 0
      ? []
      : pointing(scene, "insert own, pointing at", (column, id) => insert({ ...fresh, [column]: id }))),
    ...(table.columns.some((column) => column.name === "id") && table.name !== "organizations"
      ? [
        compared(
          "insert own under their id",
          pairOf(theirs.id),
          (id) => insert({ ...fresh, org_id: sides.own.orgId, id }),
          "refused",
        ),
      ]
      : []),
  ];
}

/** Along every foreign key, at a row of theirs. */
function pointing(
  { table, sides }: Scene,
  trick: string,
  request: (column: string, id: string) => DataRequest,
): Plan[] {
  return table.foreignKeys.flatMap(({ column, to, toColumn }): Plan[] => {
    const target = sides.theirRows.get(to);
    if (column === null || toColumn === null || target === undefined) return [];
    return [compared(`${trick} their ${column}`, pairOf(target[toColumn]), (id) => request(column, id), "refused")];
  });
}

/** On every unique key, merging and ignoring, whole rows of theirs and of nobody's. */
function upserting({ table, sides, theirs, own, clinic }: Scene): Plan[] {
  const copy = only(theirs, table.columns.filter((column) => column.name !== "search"));
  return table.uniques.flatMap((unique) => {
    const stranger = Object.fromEntries(
      Object.entries(copy).map(([column, value]) => [column, unique.includes(column) ? substitute(value) : value]),
    );
    const swapped = unique.map((column) => [String(theirs[column]), String(stranger[column])] as const);
    return ["merge-duplicates", "ignore-duplicates"].flatMap((resolution): Plan[] => {
      const upsert = (body: unknown): DataRequest => ({
        method: "POST",
        path: `${table.name}?on_conflict=${unique.join(",")}`,
        body,
        headers: { prefer: `resolution=${resolution}, return=representation` },
      });
      const isOwnPossible = table.clinicColumn === "org_id" && own.id !== undefined && unique.join() === "id";
      return [
        {
          trick: `upsert theirs by ${unique.join(" and ")}, ${resolution}`,
          request: upsert(copy),
          nobodys: upsert({ ...stranger, [table.clinicColumn]: clinic[1] }),
          swapped: [...swapped, clinic],
          expect: "refused",
        },
        ...(isOwnPossible
          ? [{
            trick: `upsert own over their id, ${resolution}`,
            request: upsert({ ...copy, org_id: sides.own.orgId }),
            nobodys: upsert({ ...stranger, org_id: sides.own.orgId }),
            swapped,
            expect: "refused" as const,
          }]
          : []),
      ];
    });
  });
}

function updating(scene: Scene): Plan[] {
  const { table, sides, theirs, own, clinic } = scene;
  const { name, clinicColumn: column } = table;
  const updatable = table.columns.filter((one) => one.updatable && one.name !== column);
  const harmless = updatable.find((one) => theirs[one.name] !== null) ?? table.columns[0];
  if (!harmless) return [];
  const change = { [harmless.name]: theirs[harmless.name] };
  const patch = (query: string, body: unknown): DataRequest => ({
    method: "PATCH",
    path: `${name}?${query}`,
    body,
    headers: shown,
  });
  const ownKey = keyFilter(table, own);
  return [
    compared("update their clinic's rows", clinic, (id) => patch(`${column}=eq.${id}`, change), "nothing"),
    { trick: "update all rows but own", request: patch(`${column}=neq.${sides.own.orgId}`, change), expect: "nothing" },
    {
      trick: "update their row by its key",
      request: patch(keyFilter(table, theirs), change),
      expect: table.primaryKey.includes("org_id") || "id" in theirs ? "nothing" : "hidden",
    },
    compared("move own row to their clinic", clinic, (id) => patch(ownKey, { [column]: id }), "refused"),
    ...pointing(scene, "point own row at", (column, id) => patch(ownKey, { [column]: id })),
  ];
}

function deleting({ table, sides, theirs, clinic }: Scene): Plan[] {
  const { name, clinicColumn: column } = table;
  const remove = (query: string): DataRequest => ({ method: "DELETE", path: `${name}?${query}`, headers: shown });
  return [
    compared("delete their clinic's rows", clinic, (id) => remove(`${column}=eq.${id}`), "nothing"),
    { trick: "delete all rows but own", request: remove(`${column}=neq.${sides.own.orgId}`), expect: "nothing" },
    {
      trick: "delete their row by its key",
      request: remove(`${keyFilter(table, theirs)}&${column}=eq.${sides.their.orgId}`),
      expect: "nothing",
    },
  ];
}

function equals(column: string, value: unknown): string {
  return `${column}=eq.${encodeURIComponent(String(value))}`;
}

function keyFilter(table: Table, row: Row): string {
  return table.primaryKey.map((column) => equals(column, row[column])).join("&");
}

function only(row: Row, columns: readonly Column[]): Row {
  return Object.fromEntries(
    columns.filter(({ name }) => row[name] !== undefined && row[name] !== null).map(({ name }) => [name, row[name]]),
  );
}

/** A value of the same kind that nobody has. */
function substitute(value: unknown): unknown {
  if (typeof value === "number") return 2_000_000_000 + Math.floor(Math.random() * 1e8);
  const text = String(value);
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)) return crypto.randomUUID();
  if (/^\+\d+$/.test(text)) return `+44207946${String(Math.floor(Math.random() * 1e4)).padStart(4, "0")}`;
  if (/^\d{4}-\d\d-\d\d/.test(text)) return `2042-11-23${text.slice(10)}`;
  // As long as it was, so that only its existence can make a difference.
  return text.replace(
    /[0-9a-zA-Z]{1,6}$/,
    (end) => crypto.randomUUID().replaceAll(/\D/g, "").padEnd(6, "0").slice(0, end.length),
  );
}

/** The row as a new one: what must be unique differs, so that nothing but the attack itself stands in its way. */
function renewed(row: Row, columns: readonly Column[]): Row {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      types.get(name)?.includes("e164") || /key|sid|email/.test(name) ? substitute(value) : value,
    ]),
  );
}

function isTelling(value: unknown): boolean {
  return (typeof value === "string" && value.length > 0) || typeof value === "number";
}

function pairOf(value: unknown): Pair {
  return [String(value), String(substitute(value))];
}
