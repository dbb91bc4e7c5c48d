/** What the daemon tells of itself: at its start what it works with and for, and once an hour what it did. */

import { defaultApiKey, isOfKey } from "../api-key-name.ts";
import type { Log } from "../operations/log.ts";
import type { JobMetrics } from "../operations/metrics.ts";
import { namesPostgres } from "../store/postgres/address.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import { version } from "../version.ts";
import { countByChain } from "./idle-chains.ts";
import type { DaemonSettings, LiveValues } from "./settings.ts";

/** Milliseconds between two signs of life in the log. */
const HOUR = 3_600_000;

/** A URL may hold a password or a token: who is asked is told by its host alone. */
function approvalOf({ externalUrl, externalUrlMethod }: LiveValues): string {
  return externalUrl === undefined ? "nobody" : `${externalUrl.host} (${externalUrlMethod})`;
}

/**
 * Tells what the daemon begins to work with.
 * @param usable the wallets that it works for
 */
export function tellStart(vault: Vault, usable: readonly WalletSummary[], settings: DaemonSettings): void {
  const { network, period, log, externalUrl, apiKeys } = settings;
  const isDefaultAlone = apiKeys.length === 1 && apiKeys[0] === defaultApiKey;
  const countOf = (name: string): number => usable.filter((wallet) => isOfKey(wallet, name)).length;
  const counts = [...countByChain(usable, network)];
  const chains = counts.map(([chain, count]) => `${chain} ${count}`).join(", ");
  const { vaultId } = vault.identity;
  const policy = externalUrl === undefined ? "none" : "four-eye";
  const facts = [
    `vault ${vault.place} (${vaultId})`,
    `store ${namesPostgres(vault.place) ? "PostgreSQL" : "SQLite"}`,
    `network ${network}`,
    `wallets ${chains === "" ? "none" : chains}`,
    `approval by ${approvalOf(settings)}`,
    `a poll every ${period / 1000} s`,
    `policy ${policy}`,
    ...(isDefaultAlone ? [] : [`API keys ${apiKeys.map((name) => `${name} ${countOf(name)}`).join(", ")}`]),
  ];
  log.info(`tatum-kms ${version} begins its work: ${facts.join("; ")}.`, {
    action: "daemon-started",
    labels: {
      vault_id: vaultId,
      network,
      wallets: usable.length,
      chains: counts.map(([chain]) => chain).join(","),
      period_seconds: period / 1000,
      policy,
      ...(!isDefaultAlone && { api_keys: apiKeys.join(",") }),
    },
  });
}

/** Tells who approves from now on, where the settings name somebody else than before. */
export function tellApproval(log: Log, values: LiveValues, before: LiveValues): void {
  const isSame = values.externalUrl?.href === before.externalUrl?.href;
  if (isSame && values.externalUrlMethod === before.externalUrlMethod) return;
  const text = `Approval by ${approvalOf(values)} from now on; what the former one approved and is not signed yet is asked about again.`;
  log.warn(text, { action: "approval-changed" });
}

/** What the daemon did since its start. */
type Totals = ReturnType<JobMetrics["totals"]>;

function tellHour(log: Log, before: Totals, now: Totals): void {
  const since = (name: keyof Totals): number => now[name] - before[name];
  const text = `In the last hour: ${since("polls")} polls answered, ${since("failedPolls")} not; ${since("done")} transactions done, ${since("failed")} failed; ${now.chains} chains are polled.`;
  log.info(text, {
    action: "daemon-heartbeat",
    labels: { polls: since("polls"), failed_polls: since("failedPolls"), done: since("done") },
  });
}

/**
 * Tells once an hour that the daemon lives, and what it did.
 * @param period milliseconds
 * @returns ends it
 */
export function keepTelling(log: Log, metrics: JobMetrics, period = HOUR): () => void {
  let before = metrics.totals();
  const timer = setInterval(() => {
    const now = metrics.totals();
    tellHour(log, before, now);
    before = now;
  }, period);
  return () => clearInterval(timer);
}
