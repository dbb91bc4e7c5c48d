/**
 * One way through the states of several nodes at one store, from the beginning or from where it was left while no node worked: what
 * can happen next, what happened, and what is wrong with it.
 */
import { randomBytes } from "node:crypto";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { type Job, jobStates } from "../../src/journal/job.ts";
import { Journal } from "../../src/journal/journal.ts";
import { readLeaseRow } from "../../src/store/tables/lease.ts";
import { RootKey } from "../../src/vault/root-key.ts";
import { writeVault } from "../../src/vault/sealed-vault.ts";
import { Vault } from "../../src/vault/vault.ts";
import { NOW, Node, type Operation, scope, settled, WALLET } from "./node.ts";
import { SharedDatabase } from "./shared-database.ts";
import { type ListedPayment, World } from "./world.ts";

export interface Scope {
  readonly nodes: number;
  readonly payments: number;
  readonly crashes: number;
  /** How often a node is taken for dead that only stands still. */
  readonly takeovers: number;
  /** How often a payment is cancelled before whoever took over from a node that stands still has asked for anything. */
  readonly cancellations?: number;
  /** How often the answer to a broadcast is lost. */
  readonly losses: number;
  /** Turns of all nodes together at most. */
  readonly turns: number;
  /** Whether looks and questions are steps of their own, between which others may act. */
  readonly stepsReads?: boolean;
  /** Taken out to see what the fence holds up. */
  readonly isFenced?: boolean;
  /** Set to have a commit reported before it is durable. */
  readonly commitsLate?: boolean;
}

const PRIVATE_KEY = "0xec51339ad545d6159e87dc0315e2d0973c7a5a239b78b4c2fed77f7c1b4b38f6";
const VAULT_ID = new Uint8Array(16).fill(7);

/** Entries of the API's list that name all but their nonce. */
function paymentsOf(count: number): ListedPayment[] {
  return Array.from({ length: count }, (_, number) => ({
    id: (number + 1).toString(16).padStart(24, "0"),
    chain: scope.chain,
    hashes: [WALLET],
    serializedTransaction: stringifyExactJson({
      chainId: 1,
      to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
      value: String(1000 + number),
      gas: "21000",
      gasPrice: "20000000000",
    }),
  }));
}

/** A vault with one wallet, as a database, and the key to it. */
async function makeTemplate() {
  const key = randomBytes(32);
  const rootKey = () => new RootKey(Uint8Array.from(key), VAULT_ID);
  const database = new SharedDatabase();
  const slot = {
    slotId: 1,
    kind: "password",
    parameters: "{}",
    commitment: new Uint8Array(32),
    wrappedKey: new Uint8Array(61),
    checksum: new Uint8Array(32),
  };
  await writeVault(database.place, rootKey(), slot);
  const vault = await Vault.load(database.store(), rootKey());
  await vault.add([[WALLET, { privateKey: PRIVATE_KEY, chain: "ETH", testnet: false }]]);
  return { content: database.content(), rootKey, leaseKey: new Journal(vault, scope).leaseKey };
}
const template = await makeTemplate();

export interface Action {
  readonly name: string;
  perform(): Promise<void>;
}

/** Whoever takes over has asked nothing yet when it is called. */
interface Takeover extends Action {
  perform(beforeItAsks?: () => void): Promise<void>;
}

/** How often something has happened on a way. */
interface Counts {
  readonly crashes: number;
  readonly takeovers: number;
  readonly losses: number;
  readonly cancellations: number;
  readonly turns: number;
}

/** Where a way stands while no node works: all that what follows depends on. */
export interface Snapshot {
  readonly trace: readonly string[];
  readonly content: Uint8Array;
  readonly world: World;
  readonly counts: Counts;
}

const nothingYet = ({ payments }: Scope): Snapshot => ({
  trace: [],
  content: template.content,
  world: new World(paymentsOf(payments)),
  counts: { crashes: 0, takeovers: 0, losses: 0, cancellations: 0, turns: 0 },
});

/** One way through the states. */
export class Way {
  readonly trace: string[];
  readonly world: World;
  readonly #scope: Scope;
  readonly #database: SharedDatabase;
  /** Those that work, or still do as if they had the lease; none at the others. */
  readonly #nodes: (Node | undefined)[];
  #crashes: number;
  #takeovers: number;
  #losses: number;
  #cancellations: number;
  #turns: number;
  /** Contents of the database by the steps that led to them, shared by all ways: most of a way was gone before. */
  readonly #contents: Map<string, string>;

  /** @param from where another way was left; the beginning without it */
  constructor(explored: Scope, contents: Map<string, string>, from: Snapshot = nothingYet(explored)) {
    const { commitsLate = false } = explored;
    const { content, counts, trace, world } = from;
    this.#contents = contents;
    this.#scope = explored;
    this.#database = new SharedDatabase({ content, commitsLate });
    this.#nodes = Array.from({ length: explored.nodes }, () => undefined);
    this.trace = [...trace];
    this.world = world.copy();
    this.#crashes = counts.crashes;
    this.#takeovers = counts.takeovers;
    this.#losses = counts.losses;
    this.#cancellations = counts.cancellations;
    this.#turns = counts.turns;
  }

  /** Whether no node works, so that others may go on from {@link snapshot}. */
  get isQuiet(): boolean {
    return this.#nodes.every((node) => node === undefined);
  }

  snapshot(): Snapshot {
    const counts = {
      ...{ crashes: this.#crashes, takeovers: this.#takeovers, losses: this.#losses },
      ...{ cancellations: this.#cancellations, turns: this.#turns },
    };
    return { trace: [...this.trace], content: this.#database.content(), world: this.world.copy(), counts };
  }

  dispose(): void {
    for (const node of this.#nodes) node?.dispose();
    this.#database.close();
  }

  /** What the database holds, opened: what was sealed anew is the same. */
  async #read(): Promise<string> {
    const steps = Bun.hash(this.trace.join("\n")).toString(36) + this.#database.version;
    const known = this.#contents.get(steps);
    if (known !== undefined) return known;
    // A look of its own each time: this is nobody who would notice that the store was turned back.
    const vault = await Vault.load(this.#database.store(), template.rootKey());
    const journal = new Journal(vault, scope, { now: () => NOW });
    const jobs = await journal.list(...jobStates);
    const accounts = new Set(
      jobs.flatMap(({ signed, account }) => signed?.sequence?.account ?? account ?? []),
    );
    const lanes = [];
    for (const account of accounts) lanes.push((await journal.usedSequences(account)).serialize());
    const shown = jobs.map(({ attempts: _, attemptAt: __, ...job }: Job) => job);
    const text = JSON.stringify([shown, lanes], (_, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    this.#contents.set(steps, text);
    return text;
  }

  async #leaseHolder(): Promise<Node | undefined> {
    const row = await this.#database.store().read((session) => readLeaseRow(session, template.leaseKey));
    return row?.holder == null ? undefined : this.#nodes.find((node) => node?.epoch === row.epoch);
  }

  /** Equal for states from which the same follows; nodes may change their names. */
  async key(): Promise<string> {
    const holder = await this.#leaseHolder();
    const nodes = this.#nodes.map((node) => (node === undefined ? "" : `${node === holder} ${node.key}`));
    const left = [this.#crashes, this.#takeovers, this.#losses, this.#cancellations, this.#turns];
    return JSON.stringify([nodes.sort(), left, await this.#read(), this.world.key]);
  }

  /** What can happen next. */
  async actions(): Promise<Action[]> {
    const working = this.#nodes.filter((node) => node !== undefined);
    const inVain = await this.#changeInVain(working);
    if (inVain !== undefined) return [inVain];
    const actions = working.flatMap((node) =>
      node.pending.flatMap((operation) => this.#stepsOf(node, operation)),
    );
    const crashing = this.#crashes < this.#scope.crashes ? working : [];
    actions.push(...crashing.map((node) => this.#crash(node)));
    const takeover = await this.#takeover();
    if (takeover === undefined) return actions;
    return [...(await this.#cancellationsAt(takeover)), ...actions, takeover];
  }

  /**
   * A change that the fence refuses, of a node that has nothing else to do. Nobody notices it, and nothing that others do makes it
   * another one: whether it comes before their steps or after them, or the node crashes instead, the same follows.
   */
  async #changeInVain(working: readonly Node[]): Promise<Action | undefined> {
    const { isFenced = true, commitsLate = false } = this.#scope;
    if (!isFenced || commitsLate || working.length < 2) return undefined;
    const holder = await this.#leaseHolder();
    const changesOnly = ({ pending }: Node): boolean =>
      pending.length > 0 && pending.every(({ kind }) => kind === "write");
    const node = working.find((one) => one !== holder && changesOnly(one));
    const [operation] = node?.pending ?? [];
    return node && operation && this.#step(node, operation);
  }

  #step(node: Node, operation: Operation): Action {
    return {
      name: `${node.name}: ${operation.name}`,
      perform: async () => {
        const tell = await operation.run();
        tell();
        await this.#settled();
      },
    };
  }

  #stepsOf(node: Node, operation: Operation): Action[] {
    const { name, kind } = operation;
    const steps: Action[] = [this.#step(node, operation)];
    const changes = kind === "write" || kind === "broadcast";
    if (changes && this.#crashes < this.#scope.crashes) {
      steps.push({
        name: `${node.name}: ${name}, and it crashes before it hears of it`,
        perform: async () => {
          await operation.run();
          await this.#crash(node).perform();
        },
      });
    }
    if (kind === "broadcast" && this.#losses < this.#scope.losses) {
      steps.push({
        name: `${node.name}: ${name}, whose answer is lost`,
        perform: async () => {
          this.#losses += 1;
          await operation.lose(true);
          await this.#settled();
        },
      });
      steps.push({
        name: `${node.name}: ${name}, which never arrives`,
        perform: async () => {
          this.#losses += 1;
          await operation.lose(false);
          await this.#settled();
        },
      });
    }
    return steps;
  }

  #crash(node: Node): Action {
    return {
      name: `${node.name} crashes`,
      perform: async () => {
        this.#crashes += 1;
        node.dispose();
        this.#nodes[this.#nodes.indexOf(node)] = undefined;
        this.#database.cutPower();
        await this.#settled();
      },
    };
  }

  /** One of the nodes that do nothing takes the lease: freely when nobody has it, else the holder is taken for dead. */
  async #takeover(): Promise<Takeover | undefined> {
    const idle = this.#nodes.indexOf(undefined);
    if (idle < 0 || this.#turns >= this.#scope.turns || this.world.isFinished) return undefined;
    const holder = await this.#leaseHolder();
    if (holder !== undefined && this.#takeovers >= this.#scope.takeovers) return undefined;
    const name = "ABCDEFG".charAt(idle);
    return {
      name:
        holder === undefined
          ? `${name} takes the lease`
          : `${name} takes the lease from ${holder.name}, which stands still`,
      perform: async (beforeItAsks = () => undefined) => {
        this.#turns += 1;
        if (holder !== undefined) this.#takeovers += 1;
        const { isFenced = true, stepsReads = false } = this.#scope;
        const node = new Node(name, {
          database: this.#database,
          world: this.world,
          rootKey: template.rootKey,
          isFenced,
          stepsReads,
          content: () => this.#read(),
        });
        this.#nodes[idle] = node;
        await node.begin();
        beforeItAsks();
        await this.#settled();
      },
    };
  }

  /** The same step, after which a payment is cancelled of which nothing is recorded. */
  async #cancellationsAt(takeover: Takeover): Promise<Action[]> {
    const { cancellations = 0 } = this.#scope;
    const isFromAnother = (await this.#leaseHolder()) !== undefined;
    if (!isFromAnother || this.#cancellations >= cancellations) return [];
    const [jobs] = JSON.parse(await this.#read()) as [readonly Job[]];
    const signed = new Set(jobs.flatMap(({ id, signed }) => (signed === undefined ? [] : [id])));
    const unsigned = this.world.listedIds.filter((id) => !signed.has(id));
    return unsigned.map((id) => ({
      name: `${takeover.name}; ${id} is cancelled`,
      perform: () => {
        this.#cancellations += 1;
        return takeover.perform(() => this.world.cancel(id));
      },
    }));
  }

  async #settled(): Promise<void> {
    await settled();
    for (const node of this.#nodes) await node?.settle();
    for (const [at, node] of this.#nodes.entries()) {
      if (node?.isOver !== true) continue;
      node.dispose();
      this.#nodes[at] = undefined;
    }
  }

  async perform(action: Action): Promise<void> {
    this.trace.push(action.name);
    await action.perform();
  }

  /** What is wrong here. */
  violation(isEnd: boolean): string | undefined {
    const [found] = this.world.violations;
    if (found !== undefined || !isEnd) return found;
    const isCutShort = this.#turns >= this.#scope.turns;
    return this.world.isFinished || isCutShort
      ? undefined
      : "a payment is lost: nothing goes on, and it is not done";
  }
}
