/** The wallets in the vault: chains that were closed, and how many the API takes. */
import { loadChain } from "../../chains/index.ts";
import { chainOfKey, defaultApiKey } from "../api-key-name.ts";
import { MAXIMUM_SIGNATURE_IDS } from "../tatum/pending-list.ts";
import type { LastBackup } from "../vault/status.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import { type Finding, findings } from "./finding.ts";

/** Part of the limit from which it is told. */
const NEAR = 0.8;

function countByKind(wallets: readonly WalletSummary[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { chain = "?", testnet, apiKey = defaultApiKey } of wallets) {
    const kind = chainOfKey(`${chain}${testnet === true ? " (testnet)" : ""}`, apiKey);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

async function closedChains(wallets: readonly WalletSummary[]): Promise<Finding[]> {
  const { warning, ok } = findings("closed-chains");
  const tickers = [...new Set(wallets.flatMap(({ chain }) => chain ?? []))];
  const chains = await Promise.all(tickers.map(loadChain));
  const closed = chains.flatMap((chain) => {
    if (chain === undefined || chain.facts.status.kind === "live") return [];
    const { ticker, name, status } = chain.facts;
    return [
      warning(
        `${name} (${ticker}) was closed on ${status.date}.`,
        `Nothing is signed for it any more: ${status.source}`,
      ),
    ];
  });
  return closed.length > 0 ? closed : [ok("No wallet is of a chain that was closed.")];
}

function numbers(wallets: readonly WalletSummary[]): Finding {
  const { ok, warning, failure } = findings("wallet-count");
  const [kind, most] = [...countByKind(wallets)].sort(([, a], [, b]) => b - a)[0] ?? ["", 0];
  const told = `Wallets in the vault: ${wallets.length}; of one chain and API key at most ${most}${kind === "" ? "" : `, ${kind}`}.`;
  const mend = `The API takes ${MAXIMUM_SIGNATURE_IDS} for a chain and key: give some of them another key with tatum-kms wallet key.`;
  if (most > MAXIMUM_SIGNATURE_IDS) return failure(told, mend);
  return most > MAXIMUM_SIGNATURE_IDS * NEAR ? warning(told, mend) : ok(told);
}

const DAY = 86_400_000;
/** Days after which a backup is told to be old. */
const OLD = 30;

/** How old the last backup is, and whether wallets were added since: their keys are nowhere else. */
export function backupFinding(
  lastBackup: LastBackup | undefined,
  wallets: number,
  now = Date.now(),
): Finding {
  const { ok, warning } = findings("backup");
  const mend = "tatum-kms vault backup <file> makes one, also while the daemon runs.";
  if (lastBackup === undefined)
    return wallets === 0
      ? ok("There are no wallets to back up.")
      : warning("No backup was ever made of this vault.", mend);
  const days = Math.max(0, Math.floor((now - lastBackup.at) / DAY));
  const told = `The last backup was made at ${new Date(lastBackup.at).toISOString()}`;
  if (lastBackup.added > 0)
    return warning(`${told}; wallets that were added since: ${lastBackup.added}.`, mend);
  return days > OLD ? warning(`${told}, ${days} days ago.`, mend) : ok(`${told}.`);
}

export async function walletFindings(wallets: readonly WalletSummary[]): Promise<Finding[]> {
  return [numbers(wallets), ...(await closedChains(wallets))];
}
