/**
 * The sealed state of the journal of one network and chain: a counter that grows with every change, the digest of all its
 * rows, and how many jobs are in which state. It changes in the same transaction as the rows, so that a row that was taken
 * away, brought back or changed is found by a check of all, and a store that was turned back by the counter alone. The
 * vault's manifest lists the journals that there are.
 */
import * as v from "valibot";
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { type JournalRow, readJournalRow, writeJournalRow } from "../store/tables/journal.ts";
import { addToDigest, serializeDigest, takeFromDigest } from "../vault/digest.ts";
import { lengthPrefixed } from "../vault/root-key.ts";
import type { JournalRegister } from "../vault/state.ts";
import type { Sealing } from "../vault/vault.ts";

const PURPOSE = "journal";

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const stateSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    counter,
    digest: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{64}$/),
      v.transform((hex) => BigInt(`0x${hex}`)),
    ),
    jobs: v.record(v.string(), counter),
  }),
);

export interface JournalState {
  /** Grows by one with every change. */
  readonly counter: number;
  /** The digest of all rows, see digest.ts. */
  readonly digest: bigint;
  /** The number of jobs by the state that their rows show. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** The state of a journal that nothing was written to. */
export const emptyState: JournalState = { counter: 0, digest: 0n, jobs: {} };

export function sealState(
  vault: Sealing,
  leaseKey: Uint8Array,
  { counter, digest, jobs }: JournalState,
): Uint8Array {
  const text = JSON.stringify({
    counter,
    digest: serializeDigest(digest),
    jobs,
  });
  return vault.seal(PURPOSE, leaseKey, Buffer.from(text));
}

/** @throws KmsError `VAULT_CORRUPT` */
export function openState(vault: Sealing, { leaseKey, sealed }: JournalRow): JournalState {
  const parsed = v.safeParse(stateSchema, Buffer.from(vault.open(PURPOSE, leaseKey, sealed)).toString());
  if (parsed.success) return parsed.output;
  throw vaultCorrupt(`the journal record ${Buffer.from(leaseKey).toString("hex")} has an unknown shape`);
}

/** What one row adds to the digest: its table, and those of its columns that are bound together. */
export function rowHash(vault: Sealing, ...columns: readonly (Uint8Array | string)[]): Uint8Array {
  return vault.keyedHash("journal-digest", lengthPrefixed(columns));
}

/** The state while a transaction changes it. */
export class ChangingState {
  #digest: bigint;
  readonly #jobs: Map<string, number>;
  readonly #before: JournalState;

  constructor(before: JournalState) {
    this.#before = before;
    this.#digest = before.digest;
    this.#jobs = new Map(Object.entries(before.jobs));
  }

  /** @param hash of a row that is written */
  add(hash: Uint8Array): void {
    this.#digest = addToDigest(this.#digest, hash);
  }

  /** @param hash of a row that is deleted or replaced */
  take(hash: Uint8Array): void {
    this.#digest = takeFromDigest(this.#digest, hash);
  }

  /** @param more jobs than before in a state, or less */
  count(state: string, more: 1 | -1): void {
    const jobs = (this.#jobs.get(state) ?? 0) + more;
    if (jobs > 0) this.#jobs.set(state, jobs);
    else this.#jobs.delete(state);
  }

  /** The state after the change. */
  result(): JournalState {
    return {
      counter: this.#before.counter + 1,
      digest: this.#digest,
      jobs: Object.fromEntries(this.#jobs),
    };
  }
}

function turnedBack(known: JournalState, found: JournalState): KmsError {
  return new KmsError(
    "ROLLED_BACK",
    `The vault was turned back to an older state while it was in use: its journal counts ${found.counter} changes, ${known.counter} were made.`,
    {
      hint: "What was signed since is not in it: it could be paid again. Put the file back that was there, or take this one over with `vault restore`, a database with `vault mark-restored`.",
    },
  );
}

/** @param isThere whether there is a journal that the manifest does not list; otherwise it is missing */
export function notAsListed(name: string, isThere: boolean): KmsError {
  return isThere
    ? vaultCorrupt(`there is a journal of ${name} that the manifest does not list`)
    : vaultCorrupt(`the journal of ${name} is missing with all that was signed there`);
}

/** A state and the row that it stands in. */
export interface SealedState {
  readonly state: JournalState;
  /** `undefined` before the first change. */
  readonly sealed: Uint8Array | undefined;
}

/** A journal by the name under which the manifest lists it, `<network> <chain>`, and the keyed hash of both. */
export interface NamedJournal {
  readonly name: string;
  readonly leaseKey: Uint8Array;
}

function isSame(row: JournalRow | undefined, { sealed }: SealedState): boolean {
  return Buffer.compare(row?.sealed ?? new Uint8Array(), sealed ?? new Uint8Array()) === 0;
}

/** A vault that says which journals there have to be. */
interface JournalKeeper extends Sealing {
  readonly journals: JournalRegister;
}

/** Watches over the state of one journal: it only ever goes forward, and is not missing once it was begun. */
export class JournalWatch {
  readonly #vault: JournalKeeper;
  readonly #journal: NamedJournal;
  /** The highest that was seen committed. */
  #known: SealedState = { state: emptyState, sealed: undefined };
  /** What was opened or sealed last, be it not committed: its bytes are not opened again. */
  #last: SealedState = this.#known;

  constructor(vault: JournalKeeper, journal: NamedJournal) {
    this.#vault = vault;
    this.#journal = journal;
  }

  /** Whether the journal was seen committed: a change of it changes nothing but what belongs to its network and chain. */
  get isBegun(): boolean {
    return this.#known.sealed !== undefined;
  }

  /**
   * The state as a transaction sees it, which may be one of changes that are not committed yet: {@link learn} takes it
   * over once it is.
   *
   * @throws KmsError `ROLLED_BACK` when it is older than what was seen or written before, `VAULT_CORRUPT`
   */
  async look(session: Session): Promise<SealedState> {
    const row = await readJournalRow(session, this.#journal.leaseKey);
    const known = this.#known;
    if (known.sealed === undefined) await this.#compareWithManifest(session, row !== undefined);
    if (isSame(row, known)) return known;
    const state = this.#open(row);
    const isFork = state.counter === known.state.counter && state.digest !== known.state.digest;
    if (state.counter < known.state.counter || isFork) throw turnedBack(known.state, state);
    this.#last = { state, sealed: row?.sealed };
    return this.#last;
  }

  #open(row: JournalRow | undefined): JournalState {
    if (row === undefined) return emptyState;
    return isSame(row, this.#last) ? this.#last.state : openState(this.#vault, row);
  }

  /** Writes the state after a change; with the first one the manifest lists the journal. */
  async write(session: Session, state: JournalState): Promise<SealedState> {
    const { leaseKey, name } = this.#journal;
    const sealed = sealState(this.#vault, leaseKey, state);
    const isNew = state.counter === 1;
    await writeJournalRow(session, { leaseKey, sealed }, isNew);
    if (isNew) await this.#vault.journals.listJournal(session, name);
    this.#last = { state, sealed };
    return this.#last;
  }

  async #compareWithManifest(session: Session, isThere: boolean): Promise<void> {
    const { name } = this.#journal;
    if ((await this.#vault.journals.listedJournals(session)).includes(name) !== isThere)
      throw notAsListed(name, isThere);
  }

  /** @param committed a state that the store holds for good */
  learn(committed: SealedState): void {
    if (committed.state.counter >= this.#known.state.counter) this.#known = committed;
  }
}
