/**
 * The daemons that share a database: each says sealed who it is and what it is there for, and gives a sign of life by the database's
 * clock. A lease names its holder's row. Nothing is decided by it: `nodes` shows it to people.
 */
import { hostname } from "node:os";
import * as v from "valibot";
import type { Network } from "../../chains/chain.ts";
import { defaultApiKey } from "../api-key-name.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { nodeNamePattern } from "../node-name.ts";
import type { Log } from "../operations/log.ts";
import {
  deleteLostNodeRows,
  deleteNodeRow,
  type NodeRow,
  readNodeRows,
  writeNodeRow,
} from "../store/tables/node.ts";
import type { Vault } from "../vault/vault.ts";
import { nameOfThisProcess } from "./holder.ts";

const PURPOSE = "node";
const SIGNS_PER_DURATION = 3;

const text = v.pipe(v.string(), v.maxLength(253));
const descriptionSchema = v.object({
  name: v.pipe(v.string(), v.regex(nodeNamePattern)),
  host: text,
  pid: v.pipe(v.number(), v.safeInteger()),
  version: text,
  network: v.picklist(["mainnet", "testnet"]),
  /** Those that it may work for. */
  chains: v.array(text),
  /** The names of the API keys that it works with. */
  apiKeys: v.optional(v.array(text), [defaultApiKey]),
  isDraining: v.boolean(),
  /** Whether it stands by in another place, and works only where no other does. */
  isStandby: v.optional(v.boolean(), false),
});

/** What a daemon says of itself. */
export type NodeDescription = v.InferOutput<typeof descriptionSchema>;

/** A daemon among those that share the database. */
export interface KnownNode extends NodeDescription, Omit<NodeRow, "sealed"> {}

/** Those whose descriptions open: rows that somebody else wrote are left out. */
export async function readNodes(vault: Vault): Promise<KnownNode[]> {
  const rows = await vault.store.read(readNodeRows);
  return rows.flatMap(({ sealed, ...row }) => {
    try {
      const opened = Buffer.from(vault.open(PURPOSE, row.nodeKey, sealed)).toString();
      return [{ ...row, ...v.parse(descriptionSchema, JSON.parse(opened)) }];
    } catch {
      return [];
    }
  });
}

/** The name of who holds a lease; `undefined` where he has told none. */
export async function nameOfHolder(vault: Vault, holder: Uint8Array): Promise<string | undefined> {
  const nodes = await readNodes(vault);
  return nodes.find(({ nodeKey }) => Buffer.compare(nodeKey, holder) === 0)?.name;
}

/** Whether a daemon lives that works for a chain by itself, for which one that stands by in another place gives the chain back. */
export async function hasOrdinaryNode(
  vault: Vault,
  network: Network,
  { chain, apiKey }: { readonly chain: string; readonly apiKey: string },
): Promise<boolean> {
  const nodes = await readNodes(vault);
  return nodes.some(
    (node) =>
      !(node.isStandby || node.isDraining || node.isSilent) &&
      node.network === network &&
      node.chains.includes(chain) &&
      node.apiKeys.includes(apiKey),
  );
}

export interface MembershipOptions {
  readonly isStandby: boolean;
  readonly name: string;
  readonly version: string;
  readonly network: Network;
  readonly chains: readonly string[];
  readonly apiKeys: readonly string[];
  /** Milliseconds without a sign of life after which the daemon counts as gone. */
  readonly duration: number;
  readonly log: Log;
}

export class NodeMembership {
  readonly #vault: Vault;
  readonly #options: MembershipOptions;
  readonly #nodeKey = nameOfThisProcess();
  readonly #left = new AbortController();
  #isDraining = false;
  #living: Promise<void> = Promise.resolve();

  private constructor(vault: Vault, options: MembershipOptions) {
    this.#vault = vault;
    this.#options = options;
  }

  /** Says to the others that this daemon is there, until it leaves. What goes wrong is logged, and keeps nobody from work. */
  static async join(vault: Vault, options: MembershipOptions): Promise<NodeMembership> {
    const membership = new NodeMembership(vault, options);
    await membership.#giveSign(deleteLostNodeRows);
    membership.#living = membership.#keepLiving();
    return membership;
  }

  /** Says that this daemon finishes what it has begun, and takes nothing new. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (!this.#left.signal.aborted) await this.#giveSign();
  }

  async leave(): Promise<void> {
    this.#left.abort();
    await this.#living;
    await this.#told((session) => deleteNodeRow(session, this.#nodeKey));
  }

  async #keepLiving(): Promise<void> {
    const { signal } = this.#left;
    while (true) {
      await pause(this.#options.duration / SIGNS_PER_DURATION, signal);
      if (signal.aborted) return;
      await this.#giveSign();
    }
  }

  async #giveSign(
    before: Parameters<Vault["store"]["transaction"]>[0] = async () => undefined,
  ): Promise<void> {
    const { name, version, network, chains, apiKeys, duration, isStandby } = this.#options;
    const host = hostname();
    const isDraining = this.#isDraining;
    const about = { name, host, pid: process.pid, version, network, chains, apiKeys };
    const description = { ...about, isDraining, isStandby };
    const nodeKey = this.#nodeKey;
    const sealed = this.#vault.seal(PURPOSE, nodeKey, Buffer.from(JSON.stringify(description)));
    await this.#told(async (session) => {
      await before(session);
      await writeNodeRow(session, { nodeKey, sealed, duration: Math.ceil(duration) });
    });
  }

  async #told(work: Parameters<Vault["store"]["transaction"]>[0]): Promise<void> {
    try {
      // Each node writes its own row: nobody who works for a chain waits for that.
      await this.#vault.store.transaction(work, this.#nodeKey);
    } catch (failure) {
      const told = `The other daemons could not be told of this one: ${describeFailure(failure)}`;
      this.#options.log.warn(told, { action: "node-failed", failure });
    }
  }
}
