/** The chains that a daemon has no wallets for, though somebody may wait for it to sign for them. */
import type { Network } from "../../chains/chain.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import type { DaemonSettings } from "./settings.ts";

/** How many wallets there are of each chain, in the order of the daemon's chains. */
type Counts = ReadonlyMap<string, number>;

/** How many wallets of a network there are of each chain. */
export function countByChain(wallets: readonly WalletSummary[], network: Network): Counts {
  const counts = new Map<string, number>();
  for (const { chain, testnet } of wallets) {
    if (chain === undefined || (testnet === true) !== (network === "testnet")) continue;
    counts.set(chain, (counts.get(chain) ?? 0) + 1);
  }
  return counts;
}

/** As in `3 wallets for testnet (ETH 2, BTC 1)`. */
function counted(chains: readonly string[], counts: Counts, network: Network): string {
  const number = chains.reduce((sum, chain) => sum + (counts.get(chain) ?? 0), 0);
  const listed = chains.map((chain) => `${chain} ${counts.get(chain)}`).join(", ");
  return `${number} wallet${number === 1 ? "" : "s"} for ${network} (${listed})`;
}

/**
 * What to tell at the start; `undefined` when every chain that was named, or that the vault has wallets of, is served.
 */
export function tellIdleChains(
  wallets: readonly WalletSummary[],
  { network, tickers, chainsAreNamed }: Pick<DaemonSettings, "network" | "tickers" | "chainsAreNamed">,
): string | undefined {
  const otherNetwork: Network = network === "mainnet" ? "testnet" : "mainnet";
  const served = countByChain(wallets, network);
  const others = countByChain(wallets, otherNetwork);
  const idle = tickers.filter((ticker) => !served.has(ticker));
  const isAllIdle = idle.length === tickers.length;
  const elsewhere = idle.filter((ticker) => others.has(ticker));
  const leftOut = [...served.keys()].filter((chain) => !tickers.includes(chain));

  const told: string[] = [];
  const tell = (what: string): void => void told.push(`${told.length === 0 ? "The vault" : "It"} ${what}`);
  if (isAllIdle || (chainsAreNamed && idle.length > 0)) {
    const chains = chainsAreNamed ? ` of ${idle.join(", ")}` : "";
    tell(`holds no ${network} wallets${chains}; waiting for some.`);
  }
  if (elsewhere.length > 0) {
    const advice = otherNetwork === "testnet" ? "add --testnet" : "leave --testnet out";
    tell(`holds ${counted(elsewhere, others, otherNetwork)}: ${advice} to have them served.`);
  }
  if (isAllIdle && leftOut.length > 0) {
    tell(`holds ${counted(leftOut, served, network)}: --chain leaves them out.`);
  }
  return told.length === 0 ? undefined : told.join(" ");
}
