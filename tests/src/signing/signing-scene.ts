/** Everything one pending transaction passes through, on a vault of its own: only API and four-eye server are stand-ins. */
import { spyOn } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import type { Chain } from "../../../chains/chain.ts";
import { stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { loadChain } from "../../../chains/index.ts";
import { HttpClient } from "../../../src/http/client.ts";
import type { Job, Outcome } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { restoreVault } from "../../../src/journal/restore.ts";
import { backUpWhole } from "../../../src/journal/whole-vault.ts";
import { createLog, Troubles } from "../../../src/operations/log.ts";
import { JobMetrics } from "../../../src/operations/metrics.ts";
import { ErrorReports } from "../../../src/signing/error-reports.ts";
import { Pipeline } from "../../../src/signing/pipeline.ts";
import { FourEyeCheck } from "../../../src/signing/policy/four-eye.ts";
import { ParkedReminder } from "../../../src/signing/reminders.ts";
import type { Services } from "../../../src/signing/services.ts";
import { Sightings } from "../../../src/signing/sightings.ts";
import { WalletKeys } from "../../../src/signing/wallet-keys.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import { TatumApi } from "../../../src/tatum/api.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import { NodeCalls } from "../../../src/tatum/node.ts";
import { type ListedTransaction, readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { StandInApi } from "../../e2e/stand-in-api.ts";
import { noTokens } from "../../providers/pkcs11/no-tokens.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

export const WALLET = "11111111-0000-4000-8000-000000000001";
const PRIVATE_KEY = "0xec51339ad545d6159e87dc0315e2d0973c7a5a239b78b4c2fed77f7c1b4b38f6";

export const ethereum = (await loadChain("ETH")) as Chain;

export const PERIOD = 1_000_000;

/** An entry of the API's list. It names all it needs but, where told, its nonce. */
export function payment(number: number, changes: Readonly<Record<string, unknown>> = {}): ListedTransaction {
  const transaction = {
    chainId: 1,
    to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
    value: "1000",
    gas: "21000",
    gasPrice: "20000000000",
    nonce: number,
    ...changes,
  };
  const entry = {
    id: number.toString(16).padStart(24, "0"),
    chain: "ETH",
    hashes: [WALLET],
    serializedTransaction: stringifyExactJson(transaction as never),
  };
  return readPendingTransaction(entry, "ETH") as ListedTransaction;
}

export class SigningScene {
  readonly api = new StandInApi();
  readonly journal: Journal;
  readonly services: Services;
  readonly reports = new ErrorReports();
  readonly log: string[] = [];
  readonly stopping = new AbortController();
  readonly vault: Vault;
  readonly #folder: TemporaryFolder;

  private constructor(vault: Vault, folder: TemporaryFolder) {
    this.vault = vault;
    this.#folder = folder;
    // As a daemon's, whose lease nobody takes here.
    const fence = { assertHeld: async () => undefined };
    this.journal = new Journal(vault, { chain: "ETH", network: "mainnet" }, { period: PERIOD, fence });
    const baseUrl = new URL(this.api.url);
    const http = new HttpClient([baseUrl]);
    const retries = { retries: 0, delay: 1, maximumDelay: 1 };
    const connection = new TatumConnection({ baseUrl, apiKey: "key", http, timeout: 10_000, retries });
    const log = createLog({ write: (line) => void this.log.push(line) });
    const fourEyeUrl = new URL(this.api.fourEyeUrl);
    this.services = {
      vault,
      tokens: noTokens,
      journal: this.journal,
      keys: new WalletKeys(vault),
      api: new TatumApi(connection),
      // Answers change from one payment to the next.
      nodes: new NodeCalls(connection, 0),
      http,
      policies: [new FourEyeCheck({ url: fourEyeUrl, method: "GET", http, timeout: 2000 })],
      log,
      metrics: new JobMetrics(),
      troubles: new Troubles(log),
      parkedReminder: new ParkedReminder(log),
      sightings: new Sightings(),
      network: "mainnet",
      setting: () => undefined,
      timeout: 2000,
      retryDelay: 1,
      runOnce: false,
      stopping: this.stopping.signal,
    };
  }

  static async create(): Promise<SigningScene> {
    const folder = new TemporaryFolder();
    const vault = await freshVault(folder.at("vault"));
    await vault.add([[WALLET, { privateKey: PRIVATE_KEY, chain: "ETH", testnet: false }]]);
    return new SigningScene(vault, folder);
  }

  /**
   * A scene whose vault is a backup that was restored.
   * @param before what its journal knew when the backup was made
   */
  static async createRestored(before: (scene: SigningScene) => Promise<unknown>): Promise<SigningScene> {
    const scene = await SigningScene.create();
    await before(scene);
    const path = scene.vault.place;
    await backUpWhole(scene.vault, scene.#folder.at("backup"));
    await scene.api.stop();
    await scene.vault.close();
    const backup = await reopen(scene.#folder.at("backup"));
    await restoreVault(backup, { path, place: sqliteFile(path), confirmUnreadable: async () => undefined });
    await backup.close();
    return new SigningScene(await reopen(path), scene.#folder);
  }

  /**
   * A scene whose vault is an older copy of its file, put back while nobody worked on it; nothing tells that.
   * @param before what the copy knew
   * @param after what it does not know
   */
  static async createTurnedBack(
    before: (scene: SigningScene) => Promise<unknown>,
    after: (scene: SigningScene) => Promise<unknown>,
  ): Promise<SigningScene> {
    const scene = await SigningScene.create();
    const path = scene.vault.place;
    await before(scene);
    const old = readFileSync(path);
    await after(scene);
    await scene.api.stop();
    await scene.vault.close();
    writeFileSync(path, old);
    return new SigningScene(await reopen(path), scene.#folder);
  }

  /** The way of the transactions of a chain. */
  pipeline(services = this.services, chain = ethereum): Pipeline {
    return new Pipeline(chain, services, this.reports);
  }

  /** One look at a listed transaction, and all that follows from it. */
  async process(
    listed: ListedTransaction,
    services = this.services,
    chain = ethereum,
  ): Promise<Outcome | "signed before"> {
    const found = await this.pipeline(services, chain).next(listed);
    if (typeof found === "string") return found;
    return found.isSigned ? "signed before" : found.run();
  }

  /** What the API is told of failures. */
  async reported(): Promise<string[]> {
    const { api, journal, log } = this.services;
    await this.reports.send(api, journal, log);
    return this.api.reported.map(({ error }) => error);
  }

  async job(listed: ListedTransaction): Promise<Job> {
    const job = await this.journal.find(listed.transaction.id);
    if (job === undefined) throw new Error("There is no job.");
    return job;
  }

  /** A job whose bytes may be on their way: the API answered the broadcast with an error. */
  async sentJob(listed: ListedTransaction): Promise<Job> {
    const { answer } = this.api;
    this.api.answer = ({ path }) =>
      path.endsWith("/broadcast") ? new Response("", { status: 500 }) : undefined;
    this.list(listed);
    await this.process(listed);
    this.api.answer = answer;
    return this.job(listed);
  }

  /** A job whose bytes were recorded when the program was killed: nothing left. */
  async recordedJob(listed: ListedTransaction): Promise<Job> {
    const killed = new Error("killed");
    const { journal } = this;
    const record = spyOn(journal, "recordSigned").mockImplementation(async (...args) => {
      record.mockRestore();
      await journal.recordSigned(...args);
      throw killed;
    });
    await this.process(listed);
    return this.job(listed);
  }

  /** Has the API know a transaction as pending. */
  list(listed: ListedTransaction): void {
    this.api.pending = [{ ...listed.transaction }];
  }

  /** What was handed over for broadcasting, in the order in which it came. */
  get payloads(): string[] {
    return this.api.broadcasts.map(({ body }) => (body as { txData: string }).txData);
  }

  async end(): Promise<void> {
    await this.api.stop();
    await this.vault.close();
    this.#folder.remove();
  }
}
