/** What may happen in a week, each with the scenarios that the program has to hold before it is part of the weeks. */

export const hazards = {
  "equal payments": ["2-algo", "2-tron", "2-btc", "2-xrp", "2-xlm", "2-sol"],
  "shared inputs": ["15"],
  "explicit nonces": ["4"],
  "counts far too high": ["11", "11-first"],
  "foreign transactions": ["19"],
  "forgetful pools": ["18-forgotten"],
  "lying answers": ["10-other-id", "10-error-id", "10-status", "10-words"],
  glitches: ["12"],
  "failures on the network": ["13"],
  "reports that are not taken": ["13", "13-words"],
  "nodes that lie behind": ["14-vet", "14-sol"],
  cancellations: ["6", "6-approval"],
  "removed wallets": ["5"],
  "hurried payments": [],
  "changed contents": [],
  repairs: [],
  "slow calls": ["6"],
  "long glitches": ["12"],
  "numbers taken meanwhile": ["19"],
  "lost sends": ["14-sol"],
  "crowds of denied payments": ["8-denied"],
  "gaps in numbers": ["1"],
  "slow blocks": ["4", "15", "18-forgotten"],
  "abandoned chains": ["5"],
  decisions: ["3", "3-unclear", "18"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Hazard = keyof typeof hazards;

/** What takes more time than a short week has. */
export const longWeeksOnly: ReadonlySet<Hazard> = new Set<Hazard>([
  "changed contents",
  "repairs",
  "slow calls",
  "long glitches",
  "numbers taken meanwhile",
  "lost sends",
  "crowds of denied payments",
  "gaps in numbers",
  "slow blocks",
  "abandoned chains",
]);

/** Those that none of the known faults stands in the way of. */
export function hazardsWithout(known: ReadonlySet<string>): Set<Hazard> {
  const all = Object.entries(hazards) as [Hazard, readonly string[]][];
  return new Set(all.filter(([, names]) => !names.some((name) => known.has(name))).map(([hazard]) => hazard));
}
