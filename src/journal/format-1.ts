/** The reader of vaults of format 1, which docs/vault-format.md tells: every row opened and checked, nothing changed. */
import * as v from "valibot";
import { type JsonValue, parseExactJson } from "../../chains/codec/exact-json.ts";
import { vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import type { JobRow } from "../store/tables/job.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { blob, blobOfLength, parseRow, readInPages, upTo } from "../store/tables/row.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import { addToDigest } from "../vault/digest.ts";
import { checkSlots, checkWallets } from "../vault/manifest.ts";
import type { RootKey } from "../vault/root-key.ts";
import { type Job, jobStates, parseJobContent } from "./job.ts";
import { hex, laneKeyOf } from "./records.ts";
import { UsedSequences } from "./sequences.ts";

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hex256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const manifestSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    generation: counter,
    count: counter,
    digest: hex256,
    slots: hex256,
  }),
);

const walletSchema = v.strictObject({
  signatureId: v.pipe(v.string(), v.nonEmpty()),
  position: counter,
  record: v.custom<Readonly<Record<string, JsonValue>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  ),
});

const walletRow = v.object({
  recordId: blobOfLength(16),
  sealed: v.pipe(blob, v.maxLength(131_072)),
});

const key = blobOfLength(32);
/** What is none, means: at once, and changed a moment ago. */
const time = (otherwise: number) => v.fallback(counter, otherwise);
const jobRow = v.object({
  jobKey: key,
  state: v.picklist(jobStates),
  laneKey: v.nullable(key),
  revision: counter,
  attemptAt: time(0),
  updatedAt: time(8_640_000_000_000_000),
  sealed: v.pipe(blob, v.maxLength(8 * 1024 * 1024)),
});
const laneRow = v.object({
  laneKey: key,
  sealed: v.pipe(blob, v.maxLength(256 * 1024)),
});

interface Wallet1 {
  readonly signatureId: string;
  readonly position: number;
  readonly record: Readonly<Record<string, JsonValue>>;
}

/** The rows of a vault of format 1, opened and checked. */
export class Format1 {
  readonly #session: Session;
  readonly #rootKey: RootKey;
  /** The end of the names that its tables have by now. */
  readonly #suffix: string;

  constructor(session: Session, rootKey: RootKey, suffix = "") {
    this.#session = session;
    this.#rootKey = rootKey;
    this.#suffix = suffix;
  }

  /** @throws KmsError `VAULT_CORRUPT` */
  async manifest(): Promise<v.InferOutput<typeof manifestSchema>> {
    const { vaultId, manifest: sealed } = await readVaultRow(this.#session);
    if (hex(vaultId) !== hex(this.#rootKey.vaultId)) throw vaultCorrupt("its vault id has changed");
    const text = this.#rootKey.open("manifest", new Uint8Array(), sealed);
    if (text === undefined) throw vaultCorrupt("its manifest does not open");
    const parsed = v.safeParse(manifestSchema, Buffer.from(text).toString());
    if (!parsed.success) throw vaultCorrupt("its manifest has an unknown shape");
    return parsed.output;
  }

  /** All wallets; the key slots are compared with the manifest before them, they themselves at the end. */
  async *wallets(): AsyncGenerator<Wallet1> {
    const manifest = { ...(await this.manifest()), nextPosition: 0, indexed: 0 };
    checkSlots(this.#rootKey, { ...manifest, digest: 0n }, await readKeySlotRows(this.#session));
    const select = `SELECT ${upTo(16, "record_id", "recordId")}, ${upTo(131_072, "sealed")} FROM wallet${this.#suffix}`;
    const parse = (row: unknown) => parseRow("wallet", walletRow, row);
    let count = 0;
    let digest = 0n;
    for await (const row of readInPages(
      this.#session,
      select,
      "record_id",
      parse,
      ({ recordId }) => recordId,
    )) {
      yield this.#openWallet(row);
      const bytes = Buffer.concat([row.recordId, row.sealed]);
      digest = addToDigest(digest, this.#rootKey.keyedHash("wallet-digest", bytes));
      count += 1;
    }
    checkWallets({ ...manifest, digest: BigInt(`0x${manifest.digest}`) }, { count, digest });
  }

  #openWallet({ recordId, sealed }: v.InferOutput<typeof walletRow>): Wallet1 {
    const name = `wallet record ${hex(recordId)}`;
    const text = this.#rootKey.open("wallet", recordId, sealed);
    if (text === undefined)
      throw vaultCorrupt(`${name} does not open: it was changed, or belongs to another row or vault`);
    try {
      return v.parse(walletSchema, parseExactJson(Buffer.from(text).toString()));
    } catch {
      throw vaultCorrupt(`${name} has an unknown shape`);
    } finally {
      text.fill(0);
    }
  }

  async *jobs(): AsyncGenerator<{
    readonly row: Omit<JobRow, "leaseKey">;
    readonly job: Job;
  }> {
    const select = `SELECT ${upTo(32, "job_key", "jobKey")}, ${upTo(32, "state")}, ${upTo(32, "lane_key", "laneKey")}, revision,
      attempt_at AS "attemptAt", updated_at AS "updatedAt", ${upTo(8 * 1024 * 1024, "sealed")} FROM job${this.#suffix}`;
    const parse = (row: unknown) => parseRow("job", jobRow, row);
    for await (const row of readInPages(this.#session, select, "job_key", parse, ({ jobKey }) => jobKey))
      yield { row, job: this.#openJob(row) };
  }

  #openJob(row: v.InferOutput<typeof jobRow>): Job {
    const { jobKey, state, revision, sealed, attemptAt, updatedAt } = row;
    const name = `job record ${hex(jobKey)} (state ${JSON.stringify(state)}, revision ${revision})`;
    const text = this.#rootKey.open(`job/${state}/${revision}`, jobKey, sealed);
    if (text === undefined) throw vaultCorrupt(`${name} does not open`);
    let job: Job;
    try {
      const content = parseJobContent(Buffer.from(text).toString());
      job = { ...content, key: jobKey, state, revision, attemptAt, updatedAt };
    } catch {
      throw vaultCorrupt(`${name} has an unknown shape`);
    }
    const account = job.signed?.sequence?.account;
    const laneKey = account === undefined ? undefined : laneKeyOf(this.#rootKey, job, account);
    if (hex(laneKey ?? new Uint8Array()) !== hex(row.laneKey ?? new Uint8Array()))
      throw vaultCorrupt(`${name} names another account`);
    return job;
  }

  async *lanes(): AsyncGenerator<{
    readonly row: v.InferOutput<typeof laneRow>;
    readonly used: UsedSequences;
  }> {
    const select = `SELECT ${upTo(32, "lane_key", "laneKey")}, ${upTo(256 * 1024, "sealed")} FROM lane${this.#suffix}`;
    const parse = (row: unknown) => parseRow("lane", laneRow, row);
    for await (const row of readInPages(this.#session, select, "lane_key", parse, ({ laneKey }) => laneKey)) {
      const text = this.#rootKey.open("lane", row.laneKey, row.sealed);
      const name = `the sequence numbers of account record ${hex(row.laneKey)}`;
      if (text === undefined) throw vaultCorrupt(`${name} do not open`);
      try {
        yield { row, used: UsedSequences.parse(Buffer.from(text).toString()) };
      } catch {
        throw vaultCorrupt(`${name} have an unknown shape`);
      }
    }
  }

  /** Opens every row. */
  async check(): Promise<void> {
    for await (const _ of this.wallets());
    for await (const _ of this.jobs());
    for await (const _ of this.lanes());
  }
}
