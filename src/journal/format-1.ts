/**
 * A vault of format 1 becomes one of format 2, in one transaction: after a crash there is either. docs/vault-format.md tells
 * both. What is sealed of jobs and accounts is the same in both and is taken over as it is.
 */
import { rm } from "node:fs/promises";
import * as v from "valibot";
import { type JsonValue, parseExactJson } from "../../chains/codec/exact-json.ts";
import { KmsError, vaultCorrupt } from "../errors.ts";
import { pause } from "../http/retry.ts";
import { isSurelyDead } from "../lease/holder.ts";
import { formatVersion } from "../store/format.ts";
import { schemaStatements, schemaStatements1 } from "../store/sqlite/statements.ts";
import type { Session, Store } from "../store/store.ts";
import { insertJobRow, type JobRow } from "../store/tables/job.ts";
import { writeJournalRow } from "../store/tables/journal.ts";
import { readKeySlotRows } from "../store/tables/key-slot.ts";
import { insertClaimRow, insertLaneRow, readClaimRow } from "../store/tables/lane.ts";
import { blob, blobOfLength, parseRow, positiveInteger, readInPages, upTo } from "../store/tables/row.ts";
import { readVaultRow, updateFormat } from "../store/tables/vault.ts";
import { insertWalletRow } from "../store/tables/wallet.ts";
import { addToDigest } from "../vault/digest.ts";
import { checkSlots, checkWallets, type Manifest, sealManifest, walletHash } from "../vault/manifest.ts";
import type { RootKey } from "../vault/root-key.ts";
import type { Sealing } from "../vault/vault.ts";
import { sealWallet, walletKeyOf } from "../vault/wallet-record.ts";
import { type Job, jobStates, parseJobContent } from "./job.ts";
import { ChangingState, emptyState, sealState } from "./journal-state.ts";
import { claimHash, claimKeyOf, hex, jobHash, laneHash, laneKeyOf, leaseKeyOf } from "./records.ts";
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
const leaseRow = v.object({
  holder: blobOfLength(16),
  epoch: counter,
  renewals: counter,
  duration: v.pipe(positiveInteger, v.maxValue(3_600_000)),
});

interface Wallet1 {
  readonly signatureId: string;
  readonly position: number;
  readonly record: Readonly<Record<string, JsonValue>>;
}

/** The rows of a vault of format 1, opened and checked. */
class Format1 {
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
    const manifest = { ...(await this.manifest()), nextPosition: 0 };
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

/**
 * Waits until the lease is nobody's: a daemon of the older version would go on with tables that are not there any more.
 * @throws KmsError `VAULT_BUSY` when its holder is alive
 */
async function waitUntilIdle(store: Store): Promise<void> {
  const look = async () => {
    const [row] = await store.read((session) =>
      // Leases of this format are not looked at: another process was faster.
      session.query(
        "SELECT holder, epoch, renewals, duration FROM lease WHERE (SELECT format_version FROM vault) = 1",
      ),
    );
    const parsed = v.safeParse(leaseRow, row);
    return parsed.success && !isSurelyDead(parsed.output.holder) ? parsed.output : undefined;
  };
  const before = await look();
  if (before === undefined) return;
  await pause(before.duration, new AbortController().signal);
  const after = await look();
  if (after === undefined || (after.epoch === before.epoch && after.renewals === before.renewals)) return;
  throw new KmsError(
    "VAULT_BUSY",
    "A daemon of an older version works on this vault, which has to be converted.",
    {
      hint: "Stop that daemon, then start this one.",
    },
  );
}

async function isConverted(session: Session): Promise<boolean> {
  return (await readVaultRow(session)).formatVersion === formatVersion;
}

/** @returns where the copy is; `undefined` when another process has converted the vault meanwhile */
async function copyBeside(store: Store, rootKey: RootKey): Promise<string | undefined> {
  for (let number = 1; ; number++) {
    const place = `${store.place}.format-1${number === 1 ? "" : `-${number}`}`;
    try {
      await store.copyInto(place, (copy) => copy.read((session) => new Format1(session, rootKey).check()));
      return place;
    } catch (error) {
      if (await store.read(isConverted)) return undefined;
      if (!(error instanceof KmsError) || error.code !== "FILE_EXISTS") throw explainUnwritable(error);
    }
  }
}

/** What a person is to do when there is no room for the copy, or no right to make it. */
function explainUnwritable(error: unknown): unknown {
  if (!(error instanceof KmsError) || error.code !== "CANNOT_WRITE") return error;
  return new KmsError(
    error.code,
    `The vault has to be converted to format ${formatVersion}, after a copy beside it, and nothing was changed: ${error.message}`,
    {
      cause: error,
      hint: "Let tatum-kms write into the vault's folder, with room for twice the vault, until it was opened once; or copy the vault into such a folder and name it with --path.",
    },
  );
}

/**
 * Converts a vault of format 1, after a checked copy beside it.
 * @param note is told where that is
 * @throws KmsError `VAULT_CORRUPT`, `VAULT_BUSY`, `CANNOT_WRITE`; then nothing was changed
 */
export async function convertFormat1(
  store: Store,
  rootKey: RootKey,
  note: (text: string) => void,
): Promise<void> {
  await waitUntilIdle(store);
  const copy = await copyBeside(store, rootKey);
  if (copy === undefined) return;
  try {
    await store.transaction((session) => convert(session, rootKey));
  } catch (error) {
    // Or each further try would leave one more copy.
    if (!(await store.read(isConverted))) await rm(copy, { force: true });
    throw explainUnwritable(error);
  }
  note(
    `The vault was brought to format ${formatVersion}. It is kept as it was at ${copy}: put that back, with the daemon stopped, to return to an older version of tatum-kms.`,
  );
}

const OLD = "_1";

async function convert(session: Session, rootKey: RootKey): Promise<void> {
  // Another process was faster.
  if (await isConverted(session)) return;
  await session.execute("DROP INDEX job_state");
  await session.execute("DROP TABLE lease");
  for (const table of ["wallet", "job", "lane"])
    await session.execute(`ALTER TABLE ${table} RENAME TO ${table}${OLD}`);
  const kept: readonly string[] = schemaStatements1.slice(0, 2);
  for (const statement of schemaStatements) if (!kept.includes(statement)) await session.execute(statement);
  const old = new Format1(session, rootKey, OLD);
  const manifest = await convertWallets(session, rootKey, old);
  await convertJournal(session, rootKey, old);
  for (const table of ["wallet", "job", "lane"]) await session.execute(`DROP TABLE ${table}${OLD}`);
  await updateFormat(session, formatVersion, sealManifest(rootKey, manifest));
  await session.execute(`PRAGMA user_version = ${formatVersion}`);
}

async function convertWallets(session: Session, rootKey: RootKey, old: Format1): Promise<Manifest> {
  const { count, slots, generation: before } = await old.manifest();
  const generation = before + 1;
  let digest = 0n;
  let nextPosition = 0;
  for await (const wallet of old.wallets()) {
    const row = {
      walletKey: walletKeyOf(rootKey, wallet.signatureId),
      generation,
      sealed: sealWallet(rootKey, wallet),
    };
    await insertWalletRow(session, row);
    digest = addToDigest(digest, walletHash(rootKey, row));
    nextPosition = Math.max(nextPosition, wallet.position + 1);
  }
  return { generation, count, digest, slots, nextPosition };
}

/** The states of all journals while they are filled. */
class FilledJournals {
  readonly #states = new Map<string, { readonly leaseKey: Uint8Array; readonly state: ChangingState }>();

  of(leaseKey: Uint8Array): ChangingState {
    const filled = this.#states.get(hex(leaseKey)) ?? {
      leaseKey,
      state: new ChangingState(emptyState),
    };
    this.#states.set(hex(leaseKey), filled);
    return filled.state;
  }

  async write(session: Session, sealing: Sealing): Promise<void> {
    for (const { leaseKey, state } of this.#states.values())
      await writeJournalRow(
        session,
        { leaseKey, sealed: sealState(sealing, leaseKey, state.result()) },
        true,
      );
  }
}

async function convertJournal(session: Session, rootKey: RootKey, old: Format1): Promise<void> {
  const sealing: Sealing = {
    seal: (purpose, id, plainText) => rootKey.seal(purpose, id, plainText),
    keyedHash: (purpose, bytes) => rootKey.keyedHash(purpose, bytes),
    open: () => {
      throw new KmsError("INTERNAL", "A conversion opens nothing of the new format.");
    },
  };
  const journals = new FilledJournals();
  /** By the key of an account, under which lease it is. */
  const leaseOfLane = new Map<string, Uint8Array>();
  for await (const { row: before, job } of old.jobs()) {
    const leaseKey = leaseKeyOf(sealing, job);
    const row = { ...before, leaseKey };
    await insertJobRow(session, row);
    const state = journals.of(leaseKey);
    state.add(jobHash(sealing, row));
    state.count(row.state, 1);
    if (row.laneKey !== null) leaseOfLane.set(hex(row.laneKey), leaseKey);
    if (job.signed === undefined) continue;
    const claimKey = claimKeyOf(sealing, job, {
      kind: "transaction",
      name: job.signed.transactionId,
    });
    // Two jobs of one transaction were possible; the claim is the first one's.
    if ((await readClaimRow(session, claimKey)) !== undefined) continue;
    const claim = { claimKey, leaseKey, jobKey: job.key };
    await insertClaimRow(session, claim);
    state.add(claimHash(sealing, claim));
  }
  for await (const { row, used } of old.lanes()) {
    const leaseKey = leaseOfLane.get(hex(row.laneKey));
    // Of an account without jobs no number is used: what was given back left an empty row.
    if (leaseKey === undefined && used.highest === undefined) continue;
    if (leaseKey === undefined)
      throw vaultCorrupt(`the account record ${hex(row.laneKey)} belongs to no job`);
    const lane = { ...row, leaseKey };
    await insertLaneRow(session, lane);
    journals.of(leaseKey).add(laneHash(sealing, lane));
  }
  await journals.write(session, sealing);
}
