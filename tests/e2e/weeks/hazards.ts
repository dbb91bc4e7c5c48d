/** What may happen in a week, each with the scenarios that the program has to hold before it is part of the weeks, and how often. */
import type { Random } from "../../random.ts";

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
  "unmarked payments": ["3", "14-vet"],
  "nodes that stay behind": ["14-vet", "14-sol"],
  "damaged rows": [],
  "restored backups": [],
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
  "unmarked payments",
  "nodes that stay behind",
  "damaged rows",
  "restored backups",
]);

/** What may happen, and how many times as often as usual each. */
export type Hazards = ReadonlyMap<Hazard, number>;

/** For weeks that look for one thing: what happens more often than usual, or (0) not at all. */
export type Emphasis = Readonly<Partial<Record<Hazard, number>>>;

/** `slow blocks=3,decisions=0`. @throws Error for a hazard that there is not, or something else than a number */
export function readEmphasis(text: string): Emphasis {
  const parts = text.split(",").filter((part) => part !== "");
  return Object.fromEntries(
    parts.map((part) => {
      const [name = "", often = ""] = part.split("=").map((side) => side.trim());
      if (!(name in hazards) || !/^\d+(\.\d+)?$/.test(often))
        throw new Error(
          `${part} is none of: ${Object.keys(hazards).join(", ")}; with =3 it happens three times as often.`,
        );
      return [name, Number(often)];
    }),
  );
}

/** These, as often as usual. */
export function usually(names: Iterable<Hazard>): Hazards {
  return new Map([...names].map((hazard) => [hazard, 1]));
}

/** Those that none of the known faults stands in the way of. */
export function hazardsWithout(known: ReadonlySet<string>): Set<Hazard> {
  const all = Object.entries(hazards) as [Hazard, readonly string[]][];
  return new Set(all.filter(([, names]) => !names.some((name) => known.has(name))).map(([hazard]) => hazard));
}

/** The same, some of them more often. */
export function emphasised(usual: Hazards, emphasis: Emphasis): Hazards {
  const times = new Map(Object.entries(emphasis) as [Hazard, number][]);
  const all = [...usual].map(([hazard, often]) => [hazard, often * (times.get(hazard) ?? 1)] as const);
  return new Map(all.filter(([, often]) => often > 0));
}

/** Whether a hazard strikes now. @param usual how likely that is where it happens as often as usual */
export function strikes(random: Random, all: Hazards, hazard: Hazard, usual: number): boolean {
  const often = all.get(hazard);
  return often !== undefined && random.chance(Math.min(0.9, usual * often));
}
