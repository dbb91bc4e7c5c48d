/**
 * Who does what since when: the daemons of a vault, with the leases that they hold. Beside a database they tell of themselves in its
 * tables, beside a file over their sockets.
 */
import type { Network } from "../../chains/chain.ts";
import { tickers } from "../../chains/index.ts";
import { chainOfKey, defaultApiKey } from "../api-key-name.ts";
import { keyLeaseKeyOf } from "../journal/records.ts";
import { isSurelyDead } from "../lease/holder.ts";
import { type KnownNode, readNodes } from "../lease/node.ts";
import { namesPostgres } from "../store/postgres/address.ts";
import { type KeyedLeaseRow, readKeyedLeaseRows } from "../store/tables/lease.ts";
import type { Vault } from "../vault/vault.ts";
import type { DaemonStatus } from "./status.ts";
import { askDaemons } from "./status-socket.ts";

/** A chain that a daemon works for. */
export interface HeldLease {
  readonly network: Network;
  readonly chain: string;
  /** The name of the API key; absent for the default one. */
  readonly apiKey?: string;
  /** The fencing epoch. */
  readonly epoch: number;
  /** When it was taken. */
  readonly since: string;
  /** Absent beside a file, where renewals are counted and have no time. */
  readonly lastRenewal?: string;
}

export interface ShownNode {
  /** Absent for who holds a lease and tells nothing of itself. */
  readonly node?: string;
  readonly host?: string;
  readonly pid?: number;
  readonly version?: string;
  readonly network?: Network;
  /**
   * `silent` is who gave no sign of life for the duration of a lease, or is a process of this machine that has ended; `unknown` who holds
   * a lease beside a file and does not answer: its signs of life are counted there, and have no time.
   */
  readonly state: "active" | "standby" | "draining" | "silent" | "unknown";
  readonly since?: string;
  /** Its last sign of life. */
  readonly lastRenewal?: string;
  readonly leases: readonly HeldLease[];
  /** The chains that it would work for, and that others hold the lease of. */
  readonly standsBy: readonly string[];
}

/** A held lease, and by whom. */
interface Holding extends HeldLease {
  readonly holder: Uint8Array;
  /** `null` where no clock tells it: beside a file. */
  readonly hasEnded: boolean | null;
}

const iso = (time: number): string => new Date(time).toISOString();

/** A lease row as it is shown; one of a chain or key that nobody here knows of is left out. */
function holdingOf(
  vault: Vault,
  { leaseKey, holder, ...row }: KeyedLeaseRow,
  apiKeys: readonly string[],
): Holding[] {
  if (holder === null) return [];
  const { epoch, takenAt, renewedAt, hasEnded } = row;
  const lastRenewal = renewedAt == null ? {} : { lastRenewal: iso(renewedAt) };
  for (const network of ["mainnet", "testnet"] as const) {
    for (const chain of tickers) {
      const apiKey = apiKeys.find((name) =>
        Buffer.from(keyLeaseKeyOf(vault, { network, chain }, name)).equals(leaseKey),
      );
      if (apiKey === undefined) continue;
      const work = { network, chain, ...(apiKey !== defaultApiKey && { apiKey }) };
      return [
        {
          ...{ ...work, epoch, since: iso(takenAt), ...lastRenewal },
          ...{ holder, hasEnded: hasEnded ?? null },
        },
      ];
    }
  }
  return [];
}

/** What a lease is of, for comparing. */
function workOf({
  network,
  chain,
  apiKey = defaultApiKey,
}: {
  readonly network: Network;
  readonly chain: string;
  readonly apiKey?: string | undefined;
}): string {
  return `${network} ${chainOfKey(chain, apiKey)}`;
}

const shownLease = ({ holder: _, hasEnded: __, ...lease }: Holding): HeldLease => lease;

/** Those of its chains that others hold, with the API key where that is not the default one. */
function standsBy(
  { network, chains, apiKeys }: Pick<KnownNode, "network" | "chains" | "apiKeys">,
  others: readonly Holding[],
): string[] {
  const held = new Set(others.map(workOf));
  return chains.flatMap((chain) =>
    apiKeys
      .filter((apiKey) => held.has(workOf({ network, chain, apiKey })))
      .map((apiKey) => chainOfKey(chain, apiKey)),
  );
}

function shownNode(node: KnownNode, holdings: readonly Holding[]): ShownNode {
  const { name, host, pid, version, network, since, renewedAt, nodeKey, isDraining, isSilent } = node;
  const isOwn = ({ holder }: Holding): boolean => Buffer.compare(holder, nodeKey) === 0;
  const own = holdings.filter(isOwn);
  const working = own.length > 0 ? "active" : "standby";
  return {
    ...{ node: name, host, pid, version, network },
    state: isSilent || isSurelyDead(nodeKey) ? "silent" : isDraining ? "draining" : working,
    since: iso(since),
    lastRenewal: iso(renewedAt),
    leases: own.map(shownLease),
    standsBy: standsBy(
      node,
      holdings.filter((held) => !isOwn(held)),
    ),
  };
}

/** @param held the leases of one holder */
function stateOfUnknown(held: readonly Holding[]): ShownNode["state"] {
  const hasGone = held.every(({ hasEnded }) => hasEnded === true);
  if (hasGone || held.some(({ holder }) => isSurelyDead(holder))) return "silent";
  return held.some(({ hasEnded }) => hasEnded === null) ? "unknown" : "active";
}

/** Who holds leases and has told nothing of itself. */
function unknownHolders(holdings: readonly Holding[]): ShownNode[] {
  const byHolder = Map.groupBy(holdings, ({ holder }) => Buffer.from(holder).toString("hex"));
  return [...byHolder.values()].map((held) => ({
    state: stateOfUnknown(held),
    leases: held.map(shownLease),
    standsBy: [],
  }));
}

/** Beside a file, a daemon that answers tells which leases it holds. */
function shownDaemon(daemon: DaemonStatus, holdings: readonly Holding[]): ShownNode {
  const { node, host, pid, version, network, startedAt, draining, chains, at } = daemon;
  const held = new Set(
    chains.filter(({ lease }) => lease === "held").map((one) => workOf({ network, ...one })),
  );
  const own = holdings.filter((holding) => held.has(workOf(holding)));
  const awaited = new Set(
    chains.filter(({ lease }) => lease !== "held").map((one) => workOf({ network, ...one })),
  );
  const others = holdings.filter((holding) => awaited.has(workOf(holding)));
  return {
    ...(node !== undefined && { node }),
    ...(host !== undefined && { host }),
    ...{ pid, version, network },
    state: draining === true ? "draining" : own.length > 0 ? "active" : "standby",
    since: startedAt,
    lastRenewal: at,
    leases: own.map(shownLease),
    standsBy: others.map(({ chain, apiKey = defaultApiKey }) => chainOfKey(chain, apiKey)),
  };
}

/**
 * The daemons of a vault, those that are known best first.
 * @throws KmsError `STORE_UNAVAILABLE`, `VAULT_CORRUPT`
 */
export async function listNodes(vault: Vault): Promise<ShownNode[]> {
  const rows = await vault.store.read(readKeyedLeaseRows);
  const holdingsOf = (named: readonly string[]): Holding[] =>
    rows.flatMap((row) => holdingOf(vault, row, [...new Set([defaultApiKey, ...named])]));
  if (!namesPostgres(vault.place)) {
    const { daemons } = await askDaemons(vault.place);
    const holdings = holdingsOf(
      daemons.flatMap(({ chains }) => chains.flatMap(({ apiKey }) => apiKey ?? [])),
    );
    const shown = daemons.map((daemon) => shownDaemon(daemon, holdings));
    const told = new Set(shown.flatMap(({ leases }) => leases.map(workOf)));
    return [...shown, ...unknownHolders(holdings.filter((holding) => !told.has(workOf(holding))))];
  }
  const nodes = await readNodes(vault);
  const holdings = holdingsOf(nodes.flatMap(({ apiKeys }) => apiKeys));
  const isKnown = ({ holder }: Holding): boolean =>
    nodes.some(({ nodeKey }) => Buffer.compare(nodeKey, holder) === 0);
  return [
    ...nodes.map((node) => shownNode(node, holdings)),
    ...unknownHolders(holdings.filter((held) => !isKnown(held))),
  ];
}
