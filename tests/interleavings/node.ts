/** A daemon as the explorer sees it: the real lease, journal, rounds and pipeline, of which every step that others can notice waits for its turn. */
import { createHash } from "node:crypto";
import type { Chain } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { ChainRounds } from "../../src/daemon/round.ts";
import { HttpClient, type Place } from "../../src/http/client.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../src/http/message.ts";
import { Journal } from "../../src/journal/journal.ts";
import { Lease } from "../../src/lease/lease.ts";
import { createLog, Troubles } from "../../src/operations/log.ts";
import { JobMetrics } from "../../src/operations/metrics.ts";
import { Pipeline } from "../../src/signing/pipeline.ts";
import { FourEyeCheck } from "../../src/signing/policy/four-eye.ts";
import { ParkedReminder } from "../../src/signing/reminders.ts";
import type { Services } from "../../src/signing/services.ts";
import { Sightings } from "../../src/signing/sightings.ts";
import { WalletKeys } from "../../src/signing/wallet-keys.ts";
import { readLeaseRow } from "../../src/store/tables/lease.ts";
import { TatumApi } from "../../src/tatum/api.ts";
import { TatumConnection } from "../../src/tatum/connection.ts";
import { NodeCalls } from "../../src/tatum/node.ts";
import { PendingList } from "../../src/tatum/pending-list.ts";
import type { RootKey } from "../../src/vault/root-key.ts";
import { Vault } from "../../src/vault/vault.ts";
import { noTokens } from "../providers/pkcs11/no-tokens.ts";
import type { SharedDatabase } from "./shared-database.ts";
import type { World } from "./world.ts";

export const scope = { chain: "ETH", network: "mainnet" } as const;
export const WALLET = "11111111-0000-4000-8000-000000000001";
/** Of the journal, in milliseconds since 1970: no time passes, and everything is due. */
export const NOW = 1_700_000_000_000;
const ethereum = (await loadChain("ETH")) as Chain;
const apiUrl = new URL("http://127.0.0.1:1");

/** Rounds of a turn at most; what is not finished then is left to the next one. */
const ROUNDS = 2;

/** What a step does: look at the store or change it, ask the world, tell it that a payment is done or failed, hand bytes over. */
export type OperationKind = "read" | "write" | "ask" | "tell" | "broadcast";

/** A step of a node that others can notice, or that notices others. */
export interface Operation {
  readonly name: string;
  readonly kind: OperationKind;
  /** Carries it out; what it gives tells the node. */
  run(): Promise<() => void>;
  /** Ends a request without an answer; it may have arrived. */
  lose(hasArrived: boolean): Promise<void>;
}

/** Resolves when everything has run that waits for nothing of the world. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((done) => setImmediate(done));
}

/** What was seen by chance is seen again whenever that is asked: time enough has always passed. */
class PatientSightings extends Sightings {
  override isSeenAgain(): boolean {
    return true;
  }
}

class SimulatedHttp extends HttpClient {
  readonly #ask: (request: HttpRequest) => Promise<HttpAnswer>;

  constructor(ask: (request: HttpRequest) => Promise<HttpAnswer>) {
    super([apiUrl]);
    this.#ask = ask;
  }

  override async reserve(): Promise<Place> {
    return { send: this.#ask, release: () => undefined };
  }
}

export interface NodeOptions {
  readonly database: SharedDatabase;
  readonly world: World;
  readonly rootKey: () => RootKey;
  /** Taken out to see what it holds up. */
  readonly isFenced: boolean;
  /** Whether looks and questions are steps of their own; else each follows at once upon what the node did before. */
  readonly stepsReads: boolean;
  /** What the database holds, as far as a node may tell. */
  readonly content: () => Promise<string>;
}

/** One turn of a daemon, from the lease to its end. */
export class Node {
  readonly name: string;
  readonly pending: Operation[] = [];
  readonly #options: NodeOptions;
  #history = "";
  #lease: Lease | undefined;
  #epoch = 0;
  #isDead = false;
  #isOver = false;

  constructor(name: string, options: NodeOptions) {
    this.name = name;
    this.#options = options;
  }

  /** The node's own state: all that it was told. */
  get key(): string {
    return `${this.#history} ${this.pending.map(({ name }) => name).join()}`;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes the lease in one step, whoever had it, and works until its next step waits. */
  async begin(): Promise<void> {
    const { database, rootKey } = this.#options;
    let isSetUp = false;
    const store = database.store((kind, work) => (isSetUp ? this.#wait({ name: kind, kind }, work) : work()));
    const vault = await Vault.load(store, rootKey());
    const journal = new Journal(vault, scope, { now: () => NOW, period: 1 });
    const log = createLog({ write: () => undefined });
    const seen = await store.read((session) => readLeaseRow(session, journal.leaseKey));
    const subject = { store, leaseKey: journal.leaseKey, chain: scope.chain, log };
    this.#lease = await Lease.take(subject, seen, 3_600_000);
    if (this.#lease === undefined) throw new Error("The lease was not free.");
    this.#epoch = (seen?.epoch ?? 0) + 1;
    isSetUp = true;
    void this.#work(vault, this.#options.isFenced ? journal.under(this.#lease) : journal);
  }

  async #work(vault: Vault, journal: Journal): Promise<void> {
    const services = this.#services(vault, journal);
    const rounds = new ChainRounds(() => false);
    const list = new PendingList(scope.chain);
    const pipeline = new Pipeline(ethereum, services);
    try {
      for (let round = 0; round < ROUNDS && this.#lease?.lost.aborted !== true; round += 1) {
        const one = { pipeline, list, signatureIds: [WALLET], onLatestVersion: () => undefined };
        const { isFinished } = await (await rounds.begin(one)).ended;
        if (isFinished) break;
      }
    } catch {
      // The lease is lost, or the journal refused: a daemon ends its turn.
    }
    await this.#lease?.release();
    this.#isOver = true;
  }

  #services(vault: Vault, journal: Journal): Services {
    const http = new SimulatedHttp((request) => this.#request(request));
    const retries = { retries: 0, delay: 0, maximumDelay: 0 };
    const connection = new TatumConnection({ baseUrl: apiUrl, apiKey: "key", http, timeout: 1, retries });
    const log = createLog({ write: () => undefined });
    const url = new URL("/four-eye", apiUrl);
    return {
      vault,
      keys: new WalletKeys(vault),
      journal,
      tokens: noTokens,
      api: new TatumApi(connection),
      nodes: new NodeCalls(connection),
      http,
      policies: [new FourEyeCheck({ url, method: "GET", http, timeout: 1 })],
      log,
      metrics: new JobMetrics(),
      troubles: new Troubles(log),
      parkedReminder: new ParkedReminder(log),
      sightings: new PatientSightings(),
      network: scope.network,
      setting: () => undefined,
      timeout: 1,
      retryDelay: 0,
      runOnce: true,
      stopping: new AbortController().signal,
    };
  }

  #request(request: HttpRequest): Promise<HttpAnswer> {
    const { method, url } = request;
    const name = `${method} ${url.pathname}`;
    const isTold = method === "PUT" || url.pathname === "/v3/tatum/kms/batch";
    const kind = url.pathname.endsWith("/broadcast") ? "broadcast" : isTold ? "tell" : "ask";
    return this.#wait({ name, kind }, () => this.#options.world.answer(request));
  }

  /** Carries out the looks and questions that are no steps of their own. */
  async settle(): Promise<void> {
    if (this.#options.stepsReads) return;
    const look = this.pending.find(({ kind }) => kind === "read" || kind === "ask");
    if (look === undefined) return;
    (await look.run())();
    await settled();
    await this.settle();
  }

  /** Has a step wait until it is let through; a dead node never hears of its end. */
  #wait<Result>(what: Pick<Operation, "name" | "kind">, work: () => Promise<Result>): Promise<Result> {
    if (this.#isDead) return new Promise(() => undefined);
    return new Promise<Result>((resolve, reject) => {
      const operation: Operation = {
        ...what,
        run: async () => {
          this.#end(operation);
          const isOfStore = what.kind === "read" || what.kind === "write";
          const before = isOfStore ? await this.#options.content() : "";
          try {
            const result = await work();
            this.#note(what.name, isOfStore ? before : (result as HttpAnswer).body);
            return () => resolve(result);
          } catch (failure) {
            this.#note(what.name, `${before} ${failure}`);
            return () => reject(failure);
          }
        },
        lose: async (hasArrived) => {
          this.#end(operation);
          if (hasArrived) await work();
          this.#note(what.name, "lost");
          reject(new HttpFailure("timeout", "no answer"));
        },
      };
      this.pending.push(operation);
    });
  }

  #end(operation: Operation): void {
    this.pending.splice(this.pending.indexOf(operation), 1);
  }

  #note(name: string, told: string): void {
    this.#history = createHash("sha256")
      .update(JSON.stringify([this.#history, name, told]))
      .digest("base64");
  }

  /** Dies where it stands. */
  die(): void {
    this.#isDead = true;
    this.pending.length = 0;
  }

  /** Ends its timers. */
  dispose(): void {
    this.die();
    void this.#lease?.release();
  }
}
