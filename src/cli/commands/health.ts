/** `health`: whether a daemon of the vault is ready, for probes that run a command. Needs no password. */
import { statSync } from "node:fs";
import { KmsError } from "../../errors.ts";
import { shortDuration } from "../../operations/log.ts";
import type { DaemonStatus } from "../../operations/status.ts";
import { askDaemons, nobodyAnswers } from "../../operations/status-socket.ts";
import { defaultDirectory } from "../../settings/settings.ts";
import { settings } from "../../settings/table.ts";
import { askedPlace } from "../choose-store.ts";
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

function unhealthy(message: string, hint = "Look at the daemon's log."): KmsError {
  return new KmsError("NOT_HEALTHY", message, { hint });
}

/** @throws KmsError `NOT_HEALTHY` */
function judgeFile(path: string): void {
  const age = ageOf(path);
  if (age === undefined) throw unhealthy(`There is no metrics file ${path}.`);
  if (age > SILENCE) throw unhealthy(`For ${Math.round(age / 1000)} s nothing was written to ${path}.`);
  printJson({ healthy: true, secondsSinceWritten: Math.max(0, Math.round(age / 1000)) });
}

/** @throws KmsError `NOT_HEALTHY` */
function judge(daemons: readonly DaemonStatus[], onlyAlive: boolean): void {
  const ready = daemons.find((daemon) => onlyAlive || daemon.ready);
  if (ready === undefined) {
    const reasons = new Set(daemons.flatMap((daemon) => daemon.reasons));
    throw unhealthy(`The daemon is not ready: ${[...reasons].join("; ")}.`);
  }
  const { version, pid, startedAt, wallets, chains } = ready;
  const running = shortDuration(Date.now() - Date.parse(startedAt));
  printJson({ healthy: true, ready: ready.ready, version, pid, running, wallets, chains: chains.length });
}

export default defineCommand({
  meta: {
    name: "health",
    description: "For probes: whether a daemon of the vault is ready; needs no password",
  },
  examples: ["tatum-kms health"],
  statuses: { 69: "no daemon of the vault is ready" },
  args: pickOptions("path", "store", "env-file", "config", "live"),
  async run({ args }) {
    const config = await loadConfig(args);
    const metricsFile = config.value(settings.metricsFile);
    // In a container nobody may have a home directory.
    const named = [args.path, args.store, config.value(settings.path), config.value(settings.store)];
    const isPlaceKnown = named.some((name) => name !== undefined) || defaultDirectory() !== undefined;
    if (!isPlaceKnown && metricsFile !== undefined) return judgeFile(metricsFile);
    const { vault, sockets } = askedPlace(args, config);
    const { daemons, hasSocket } = await askDaemons(sockets);
    if (daemons.length > 0) return judge(daemons, args.live === true);
    if (!hasSocket && metricsFile !== undefined) return judgeFile(metricsFile);
    throw nobodyAnswers(
      vault,
      sockets,
      [
        "Start the daemon, or name its vault with --path, or with --store as the daemon has it.",
        `From another machine or container ${settings.metricsFile.name} tells of it, set for the daemon and for this command.`,
      ].join(" "),
    );
  },
  reads: [settings.metricsFile],
});
