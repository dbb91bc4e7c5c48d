/** Ways into what the doctor found. */
import type { Finding } from "../../../src/doctor/finding.ts";

/** The statuses by the name of the check. */
export function statuses(found: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(found.map(({ check, status }) => [check, status]));
}

/** The one finding of a check. */
export function named(found: readonly Finding[], check: string): Finding {
  const finding = found.find((one) => one.check === check);
  if (finding === undefined) throw new Error(`There is no finding ${check}.`);
  return finding;
}
