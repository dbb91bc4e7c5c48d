/**
 * Another vault's wallets, taken into a vault, with what keeps the payments of that vault from being made again: which
 * transactions ended there, and which numbers its accounts used (docs/vault-format.md). Its jobs are not taken over.
 */
import { KmsError } from "../errors.ts";
import { untilNoneHeld } from "../lease/watch.ts";
import type { Session } from "../store/store.ts";
import { readAllJobRows, readJobRow, readJobRows, type UncheckedJobRow } from "../store/tables/job.ts";
import { readAllLaneRows } from "../store/tables/lane.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import type { OnProgress } from "../vault/contents.ts";
import { type ImportResult, importWallets, named } from "../vault/import/import-wallets.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletEntry } from "../vault/wallet-changes.ts";
import { JournalChange } from "./change.ts";
import { isClosed, type Job, jobStates } from "./job.ts";
import { allJobs } from "./job-list.ts";
import { ChangingState, JournalWatch } from "./journal-state.ts";
import {
  checkedRow,
  hex,
  type JournalScope,
  jobHashKeysOf,
  jobKeysWith,
  journalNameOf,
  laneKeyOf,
  leaseKeyOf,
  leaseKeyOfName,
  openJob,
  openLane,
  quarantinedState,
} from "./records.ts";
import { ClaimTaken } from "./refusals.ts";
import { verifyWhole } from "./whole-vault.ts";

/** Vaults whose payments one vault can remember: the keys of all have to fit into its manifest. */
const MOST_MERGED = 16;

/** Who decides about what is not finished, and is told what is odd. */
export interface MergingPerson {
  /** Says that the jobs of the other vault that are open may stay behind; throws otherwise. */
  leaveBehind(open: readonly Job[]): Promise<void>;
  note(text: string): void;
  /** Told how many of the other vault's jobs were looked at. */
  readonly carried?: OnProgress;
}

export interface Merged extends ImportResult {
  /** Transactions of the other vault that are never signed here. */
  readonly payments: number;
}

/**
 * Takes the wallets of another vault into one, all of it or nothing. The other vault is only read.
 *
 * @throws KmsError `VAULT_BUSY` when a daemon works on the other vault, `WRONG_VAULT` when it is this one, `IMPORT_CONFLICT`
 * naming signature IDs or transactions that both have, `VAULT_CORRUPT`, `JOURNAL`, and what `leaveBehind` throws
 */
export async function mergeVault(target: Vault, other: Vault, person: MergingPerson): Promise<Merged> {
  assertMayBeMerged(target, other);
  const assertNoneHeld = await untilNoneHeld(other.store);
  const { jobs = 0 } = await verifyWhole(other);
  const seen = await other.store.read(readVaultRow);
  const open = await allJobs(other, {});
  if (open.length > 0) await person.leaveBehind(open);
  const wallets = await other.exportEntries();
  let payments = 0;
  const tellOfSkipped = (fresh: readonly WalletEntry[]): void => {
    const taken = new Set(fresh.map(([id]) => id));
    const here = wallets.map(([id]) => id).filter((id) => !taken.has(id));
    if (here.length > 0)
      person.note(`The vault holds these wallets already, with the same content: ${named(here)}.`);
  };
  const write = (fresh: readonly WalletEntry[]): Promise<void> =>
    other.store.transaction(async (session) => {
      await assertNoneHeld(session);
      await assertSame(seen.manifest, session);
      const entries = await withFreeLabels(target, fresh, person);
      const merging = new JournalMerge({ target, other, session, left: new Set(open.map(({ id }) => id)) });
      const keys = mergedKeysOf(target, other);
      tellOfSkipped(fresh);
      await target.merge(entries, keys, async (into) => {
        payments = await merging.carryInto(into, (done) => person.carried?.(done, jobs));
      });
    });
  const imported = wallets.map(([signatureId, record, names]) => ({ signatureId, record, names }));
  return { ...(await importWallets(target, imported, { write, done: "merged" })), payments };
}

function assertMayBeMerged(target: Vault, other: Vault): void {
  if (target.identity.vaultId === other.identity.vaultId)
    throw new KmsError("WRONG_VAULT", `${other.place} is this very vault, or a copy of it.`, {
      hint: "`vault restore` puts a copy in the vault's place.",
    });
  if (other.restoredAt !== undefined)
    throw new KmsError(
      "JOURNAL",
      `The vault ${other.place} was restored from a backup, and nobody has confirmed it yet.`,
      {
        hint: `Its journal may not tell what was paid. Look at \`job recover --path=${other.place}\` first. Nothing was changed.`,
      },
    );
}

/** In hexadecimal: what the target has, and what the other vault's jobs are found by. @throws KmsError `INVALID_INPUT` */
function mergedKeysOf(target: Vault, other: Vault): string[] {
  const keys = new Set([...target.journals.mergedJobKeys, ...jobHashKeysOf(other)].map(hex));
  if (keys.size <= MOST_MERGED) return [...keys];
  throw new KmsError(
    "INVALID_INPUT",
    `A vault takes in at most ${MOST_MERGED} others; with this one there would be ${keys.size}. Nothing was changed.`,
  );
}

/** @throws KmsError `VAULT_BUSY` */
async function assertSame(manifest: Uint8Array, session: Session): Promise<void> {
  if (Buffer.compare((await readVaultRow(session)).manifest, manifest) === 0) return;
  throw new KmsError("VAULT_BUSY", "The other vault was changed meanwhile. Nothing was merged.", {
    hint: "Run the command again.",
  });
}

/** The wallets as they are called here; tells which label is another wallet's, and which keys the vault holds already. */
async function withFreeLabels(
  target: Vault,
  wallets: readonly WalletEntry[],
  { note }: MergingPerson,
): Promise<WalletEntry[]> {
  const entries: WalletEntry[] = [];
  for (const [signatureId, record, names = {}] of wallets) {
    const { label, firstAddress } = names;
    const [holder] = label === undefined ? [] : await target.directory.find({ label });
    if (holder !== undefined)
      note(
        `Wallet ${signatureId} comes without its label ${label}, which wallet ${holder.signatureId} has here.`,
      );
    const twins =
      typeof firstAddress === "string" ? await target.directory.find({ address: firstAddress }) : [];
    const twin = twins.find(
      ({ chain, testnet }) => chain === record["chain"] && testnet === record["testnet"],
    );
    if (twin !== undefined)
      note(
        `Wallet ${signatureId} has the keys of wallet ${twin.signatureId} here; both signature IDs are kept.`,
      );
    entries.push([signatureId, record, holder === undefined ? names : { ...names, label: undefined }]);
  }
  return entries;
}

/** Whether bytes of a job may be on their way, or may have been. */
const mayHaveBytes = ({ signed, released, parkedFor }: Job): boolean =>
  signed !== undefined || released !== undefined || parkedFor === "restored";

interface Sides {
  readonly target: Vault;
  readonly other: Vault;
  /** A transaction of the other vault. */
  readonly session: Session;
  /** Ids of the open jobs that a person leaves behind. */
  readonly left: ReadonlySet<string>;
}

/** What of the other vault's journals goes along: what ended or may have been sent, as settled jobs, and used numbers. */
class JournalMerge {
  readonly #sides: Sides;
  /** The accounts of lanes that jobs name, by the key of the lane in the other vault. */
  readonly #accounts = new Map<string, { readonly scope: JournalScope; readonly account: string }>();

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /**
   * @param into a transaction of the vault that gets it all
   * @param onJob told how many were looked at
   * @returns how many transactions are never signed there because of it
   */
  async carryInto(into: Session, onJob: (done: number) => void): Promise<number> {
    const { target, other, session } = this.#sides;
    const journals = new ChangedJournals(target, into);
    const scopes = await scopesOf(other, session);
    await this.#assertNotOpen(into, scopes);
    let count = 0;
    let done = 0;
    for await (const found of readAllJobRows(session)) {
      onJob(++done);
      const job = this.#settled(found, scopes);
      if (job === undefined || (await readJobRow(into, job.key)) !== undefined) continue;
      const change = await journals.of(job);
      await change.replace(undefined, job);
      await claimUnlessTaken(change, job);
      count += 1;
    }
    await this.#carryNumbers(journals);
    await journals.write();
    return count;
  }

  /** What is left of a job of the other vault; `undefined` when nothing of it was ever signed. */
  #settled(found: UncheckedJobRow, scopes: ReadonlyMap<string, JournalScope>): Job | undefined {
    const { other, left } = this.#sides;
    const row = checkedRow(found);
    const end = { revision: 0, attemptAt: 0, updatedAt: row.updatedAt, isSettled: true };
    if (row.state === quarantinedState)
      return { ...ofUnknown(row.jobKey, scopes.get(hex(row.leaseKey))), ...end };
    const job = openJob(other, row);
    const { sequence } = job.signed ?? {};
    if (sequence !== undefined)
      this.#accounts.set(hex(laneKeyOf(other, job, sequence.account)), {
        scope: job,
        account: sequence.account,
      });
    if (isClosed(job.state)) return { ...job, ...end };
    if (!left.has(job.id))
      throw new KmsError(
        "VAULT_BUSY",
        `The job ${job.id} of the other vault was begun meanwhile. Nothing was merged.`,
      );
    return mayHaveBytes(job) ? { ...job, state: "cancelled", ...end } : undefined;
  }

  /** A job that is open here would go on, whatever the other vault knows of it. @throws KmsError `IMPORT_CONFLICT` */
  async #assertNotOpen(into: Session, scopes: ReadonlyMap<string, JournalScope>): Promise<void> {
    const { target, other, session } = this.#sides;
    const hashKeys = jobHashKeysOf(other);
    const both: string[] = [];
    for (const id of await openIdsOf(target, into))
      for (const key of jobKeysWith(hashKeys, id)) {
        const row = await readJobRow(session, key);
        if (row !== undefined && this.#settled({ row }, scopes) !== undefined) both.push(id);
      }
    if (both.length === 0) return;
    throw new KmsError(
      "IMPORT_CONFLICT",
      `Nothing was merged: transactions wait here that were signed or ended in the other vault: ${named(both)}.`,
      { hint: "Look at them in both (`job show <id>`), and end them here with `job resolve <id>`." },
    );
  }

  async #carryNumbers(journals: ChangedJournals): Promise<void> {
    const { other, session } = this.#sides;
    for await (const row of readAllLaneRows(session)) {
      const lane = this.#accounts.get(hex(row.laneKey));
      if (lane === undefined) continue;
      const theirs = openLane(other, row);
      await (await journals.of(lane.scope)).sequences(lane.account, (used) => used.and(theirs));
    }
  }
}

/** The journals of a vault by the keyed hash of their names, hexadecimal. */
async function scopesOf(vault: Vault, session: Session): Promise<ReadonlyMap<string, JournalScope>> {
  const scopes = new Map<string, JournalScope>();
  for (const name of await vault.journals.listedJournals(session)) {
    const [network, chain = ""] = name.split(" ");
    scopes.set(hex(leaseKeyOfName(vault, name)), {
      chain,
      network: network === "testnet" ? "testnet" : "mainnet",
    });
  }
  return scopes;
}

/** A job that was set aside: that there was one is all that is known. */
function ofUnknown(
  key: Uint8Array,
  scope: JournalScope | undefined,
): Omit<Job, "revision" | "attemptAt" | "updatedAt"> {
  if (scope === undefined) throw new KmsError("JOURNAL", `The job record ${hex(key)} belongs to no journal.`);
  const { chain, network } = scope;
  const nothing = { attempts: 0, refusals: 0, reported: [], createdAt: 0 };
  return { id: "", key, chain, network, state: "cancelled", contentDigest: "00".repeat(32), ...nothing };
}

/** The ids of a vault's jobs that are open. @throws KmsError `JOURNAL` when one does not open */
async function openIdsOf(vault: Vault, session: Session): Promise<string[]> {
  const ids: string[] = [];
  for (const name of await vault.journals.listedJournals(session))
    for (const state of jobStates.filter((one) => !isClosed(one)))
      for (const found of await readJobRows(session, leaseKeyOfName(vault, name), state))
        ids.push(openJob(vault, checkedRow(found)).id);
  return ids;
}

/** Its transaction belongs to the job, unless it belongs to one here: it is then never signed for another. */
async function claimUnlessTaken(change: JournalChange, job: Job): Promise<void> {
  const name = job.signed?.transactionId ?? job.txId;
  if (name === undefined) return;
  try {
    await change.claim(job, { kind: "transaction", name });
  } catch (failure) {
    if (!(failure instanceof ClaimTaken)) throw failure;
  }
}

/** The journals that a merge changes, each once. */
class ChangedJournals {
  readonly #vault: Vault;
  readonly #session: Session;
  readonly #changed = new Map<string, { watch: JournalWatch; state: ChangingState; change: JournalChange }>();

  constructor(vault: Vault, session: Session) {
    this.#vault = vault;
    this.#session = session;
  }

  async of(scope: JournalScope): Promise<JournalChange> {
    const name = journalNameOf(scope);
    const known = this.#changed.get(name);
    if (known !== undefined) return known.change;
    const [vault, session] = [this.#vault, this.#session];
    const watch = new JournalWatch(vault, { name, leaseKey: leaseKeyOf(vault, scope) });
    const state = new ChangingState((await watch.look(session)).state);
    const change = new JournalChange({ vault, scope, session, state });
    this.#changed.set(name, { watch, state, change });
    return change;
  }

  async write(): Promise<void> {
    for (const { watch, state } of this.#changed.values()) await watch.write(this.#session, state.result());
  }
}
