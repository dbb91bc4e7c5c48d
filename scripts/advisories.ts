/**
 * `npm run advisories [-- --registry=URL]`: known weaknesses of the packages in the lock file
 * (https://docs.npmjs.com/cli/commands/npm-audit). For a scheduler: status 0 when there are none, 1 when something was found, 75
 * when the registry gives no answer.
 */
import { parseArgs } from "node:util";
import * as v from "valibot";

const NO_ANSWER = 75;

const reportSchema = v.object({
  vulnerabilities: v.record(v.string(), v.object({ severity: v.string(), range: v.optional(v.string()) })),
});

const { values } = parseArgs({ options: { registry: { type: "string" } } });
const registry = values.registry === undefined ? [] : [`--registry=${values.registry}`];

function npmAudit(...words: readonly string[]): { readonly status: number; readonly output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["npm", "audit", ...words, ...registry], {
    stdout: "pipe",
    stderr: "pipe",
  });
  return { status: exitCode, output: `${stdout}${exitCode === 0 ? "" : stderr}` };
}

function readReport(text: string): v.InferOutput<typeof reportSchema> | undefined {
  try {
    return v.parse(reportSchema, JSON.parse(text.slice(0, text.lastIndexOf("}") + 1)));
  } catch {
    return undefined; // No report: an error of npm, or of a registry that does not tell.
  }
}

function adviseAbout(what: string, ...words: readonly string[]): number {
  const report = readReport(npmAudit("--json", ...words).output);
  if (report === undefined) {
    console.error(`The registry does not say what is known of ${what}.`);
    return NO_ANSWER;
  }
  const found = Object.entries(report.vulnerabilities);
  for (const [name, { severity, range }] of found)
    console.log(`${what}: ${name} ${range ?? ""}: ${severity}`);
  if (found.length === 0) console.log(`${what}: nothing is known.`);
  return found.length === 0 ? 0 : 1;
}

const shipped = adviseAbout("what is shipped", "--omit=dev");
const all = shipped === NO_ANSWER ? NO_ANSWER : adviseAbout("all that is installed");
process.exitCode = Math.max(shipped, all);
