/** Every way to reach another clinic's row through a table: reading, writing, and the tricks between. */
import type { Attempt } from "./attempt.ts";
import type { Method } from "./http.ts";
import type { Column, ForeignKey, Table } from "./picture.ts";
import type { Row, Sides } from "./sides.ts";

type Plan = Omit<Attempt, "actor" | "on">;

/** The attempts of an owner on one table. */
export function attemptsOn(table: Table, tables: readonly Table[], sides: Sides): Attempt[] {
  const theirs = sides.theirRows.get(table.name) ?? {};
  const own = sides.ownRows.get(table.name) ?? {};
  return [
    ...reading(table, sides, theirs, own),
    ...embedding(table, tables, sides),
    ...inserting(table, sides, theirs, own),
    ...updating(table, sides, theirs, own),
    ...deleting(table, sides, theirs),
  ].map((plan) => ({ ...plan, actor: sides.attacker, on: table.name }));
}

const everything = { prefer: "count=exact" };
const shown = { prefer: "return=representation, count=exact" };

function reading(table: Table, sides: Sides, theirs: Row, own: Row): Plan[] {
  const { name, clinicColumn: clinic } = table;
  const { orgId } = sides.their;
  const nobody = crypto.randomUUID();
  const both = (trick: string, query: (id: string) => string, method: Method = "GET", headers = everything): Plan => ({
    trick,
    request: { method, path: `${name}?${query(orgId)}`, headers },
    nobodys: { method, path: `${name}?${query(nobody)}`, headers },
    swapped: [[orgId, nobody]],
    expect: "nothing",
  });
  const range = (trick: string, query: string, headers: Record<string, string> = {}): Plan => ({
    trick,
    request: { method: "GET", path: `${name}?${query}`, headers },
    expect: "hidden",
  });
  const key = keyFilter(table, theirs);
  return [
    { trick: "select own", request: { method: "GET", path: `${name}?${keyFilter(table, own)}` }, expect: "own" },
    range("select all", "select=*"),
    both("select by their clinic", (id) => `${clinic}=eq.${id}`),
    both("select by a list with their clinic", (id) => `${clinic}=in.(${id})`),
    both("select by or()", (id) => `or=(${clinic}.eq.${id},and(${clinic}.eq.${id},${clinic}.not.is.null))`),
    both("head by their clinic", (id) => `${clinic}=eq.${id}`, "HEAD"),
    both("count planned", (id) => `${clinic}=eq.${id}`, "HEAD", { prefer: "count=planned" }),
    both("count estimated", (id) => `${clinic}=eq.${id}`, "HEAD", { prefer: "count=estimated" }),
    both(
      "select one object",
      (id) => `${clinic}=eq.${id}&limit=1`,
      "GET",
      {
        ...everything,
        accept: "application/vnd.pgrst.object+json",
      } as typeof everything,
    ),
    both(
      "select as csv",
      (id) => `${clinic}=eq.${id}`,
      "GET",
      { ...everything, accept: "text/csv" } as typeof everything,
    ),
    {
      trick: "select all but own",
      request: { method: "GET", path: `${name}?${clinic}=neq.${sides.own.orgId}`, headers: everything },
      expect: "nothing",
    },
    {
      trick: "select by not()",
      request: { method: "GET", path: `${name}?not.and=(${clinic}.eq.${sides.own.orgId})`, headers: everything },
      expect: "nothing",
    },
    {
      trick: "select their row by its key",
      request: { method: "GET", path: `${name}?${key}`, headers: everything },
      expect: "hidden",
    },
    range("order by clinic, descending", `order=${clinic}.desc&limit=1000`),
    range("order by clinic, ascending", `order=${clinic}.asc.nullsfirst&limit=1000`),
    range("a range far out", "select=*", { range: "0-999999", "range-unit": "items" }),
    range("offset and limit", "offset=1&limit=999999"),
    range("an aggregate", `select=${clinic},count()`),
    range(
      "every column but the clinic",
      `select=${table.columns.map((column) => column.name).filter((one) => one !== clinic).join(",")}`,
    ),
    ...table.columns.filter((column) => isTelling(theirs[column.name])).map((column) =>
      range(`select by their ${column.name}`, `${column.name}=eq.${encodeURIComponent(String(theirs[column.name]))}`)
    ),
    ...table.columns
      .filter(({ name, type }) => /uuid|e164/.test(type) && name !== clinic && isTelling(theirs[name]))
      .flatMap((column) => theirsOrNobodys(table, column, theirs, own)),
  ];
}

/** An id or number of theirs beside one that nobody has: found, counted, and guessed at by the planner. */
function theirsOrNobodys(table: Table, { name, type }: Column, theirs: Row, own: Row): Plan[] {
  const [value, other] = [String(theirs[name]), String(substitute(theirs[name]))];
  // What the own clinic has as well may of course be found.
  if (theirs[name] === own[name]) return [];
  return (["exact", "planned", "estimated"] as const).map((count): Plan => {
    const request = (one: string): Plan["request"] => ({
      method: count === "exact" ? "GET" : "HEAD",
      path: `${table.name}?${name}=eq.${encodeURIComponent(one)}`,
      headers: { prefer: `count=${count}` },
    });
    return {
      trick: `${count === "exact" ? "select" : `count ${count}`} by their ${name} or nobody's`,
      request: request(value),
      nobodys: request(other),
      swapped: [[value, other]],
      expect: type === "uuid" ? "nothing" : "hidden",
    };
  });
}

/** Through every foreign key, in both directions. */
function embedding(table: Table, tables: readonly Table[], sides: Sides): Plan[] {
  const pointing = tables.flatMap((other) =>
    other.foreignKeys.filter(({ to }) => to === table.name).map((key) => [other.name, key] as const)
  );
  const links: (readonly [string, ForeignKey])[] = [
    ...table.foreignKeys.map((key) => [key.to, key] as const),
    ...pointing,
  ];
  return links.flatMap(([other, key]): Plan[] => {
    const clinic = other === "organizations" ? "id" : "org_id";
    const embed = (query: string) => ({ method: "GET" as const, path: `${table.name}?${query}` });
    return [
      { trick: `embed ${other} by ${key.name}`, request: embed(`select=*,${other}!${key.name}(*)`), expect: "hidden" },
      {
        trick: `embed ${other} by ${key.name}, theirs only`,
        request: embed(`select=*,them:${other}!${key.name}!inner(*)&them.${clinic}=eq.${sides.their.orgId}`),
        expect: "nothing",
      },
    ];
  });
}

function inserting(table: Table, sides: Sides, theirs: Row, own: Row): Plan[] {
  const insertable = table.columns.filter((column) => column.insertable);
  // Where staff insert nothing at all, the whole row is offered: the more likely to be let in by mistake.
  const offered = insertable.length > 0 ? insertable : table.columns;
  const like = (row: Row) => only(row, offered);
  const nobody = crypto.randomUUID();
  const [copy, stranger] = [like(theirs), { ...like(theirs), [table.clinicColumn]: nobody }];
  const insert = (body: unknown, prefer = "return=representation"): Plan["request"] => ({
    method: "POST",
    path: table.name,
    body,
    headers: { prefer },
  });
  const swapped = [[sides.their.orgId, nobody]] as const;
  const fresh = renewed(like(own), offered);
  return [
    { trick: "insert into their clinic", request: insert(copy), nobodys: insert(stranger), swapped, expect: "refused" },
    {
      trick: "insert into their clinic, saying nothing",
      request: insert(copy, "return=minimal"),
      nobodys: insert(stranger, "return=minimal"),
      swapped,
      expect: "refused",
    },
    {
      trick: "insert into both at once",
      request: insert([fresh, renewed(copy, offered)]),
      nobodys: insert([fresh, { ...renewed(copy, offered), [table.clinicColumn]: nobody }]),
      expect: "refused",
    },
    ...upserting(table, sides, theirs, own),
    ...(insertable.length === 0 ? [] : table.foreignKeys.flatMap(({ column, to, toColumn }): Plan[] => {
      const target = sides.theirRows.get(to);
      if (column === null || toColumn === null || target === undefined) return [];
      const [id, other] = [target[toColumn], substitute(target[toColumn])];
      return [{
        trick: `insert own, pointing at their ${column}`,
        request: insert({ ...fresh, [column]: id }),
        nobodys: insert({ ...fresh, [column]: other }),
        swapped: [[String(id), String(other)]],
        expect: "refused",
      }];
    })),
    ...(table.columns.some((column) => column.name === "id") && table.name !== "organizations"
      ? [idPlan(sides, theirs, fresh, insert)]
      : []),
  ];
}

/** A primary key that the other clinic has, and one that nobody has. */
function idPlan(
  sides: Sides,
  theirs: Row,
  fresh: Row,
  insert: (body: unknown) => Plan["request"],
): Plan {
  const [id, other] = [theirs.id, substitute(theirs.id)];
  return {
    trick: "insert own under their id",
    request: insert({ ...fresh, org_id: sides.own.orgId, id }),
    nobodys: insert({ ...fresh, org_id: sides.own.orgId, id: other }),
    swapped: [[String(id), String(other)]],
    expect: "refused",
  };
}

/** On every unique key, merging and ignoring, whole rows of theirs and of nobody's. */
function upserting(table: Table, sides: Sides, theirs: Row, own: Row): Plan[] {
  const nobody = crypto.randomUUID();
  const writable = table.columns.filter((column) => !["search"].includes(column.name));
  const copy = only(theirs, writable);
  return table.uniques.flatMap((unique) => {
    const stranger = Object.fromEntries(
      Object.entries(copy).map(([column, value]) => [column, unique.includes(column) ? substitute(value) : value]),
    );
    const upsert = (body: unknown, resolution: string): Plan["request"] => ({
      method: "POST",
      path: `${table.name}?on_conflict=${unique.join(",")}`,
      body,
      headers: { prefer: `resolution=${resolution}, return=representation` },
    });
    const swapped = unique.map((column) => [String(theirs[column]), String(stranger[column])] as const);
    return ["merge-duplicates", "ignore-duplicates"].flatMap((resolution): Plan[] => [
      {
        trick: `upsert theirs by ${unique.join(" and ")}, ${resolution}`,
        request: upsert(copy, resolution),
        nobodys: upsert({ ...stranger, [table.clinicColumn]: nobody }, resolution),
        swapped: [...swapped, [sides.their.orgId, nobody]],
        expect: "refused",
      },
      ...(table.clinicColumn === "org_id" && own.id !== undefined && unique.join() === "id"
        ? [{
          trick: `upsert own over their id, ${resolution}`,
          request: upsert({ ...copy, org_id: sides.own.orgId }, resolution),
          nobodys: upsert({ ...stranger, org_id: sides.own.orgId }, resolution),
          swapped,
          expect: "refused" as const,
        }]
        : []),
    ]);
  });
}

function updating(table: Table, sides: Sides, theirs: Row, own: Row): Plan[] {
  const { name, clinicColumn: clinic } = table;
  const updatable = table.columns.filter((column) => column.updatable && column.name !== clinic);
  const harmless = updatable.find((column) => theirs[column.name] !== null) ?? table.columns[0];
  if (!harmless) return [];
  const change = { [harmless.name]: theirs[harmless.name] };
  const patch = (query: string, body: unknown): Plan["request"] => ({
    method: "PATCH",
    path: `${name}?${query}`,
    body,
    headers: shown,
  });
  const nobody = crypto.randomUUID();
  const ownKey = keyFilter(table, own);
  return [
    {
      trick: "update their clinic's rows",
      request: patch(`${clinic}=eq.${sides.their.orgId}`, change),
      nobodys: patch(`${clinic}=eq.${nobody}`, change),
      swapped: [[sides.their.orgId, nobody]],
      expect: "nothing",
    },
    { trick: "update all rows but own", request: patch(`${clinic}=neq.${sides.own.orgId}`, change), expect: "nothing" },
    {
      trick: "update their row by its key",
      request: patch(keyFilter(table, theirs), change),
      expect: table.primaryKey.includes("org_id") || "id" in theirs ? "nothing" : "hidden",
    },
    {
      trick: "move own row to their clinic",
      request: patch(ownKey, { [clinic]: sides.their.orgId }),
      nobodys: patch(ownKey, { [clinic]: nobody }),
      swapped: [[sides.their.orgId, nobody]],
      expect: "refused",
    },
    ...table.foreignKeys.flatMap(({ column, to, toColumn }): Plan[] => {
      const target = sides.theirRows.get(to);
      if (column === null || toColumn === null || target === undefined) return [];
      const [id, other] = [target[toColumn], substitute(target[toColumn])];
      return [{
        trick: `point own row at their ${column}`,
        request: patch(ownKey, { [column]: id }),
        nobodys: patch(ownKey, { [column]: other }),
        swapped: [[String(id), String(other)]],
        expect: "refused",
      }];
    }),
  ];
}

function deleting(table: Table, sides: Sides, theirs: Row): Plan[] {
  const { name, clinicColumn: clinic } = table;
  const nobody = crypto.randomUUID();
  const remove = (query: string): Plan["request"] => ({ method: "DELETE", path: `${name}?${query}`, headers: shown });
  return [
    {
      trick: "delete their clinic's rows",
      request: remove(`${clinic}=eq.${sides.their.orgId}`),
      nobodys: remove(`${clinic}=eq.${nobody}`),
      swapped: [[sides.their.orgId, nobody]],
      expect: "nothing",
    },
    { trick: "delete all rows but own", request: remove(`${clinic}=neq.${sides.own.orgId}`), expect: "nothing" },
    {
      trick: "delete their row by its key",
      request: remove(`${keyFilter(table, theirs)}&${clinic}=eq.${sides.their.orgId}`),
      expect: "nothing",
    },
  ];
}

function keyFilter(table: Table, row: Row): string {
  return table.primaryKey.map((column) => `${column}=eq.${encodeURIComponent(String(row[column]))}`).join("&");
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
