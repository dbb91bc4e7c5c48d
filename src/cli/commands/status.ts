/** `status`: what the running daemons of the vault do, on one screen or as JSON. Needs no password. */
import { isatty } from "node:tty";
import { chainOfKey, defaultApiKey } from "../../api-key-name.ts";
import { oneLine, shortDuration } from "../../operations/log.ts";
import type { DaemonStatus, GlancedJob } from "../../operations/status.ts";
import { askDaemons, nobodyAnswers } from "../../operations/status-socket.ts";
import { askedPlace } from "../choose-store.ts";
import { defineCommand } from "../command.ts";
import { loadConfig } from "../context.ts";
import { pickOptions } from "../options.ts";
import { printJson, writeOutput } from "../output.ts";
import { terminalColumns, wrapWords } from "../terminal/text-layout.ts";

/** Blanks before what goes on in the next line. */
const HANGING = 2;

/** Jobs of a kind that fit on the screen. */
const MOST_JOBS = 5;

const ago = (time: string | undefined, now: number): string =>
  time === undefined ? "never" : `${shortDuration(Math.max(0, now - Date.parse(time)))} ago`;

function chainLines({ chains }: DaemonStatus, now: number): string[] {
  return chains.map(({ chain, apiKey = defaultApiKey, wallets, lease, lastPoll, done, failed }) => {
    const work = lease === "held" ? `polled ${ago(lastPoll, now)}` : "another daemon has the lease";
    return `    ${chainOfKey(chain, apiKey).padEnd(6)} ${String(wallets).padStart(6)} wallets  ${work}; ${done} done, ${failed} failed`;
  });
}

function jobLines(jobs: readonly GlancedJob[], now: number): string[] {
  const lines = jobs.slice(0, MOST_JOBS).map(({ id, chain, since, problem = "" }) => {
    return `    ${id} ${chain}, seen ${ago(since, now)}${problem === "" ? "" : `: ${problem.slice(0, 100)}`}`;
  });
  return jobs.length > MOST_JOBS ? [...lines, `    and ${jobs.length - MOST_JOBS} more`] : lines;
}

/** A line in the columns that there are, what does not fit under it and further in. */
function fittingLines(line: string, columns: number): string[] {
  const text = line.trimStart();
  const indent = line.length - text.length;
  return wrapWords(text, columns - indent, HANGING).map((part) => " ".repeat(indent) + part);
}

/** What one daemon does, in lines that fit into so many columns, but for words that are longer. */
function screen(status: DaemonStatus, columns: number, now = Date.now()): string {
  const {
    version,
    pid,
    host,
    network,
    startedAt,
    vaultId,
    queue,
    limit,
    parked,
    waiting,
    troubles,
    period,
    backedUpAt,
  } = status;
  const perSecond =
    limit.perSecond === undefined ? "no limit known" : `${limit.perSecond.toFixed(1)} a second`;
  const readiness = status.ready ? "ready" : `not ready: ${status.reasons.join("; ")}`;
  return [
    `tatum-kms ${version}, process ${pid}${host === undefined ? "" : ` on ${host}`}, ${network}, started ${ago(startedAt, now)}: ${readiness}`,
    `  Vault    ${vaultId}, ${status.wallets} wallets`,
    `  Backup   ${backedUpAt === undefined ? "none was ever made" : `made ${ago(backedUpAt, now)}`}`,
    `  Chains   a poll every ${period} s`,
    ...chainLines(status, now),
    `  Queue    ${queue.jobs} jobs${queue.jobs === 0 ? "" : `, the oldest seen ${shortDuration(queue.oldestSeconds * 1000)} ago`}`,
    `  API      ${perSecond}, ${limit.waiting} requests wait`,
    `  Waiting  ${waiting.length} not approved`,
    ...jobLines(waiting, now),
    `  Parked   ${parked.length} wait for a person${parked.length === 0 ? "" : " (job retry, job resolve)"}`,
    ...jobLines(parked, now),
    ...troubles.map(
      ({ kind, chains, seconds }) =>
        `  Trouble  ${kind}, for ${shortDuration(seconds * 1000)} (${chains.join(", ")})`,
    ),
  ]
    .flatMap((line) => fittingLines(oneLine(line), columns))
    .join("\n");
}

export default defineCommand({
  meta: { name: "status", description: "Show what the running daemons of the vault do; needs no password" },
  examples: ["tatum-kms status"],
  statuses: { 69: "no daemon of the vault answers" },
  args: pickOptions("path", "store", "env-file", "config", "json"),
  async run({ args }) {
    // What is wrong with other settings does not matter here.
    const { vault, sockets } = askedPlace(args, await loadConfig(args, () => undefined));
    const { daemons } = await askDaemons(sockets);
    if (daemons.length === 0) {
      const hint = "Start the daemon, or name its vault with --path, or with --store as the daemon has it.";
      throw nobodyAnswers(vault, sockets, hint);
    }
    if (args.json === true || !isatty(1)) printJson(daemons);
    else {
      const columns = terminalColumns(process.stdout, process.env);
      writeOutput(`${daemons.map((status) => screen(status, columns)).join("\n\n")}\n`);
    }
  },
});
