/**
 * A chain's list of pending transactions: asked for at once, or in parts by signature ids where it is too long for one answer; and
 * as many of its entries as a round works on, in turn.
 */
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { Recent } from "../../chains/codec/recent.ts";
import { ApiUnavailable } from "../errors.ts";
import { HttpFailure } from "../http/message.ts";
import type { TatumApi } from "./api.ts";
import { listedId } from "./pending-transaction.ts";

/** Characters of one poll, all parts together; the other parts come with the next polls. */
const MAXIMUM_TOGETHER = 64 * 1024 * 1024;

/** Below so many, larger parts are tried again. */
const LITTLE = 8 * 1024 * 1024;

/** As many entries as one round works on; the rest comes in turn. */
const MAXIMUM_WORKED_ON = 10_000;

/** Entries of which is remembered when they were looked at, the latest; older ones count as never looked at. */
const MAXIMUM_REMEMBERED = 100_000;

/** The API takes no more signature IDs for one chain and API key. */
export const MAXIMUM_SIGNATURE_IDS = 25_000;

/** What one poll brought. */
export interface Listing {
  readonly entries: readonly JsonValue[];
  /** When the first part was asked for, in milliseconds of a clock that never goes back. */
  readonly listedAt: number;
  /** Whether that is all there is. */
  readonly isWhole: boolean;
  /** Signature ids of which each alone has a list that is too long. */
  readonly tooLong: readonly string[];
  /** Why parts are missing. */
  readonly failure?: ApiUnavailable;
  /** `version;level;message` of the newest KMS, as the API announces it. */
  readonly latestVersion?: string;
}

function isTooLong({ cause }: ApiUnavailable): boolean {
  return cause instanceof HttpFailure && cause.kind === "too-large";
}

function cut(ids: readonly string[], size: number): (readonly string[])[] {
  if (size >= ids.length) return [ids];
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, at) =>
    ids.slice(at * size, (at + 1) * size),
  );
}

/** What the parts of a poll have brought so far. */
class Gathered {
  readonly entries: JsonValue[] = [];
  readonly tooLong: string[] = [];
  readonly #begunAt = performance.now();
  characters = 0;
  latestVersion: string | undefined;

  add({ list, characters, latestVersion }: Awaited<ReturnType<TatumApi["pending"]>>): void {
    for (const entry of list) this.entries.push(entry);
    this.characters += characters;
    this.latestVersion ??= latestVersion;
  }

  listing(isWhole: boolean, failure?: ApiUnavailable): Listing {
    const { entries, tooLong, latestVersion } = this;
    return {
      entries,
      listedAt: this.#begunAt,
      tooLong,
      isWhole: isWhole && tooLong.length === 0,
      ...(latestVersion !== undefined && { latestVersion }),
      ...(failure !== undefined && { failure }),
    };
  }
}

export class PendingList {
  readonly #chain: string;
  /** Signature ids in one part. */
  #size = Number.POSITIVE_INFINITY;
  /** Where among the signature ids the next poll begins. */
  #firstId = 0;
  #polls = 0;
  /** In which poll an entry was looked at last. */
  readonly #looks = new Recent<number>(MAXIMUM_REMEMBERED);

  constructor(chain: string) {
    this.#chain = chain;
  }

  /**
   * Asks for the list. A part that fails does not take along those that came before it.
   * @throws ApiUnavailable when nothing came
   */
  async poll(api: TatumApi, signatureIds: readonly string[]): Promise<Listing> {
    this.#polls += 1;
    const first = this.#firstId % Math.max(1, signatureIds.length);
    // The same array for the same question, so that it is put into words once.
    const ids = first === 0 ? signatureIds : [...signatureIds.slice(first), ...signatureIds.slice(0, first)];
    const gathered = new Gathered();
    let parts = cut(ids, this.#size);
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      try {
        gathered.add(await api.pending(this.#chain, part));
      } catch (failure) {
        if (!(failure instanceof ApiUnavailable)) throw failure;
        if (!isTooLong(failure)) return this.#brokenOff(gathered, failure);
        parts = [...this.#halves(part, gathered), ...parts];
      }
      if (gathered.characters >= MAXIMUM_TOGETHER) break;
    }
    const left = parts.reduce((sum, part) => sum + part.length, 0);
    this.#firstId = left === 0 ? 0 : first + ids.length - left;
    if (gathered.characters < LITTLE && left === 0) this.#grow(ids.length);
    return gathered.listing(left === 0);
  }

  /**
   * As many of these as one round works on: what was never looked at takes turns with what was looked at longest ago, so that
   * neither of them keeps the other from its turn.
   */
  inTurn(entries: readonly JsonValue[]): readonly JsonValue[] {
    const lookOf = (entry: JsonValue): number => this.#looks.get(listedId(entry) ?? "") ?? 0;
    const fresh = entries.filter((entry) => lookOf(entry) === 0);
    const known = entries.filter((entry) => lookOf(entry) > 0).sort((a, b) => lookOf(a) - lookOf(b));
    const longest = Math.max(fresh.length, known.length);
    const rows = Array.from({ length: longest }, (_, at) => [
      ...fresh.slice(at, at + 1),
      ...known.slice(at, at + 1),
    ]);
    return rows.flat().slice(0, MAXIMUM_WORKED_ON);
  }

  /** An entry had its turn in the latest poll. */
  lookedAt(id: string): void {
    this.#looks.set(id, this.#polls);
  }

  #halves(part: readonly string[], { tooLong }: Gathered): (readonly string[])[] {
    if (part.length <= 1) {
      tooLong.push(...part);
      return [];
    }
    const size = Math.ceil(part.length / 2);
    this.#size = Math.min(this.#size, size);
    return cut(part, size);
  }

  #brokenOff(gathered: Gathered, failure: ApiUnavailable): Listing {
    if (gathered.entries.length === 0) throw failure;
    return gathered.listing(false, failure);
  }

  #grow(ids: number): void {
    this.#size = 2 * this.#size >= ids ? Number.POSITIVE_INFINITY : 2 * this.#size;
  }
}
