/**
 * Makes small mistakes in the code that guards keys and payments, one at a time, and looks whether the unit tests notice:
 * `bun scripts/mutation-test.ts [--sample=300] [--seed=1] [--only=src/vault] [--jobs=2]`. `--sample=0` tries all. Works in
 * copies of the project. What was tried before with the same seed is remembered in `dist/mutation.json` and not tried
 * again while the file is as it was; delete it after the tests were changed. The report is `dist/mutation.md`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../tests/random.ts";
import { type Mutant, mutantsOf } from "./mutation/mutants.ts";
import { describe, type Tried } from "./mutation/report.ts";
import { targetFiles, testsOf } from "./mutation/targets.ts";
import { type Verdict, Workshop } from "./mutation/workshop.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));
const remembered = join(root, "dist", "mutation.json");

/** Some of all, chosen at random but the same for the same seed. */
function choose(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = new Random(seed);
  const ranked = mutants.map((mutant) => ({ mutant, rank: random.next() }));
  ranked.sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, count === 0 ? ranked.length : count).map(({ mutant }) => mutant);
}

/** A mutant in the words of the remembered results: the content of its file is part of it. */
function nameOf({ file, start, end, replacement }: Mutant): string {
  return `${file} ${Bun.hash(readFileSync(join(root, file)))} ${start}-${end} ${replacement}`;
}

const files = targetFiles(root).filter((file) => file.startsWith(values.only));
const all = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), "utf8")));
const chosen = choose(all, Number(values.sample), Number(values.seed));
mkdirSync(join(root, "dist"), { recursive: true });
const known = new Map<string, Verdict>(
  existsSync(remembered) ? Object.entries(JSON.parse(readFileSync(remembered, "utf8"))) : [],
);
const open = chosen.filter((mutant) => !known.has(nameOf(mutant)));
console.log(`${all.length} mutants, ${chosen.length} chosen, ${chosen.length - open.length} tried before.`);

const workshops = Array.from({ length: Number(values.jobs) }, () => new Workshop(root));
try {
  const [first] = workshops;
  if (first === undefined) throw new RangeError("--jobs must be at least 1");
  const limits = new Map<string, number>();
  for (const file of new Set(open.map(({ file }) => file))) {
    if (testsOf(root, file).length > 0) limits.set(file, 5_000 + 4 * (await first.baseline(file)));
  }
  const queue = open.values();
  await Promise.all(
    workshops.map(async (workshop) => {
      for (const mutant of queue) {
        const verdict = await workshop.try(mutant, limits.get(mutant.file) ?? 0);
        known.set(nameOf(mutant), verdict);
        writeFileSync(remembered, JSON.stringify(Object.fromEntries(known), undefined, 1));
        if (verdict !== "killed") console.log(`${verdict}: ${mutant.file}:${mutant.line} ${mutant.kind}`);
      }
    }),
  );
} finally {
  for (const workshop of workshops) workshop.remove();
}

const tried: Tried[] = chosen.flatMap((mutant) => {
  const verdict = known.get(nameOf(mutant));
  return verdict === undefined ? [] : [{ mutant, verdict }];
});
const report = describe(
  tried,
  `Mutation test: ${chosen.length} of ${all.length} mutants, seed ${values.seed}`,
);
writeFileSync(join(root, "dist", "mutation.md"), report);
console.log(report);
