/** The measurements as tables for people. */
import type { Latencies } from "./latency.ts";
import type { FullScan } from "./plans.ts";
import type { Throughput } from "./throughput.ts";
import type { Spread } from "./timings.ts";

/** What was measured at one size. */
export interface SizeReport {
  readonly clinics: number;
  readonly appointments: number;
  readonly direct: Latencies;
  readonly dataApi: Latencies;
  readonly perSecond: Throughput;
  readonly fullScans: readonly FullScan[];
}

/** A number that has a target. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  /** Absent: for information. */
  readonly atMost?: number;
}

/** One size's tables. */
export function sizeAsText(report: SizeReport): string {
  const { clinics, appointments, perSecond } = report;
  const lines = [`${number(clinics)} clinics, ${number(appointments)} appointments`, ""];
  for (const reading of [report.direct, report.dataApi]) {
    lines.push(`  ${reading.client} (ms)`.padEnd(38) + "p50".padStart(9) + "p95".padStart(9));
    const row = (name: string, { p50, p95 }: Spread) => lines.push(`    ${name}`.padEnd(38) + ms(p50) + ms(p95));
    row("find_open_slots, 1 day", reading.findDay);
    row("find_open_slots, 30 days", reading.findMonth);
    row("claim_slot_atomic", reading.claim);
    row("confirm_hold", reading.confirm);
    row("bare insert into the ledger", reading.bareInsert);
    if (reading.leanInsert) row("bare insert, constraint alone", reading.leanInsert);
    lines.push("");
  }
  lines.push("  per second, 8 direct connections".padEnd(38) + "claims".padStart(9) + "bare".padStart(9));
  lines.push("    one hot provider".padEnd(38) + rate(perSecond.claimsHot) + rate(perSecond.bareHot));
  lines.push("    many providers".padEnd(38) + rate(perSecond.claimsMany) + rate(perSecond.bareMany));
  lines.push("", report.fullScans.length === 0 ? "  plans: indexes throughout" : "  plans: FULL SCANS");
  for (const { table, rpc, statement } of report.fullScans) lines.push(`    ${table} in ${rpc}: ${statement}`);
  return lines.join("\n") + "\n";
}

/** The ratios that the sizes give, and the verdict on each. */
export function ratios(reports: readonly SizeReport[]): readonly Ratio[] {
  const [first, last] = [reports[0], reports.at(-1)];
  if (!first || !last) return [];
  const claim = ({ claim, bareInsert }: Latencies) => claim.p50 / bareInsert.p50;
  const found: Ratio[] = reports.flatMap(({ clinics, direct, dataApi }) => [
    { what: `claim / bare insert, Data API, ${number(clinics)} clinics`, value: claim(dataApi), atMost: 2 },
    { what: `claim / bare insert, direct connection, ${number(clinics)} clinics`, value: claim(direct), atMost: 2 },
    ...(direct.leanInsert
      ? [{
        what: `claim / bare insert, direct, constraint alone, ${number(clinics)} clinics`,
        value: direct.claim.p50 / direct.leanInsert.p50,
      }]
      : []),
  ]);
  if (first === last) return found;
  const growth = (name: string, reading: "direct" | "dataApi"): Ratio => ({
    what: `find 30 days, ${name}: ${number(last.appointments)} / ${number(first.appointments)} appointments`,
    value: last[reading].findMonth.p50 / first[reading].findMonth.p50,
    atMost: 1.5,
  });
  return [...found, growth("Data API", "dataApi"), growth("direct connection", "direct")];
}

/** One line a ratio. */
export function ratiosAsText(found: readonly Ratio[]): string {
  return found.map(({ what, value, atMost }) => {
    const verdict = atMost === undefined
      ? ""
      : `   at most ${atMost.toFixed(1)}: ${value <= atMost ? "met" : "MISSED"}`;
    return `  ${what.padEnd(74)}${value.toFixed(2).padStart(6)}${verdict}`;
  }).join("\n");
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function ms(value: number): string {
  return value.toFixed(2).padStart(9);
}

function rate(value: number): string {
  return number(Math.round(value)).padStart(9);
}
