/**
 * A vault of format 1 becomes one of format 2, in one transaction: after a crash there is either. docs/vault-format.md tells
 * both. What is sealed of jobs and accounts is the same in both and is taken over as it is.
 */
import { rm } from "node:fs/promises";
import * as v from "valibot";
import { KmsError, vaultCorrupt } from "../errors.ts";
import { pause } from "../http/retry.ts";
import { isSurelyDead } from "../lease/holder.ts";
import { formatVersion } from "../store/format.ts";
import { beginConversion, endConversion, SET_ASIDE } from "../store/sqlite/schema.ts";
import type { Session, Store } from "../store/store.ts";
import { insertJobRow } from "../store/tables/job.ts";
import { writeJournalRow } from "../store/tables/journal.ts";
import { insertClaimRow, insertLaneRow, readClaimRow } from "../store/tables/lane.ts";
import { blobOfLength, positiveInteger } from "../store/tables/row.ts";
import { readVaultRow, updateFormat } from "../store/tables/vault.ts";
import { insertWalletRow } from "../store/tables/wallet.ts";
import type { OnProgress } from "../vault/contents.ts";
import { addToDigest } from "../vault/digest.ts";
import { type Manifest, sealManifest, walletHash } from "../vault/manifest.ts";
import type { RootKey } from "../vault/root-key.ts";
import type { Sealing } from "../vault/vault.ts";
import { sealWallet, walletKeyOf } from "../vault/wallet-record.ts";
import { Format1 } from "./format-1.ts";
import { ChangingState, emptyState, sealState } from "./journal-state.ts";
import { claimHash, claimKeyOf, hex, jobHash, journalNameOf, laneHash, leaseKeyOf } from "./records.ts";

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const leaseRow = v.object({
  holder: blobOfLength(16),
  epoch: counter,
  renewals: counter,
  duration: v.pipe(positiveInteger, v.maxValue(3_600_000)),
});

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

/** Who is told of a conversion. */
export interface Converting {
  /** Where the copy is. */
  note(text: string): void;
  /** How many wallets are converted. */
  readonly onProgress?: OnProgress;
}

/**
 * Converts a vault of format 1, after a checked copy beside it.
 * @throws KmsError `VAULT_CORRUPT`, `VAULT_BUSY`, `CANNOT_WRITE`; then nothing was changed
 */
export async function convertFormat1(
  store: Store,
  rootKey: RootKey,
  { note, onProgress = () => undefined }: Converting,
): Promise<void> {
  await waitUntilIdle(store);
  const copy = await copyBeside(store, rootKey);
  if (copy === undefined) return;
  try {
    await store.transaction((session) => convert(session, rootKey, onProgress));
  } catch (error) {
    // Or each further try would leave one more copy.
    if (!(await store.read(isConverted))) await rm(copy, { force: true });
    throw explainUnwritable(error);
  }
  note(
    `The vault was brought to format ${formatVersion}. It is kept as it was at ${copy}: put that back, with the daemon stopped, to return to an older version of tatum-kms.`,
  );
}

async function convert(session: Session, rootKey: RootKey, onProgress: OnProgress): Promise<void> {
  // Another process was faster.
  if (await isConverted(session)) return;
  await beginConversion(session);
  const old = new Format1(session, rootKey, SET_ASIDE);
  const manifest = await convertWallets(session, old, { rootKey, onProgress });
  const journals = await convertJournal(session, rootKey, old);
  await updateFormat(session, formatVersion, sealManifest(rootKey, { ...manifest, journals }));
  await endConversion(session);
}

async function convertWallets(
  session: Session,
  old: Format1,
  { rootKey, onProgress }: { readonly rootKey: RootKey; readonly onProgress: OnProgress },
): Promise<Manifest> {
  const { count, slots, generation: before } = await old.manifest();
  const generation = before + 1;
  let digest = 0n;
  let nextPosition = 0;
  let done = 0;
  for await (const wallet of old.wallets()) {
    const row = {
      walletKey: walletKeyOf(rootKey, wallet.signatureId),
      generation,
      sealed: sealWallet(rootKey, wallet),
    };
    await insertWalletRow(session, row);
    digest = addToDigest(digest, walletHash(rootKey, row));
    nextPosition = Math.max(nextPosition, wallet.position + 1);
    onProgress(++done, count);
  }
  return { generation, count, digest, removed: 0n, slots, nextPosition, indexed: 0 };
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

/** @returns the names of the journals that there are now */
async function convertJournal(session: Session, rootKey: RootKey, old: Format1): Promise<string[]> {
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
  const names = new Set<string>();
  for await (const { row: before, job } of old.jobs()) {
    const leaseKey = leaseKeyOf(sealing, job);
    const row = { ...before, leaseKey };
    await insertJobRow(session, row);
    names.add(journalNameOf(job));
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
  return [...names];
}
