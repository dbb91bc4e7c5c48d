/** `health`: whether the daemon of this machine or container keeps working, for probes that run a command. */
import { statSync } from "node:fs";
import { KmsError } from "../../errors.ts";
import { settings } from "../../settings/table.ts";
import { defineCommand } from "../command.ts";
import { loadConfig } from "../context.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../output.ts";

/** Milliseconds after which a daemon that writes its metrics every 15 seconds counts as stuck. */
const SILENCE = 60_000;

/** Milliseconds since the daemon wrote its metrics; `undefined` when there are none. */
function ageOf(path: string): number | undefined {
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return written === undefined ? undefined : Date.now() - written;
}

export default defineCommand({
  meta: { name: "health", description: "For probes: whether the daemon keeps its metrics file new" },
  examples: ["tatum-kms health"],
  statuses: { 69: "no daemon shows signs of life" },
  args: pickOptions("env-file"),
  async run({ args }) {
    const path = (await loadConfig(args)).value(settings.metricsFile);
    if (path === undefined) {
      throw new KmsError("CONFIGURATION", "The daemon's signs of life are in its metrics file.", {
        hint: `Set ${settings.metricsFile.name} for the daemon and for this command.`,
      });
    }
    const age = ageOf(path);
    if (age === undefined || age > SILENCE) {
      const since =
        age === undefined
          ? "There is no metrics file"
          : `For ${Math.round(age / 1000)} s nothing was written to`;
      throw new KmsError("NOT_HEALTHY", `${since} ${path}.`, { hint: "Look at the daemon's log." });
    }
    printJson({ healthy: true, secondsSinceWritten: Math.max(0, Math.round(age / 1000)) });
  },
  reads: [settings.metricsFile],
});
