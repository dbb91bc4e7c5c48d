/**
 * The daemons that share a database: each says sealed who it is and what it is there for, and gives a sign of life by the database's
 * clock. A lease names its holder's row. No lease is decided by it: `nodes` shows it to people, and the limits of the API are shared by it.
 */
import { hostname } from "node:os";
import * as v from "valibot";
import type { Network } from "../../chains/chain.ts";
import { defaultApiKey } from "../api-key-name.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { nodeNamePattern } from "../node-name.ts";
import type { Log } from "../operations/log.ts";
import type { Session } from "../store/store.ts";
import {
  deleteLostNodeRows,
  deleteNodeRow,
  type NodeRow,
  readDatabaseTime,
  readNodeRows,
  writeNodeRow,
} from "../store/tables/node.ts";
import type { Vault } from "../vault/vault.ts";
import { nameOfThisProcess } from "./holder.ts";
import { MOST_TOLD, type Plan, type SharedLimit, toldLimitSchema } from "./shared-limit.ts";

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
  /** What it sends the API, by API key. */
  limits: v.optional(v.array(toldLimitSchema), []),
});

/** What a daemon says of itself. */
export type NodeDescription = v.InferOutput<typeof descriptionSchema>;

/** A daemon among those that share the database. */
export interface KnownNode extends NodeDescription, Omit<NodeRow, "sealed"> {}

/** Those whose descriptions open: rows that somebody else wrote are left out. */
export async function readNodes(vault: Vault): Promise<KnownNode[]> {
  return opened(vault, await vault.store.read(readNodeRows));
}

function opened(vault: Vault, rows: readonly NodeRow[]): KnownNode[] {
  return rows.flatMap(({ sealed, ...row }) => {
    try {
      const text = Buffer.from(vault.open(PURPOSE, row.nodeKey, sealed)).toString();
      return [{ ...row, ...v.parse(descriptionSchema, JSON.parse(text)) }];
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
  /** Those of the API keys that it works with, of which it takes a part. */
  readonly limits?: readonly SharedLimit[];
  /** Names the daemon, 16 bytes: as this process without it. */
  readonly nodeKey?: Uint8Array;
  readonly log: Log;
}

export class NodeMembership {
  readonly #vault: Vault;
  readonly #options: MembershipOptions;
  readonly #nodeKey: Uint8Array;
  readonly #left = new AbortController();
  #isDraining = false;
  #living: Promise<void> = Promise.resolve();

  private constructor(vault: Vault, options: MembershipOptions) {
    this.#vault = vault;
    this.#options = options;
    this.#nodeKey = options.nodeKey ?? nameOfThisProcess();
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
    const nodeKey = this.#nodeKey;
    const duration = Math.ceil(this.#options.duration);
    let plans: readonly Plan[] = [];
    const isTold = await this.#told(async (session) => {
      await before(session);
      plans = await this.#planLimits(session);
      const description = JSON.stringify({ ...this.#description(), limits: plans.map(({ told }) => told) });
      const sealed = this.#vault.seal(PURPOSE, nodeKey, Buffer.from(description));
      await writeNodeRow(session, { nodeKey, sealed, duration });
    });
    if (isTold) for (const { follow } of plans) follow();
  }

  #description(): NodeDescription {
    const { name, version, network, chains, apiKeys, isStandby } = this.#options;
    const about = { name, host: hostname(), pid: process.pid, version, network };
    return {
      ...about,
      chains: [...chains],
      apiKeys: [...apiKeys],
      isDraining: this.#isDraining,
      isStandby,
      limits: [],
    };
  }

  /** The parts of the API's limits that are this daemon's, by what those who live said last. */
  async #planLimits(session: Session): Promise<Plan[]> {
    const limits = this.#options.limits?.slice(0, MOST_TOLD) ?? [];
    if (limits.length === 0) return [];
    const now = await readDatabaseTime(session);
    const others = opened(this.#vault, await readNodeRows(session)).filter(
      ({ nodeKey, isSilent }) => !isSilent && Buffer.compare(nodeKey, this.#nodeKey) !== 0,
    );
    return limits.map((limit) =>
      limit.plan(
        others.flatMap((other) => other.limits.filter(({ key }) => key === limit.key)),
        now,
      ),
    );
  }

  /** Whether it was committed. */
  async #told(work: Parameters<Vault["store"]["transaction"]>[0]): Promise<boolean> {
    try {
      // Each node writes its own row: nobody who works for a chain waits for that.
      await this.#vault.store.transaction(work, this.#nodeKey);
      return true;
    } catch (failure) {
      const told = `The other daemons could not be told of this one: ${describeFailure(failure)}`;
      this.#options.log.warn(told, { action: "node-failed", failure });
      return false;
    }
  }
}
