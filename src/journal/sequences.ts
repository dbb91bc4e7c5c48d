/**
 * The sequence numbers (nonces) that the signed transactions of one account use up, as ranges. Numbers that nobody used
 * are found again, so that neither a far explicit nonce nor a failed transaction leaves a gap behind. A number may have
 * several users, where transactions name it themselves: it is free when the last of them gave it back. A number can be kept
 * for a job whose bytes were given up and that is to be signed anew: with the same number only one of the two can land.
 */
import * as v from "valibot";

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** More ranges than that are joined, the lowest first: the network has counted those long ago. */
const MOST_RANGES = 1_000;

/** Numbers with several users; a further one is refused. */
const MOST_SHARED = 1_000;

/** Jobs of an account that numbers are kept for; a further one is refused. With the others they fit into what is read of an account. */
const MOST_KEPT = 500;

const sequenceNumber = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((text) => BigInt(text)),
);
const moreUsers = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const rangesSchema = v.array(
  v.union([
    v.strictTuple([sequenceNumber, sequenceNumber]),
    v.strictTuple([sequenceNumber, sequenceNumber, moreUsers]),
    v.strictTuple([sequenceNumber, sequenceNumber, v.string()]),
  ]),
);

/** What is known of the numbers beside the ranges. */
interface Details {
  /** How many more users than one a number has. */
  readonly shared: ReadonlyMap<bigint, number>;
  /** By the id of the pending transaction, the number that is kept for it; several may have had the same. */
  readonly kept: ReadonlyMap<string, bigint>;
}

/** A number that is kept for a job which is to be signed anew. */
export interface KeptNumber {
  /** Of the pending transaction. */
  readonly id: string;
  readonly number: bigint;
}

export class UsedSequences {
  /** Sorted, and neither touching nor overlapping. */
  readonly #ranges: readonly Range[];
  readonly #details: Details;

  private constructor(ranges: readonly Range[], details: Details) {
    this.#ranges = ranges;
    this.#details = details;
  }

  static none(): UsedSequences {
    return new UsedSequences([], { shared: new Map(), kept: new Map() });
  }

  /** @throws ValiError or SyntaxError when the text is none that {@link UsedSequences.serialize} gives. */
  static parse(text: string): UsedSequences {
    const ranges: Range[] = [];
    const shared = new Map<bigint, number>();
    const kept = new Map<string, bigint>();
    for (const [first, last, detail] of v.parse(rangesSchema, JSON.parse(text))) {
      if (detail === undefined) ranges.push({ first, last });
      else if (typeof detail === "number") shared.set(first, detail);
      else kept.set(detail, first);
    }
    return new UsedSequences(ranges, { shared, kept });
  }

  /**
   * JSON: `[first, last]` of each range, then `[number, number, n]` for each number that has n more users than one, and
   * `[number, number, "id"]` for each that is kept for a job.
   */
  serialize(): string {
    const ranges = this.#ranges.map(({ first, last }) => [first.toString(), last.toString()]);
    const kept = [...this.#details.kept].map(([id, number]) => [number, id] as const);
    const details = [...this.#details.shared, ...kept].map(([number, detail]) => [
      number.toString(),
      number.toString(),
      detail,
    ]);
    return JSON.stringify([...ranges, ...details]);
  }

  has(number: bigint): boolean {
    return this.#ranges.some(({ first, last }) => first <= number && number <= last);
  }

  /** The highest number that is used. */
  get highest(): bigint | undefined {
    return this.#ranges.at(-1)?.last;
  }

  /** The ranges in rising order, for people. */
  get ranges(): readonly (readonly [first: bigint, last: bigint])[] {
    return this.#ranges.map(({ first, last }) => [first, last]);
  }

  /**
   * These numbers and one more user of one.
   * @throws RangeError when more numbers have several users than are kept apart
   */
  with(number: bigint): UsedSequences {
    if (this.has(number)) return this.#shareMore(number);
    const isApart = ({ first, last }: Range): boolean => last < number - 1n || first > number + 1n;
    const touching = this.#ranges.filter((range) => !isApart(range));
    const joined: Range = {
      first: touching.reduce((least, { first }) => (first < least ? first : least), number),
      last: touching.reduce((most, { last }) => (last > most ? last : most), number),
    };
    const ranges = [...this.#ranges.filter(isApart), joined].sort((a, b) => (a.first < b.first ? -1 : 1));
    return new UsedSequences(joinLowest(ranges), this.#details);
  }

  /** These numbers with one user less of one, which a transaction that can never land gave back. */
  without(number: bigint): UsedSequences {
    const more = this.#details.shared.get(number);
    if (more !== undefined) {
      const shared = new Map(this.#details.shared);
      if (more === 1) shared.delete(number);
      else shared.set(number, more - 1);
      return new UsedSequences(this.#ranges, { ...this.#details, shared });
    }
    const ranges = this.#ranges.flatMap((range): Range[] => {
      if (number < range.first || number > range.last) return [range];
      const below = { first: range.first, last: number - 1n };
      const above = { first: number + 1n, last: range.last };
      return [below, above].filter(({ first, last }) => first <= last);
    });
    return new UsedSequences(ranges, this.#details);
  }

  /** The numbers that are kept for jobs, the lowest first. */
  get kept(): readonly KeptNumber[] {
    return [...this.#details.kept]
      .map(([id, number]) => ({ id, number }))
      .sort((a, b) => (a.number < b.number ? -1 : 1));
  }

  /**
   * These numbers, one of which stays used for a job that is to be signed anew with it.
   * @throws RangeError when numbers are kept for too many jobs
   */
  keep({ id, number }: KeptNumber): UsedSequences {
    if (!this.#details.kept.has(id) && this.#details.kept.size >= MOST_KEPT)
      throw new RangeError(`Numbers of the account are kept for ${MOST_KEPT} jobs.`);
    const kept = new Map(this.#details.kept).set(id, number);
    return new UsedSequences(this.#ranges, { ...this.#details, kept });
  }

  /** These numbers with nothing kept for a job; what was is used. */
  unkeep(id: string): UsedSequences {
    const kept = new Map(this.#details.kept);
    kept.delete(id);
    return new UsedSequences(this.#ranges, { ...this.#details, kept });
  }

  /** {@link unkeep}, but what was kept is as if the job had not used it. */
  forget(id: string): UsedSequences {
    const own = this.kept.find((number) => number.id === id);
    return own === undefined ? this : this.unkeep(id).without(own.number);
  }

  /** These numbers and those that another journal knows of the account; what is kept there for jobs is not used. */
  and(other: UsedSequences): UsedSequences {
    const theirs = other.kept.reduce((used, { id }) => used.forget(id), other);
    const rising = [...this.#ranges, ...theirs.#ranges].sort((a, b) => (a.first < b.first ? -1 : 1));
    const joined: Range[] = [];
    for (const range of rising) {
      const last = joined.at(-1);
      if (last === undefined || range.first > last.last + 1n) joined.push(range);
      else if (range.last > last.last) joined[joined.length - 1] = { first: last.first, last: range.last };
    }
    return new UsedSequences(joinLowest(joined), this.#details);
  }

  /** One above the highest number that is used; `undefined` when none is. */
  get next(): bigint | undefined {
    const last = this.#ranges.at(-1)?.last;
    return last === undefined ? undefined : last + 1n;
  }

  /** The lowest number from `from` on that is not used. */
  firstUnused(from: bigint): bigint {
    const range = this.#ranges.find(({ first, last }) => first <= from && from <= last);
    return range === undefined ? from : range.last + 1n;
  }

  #shareMore(number: bigint): UsedSequences {
    const more = this.#details.shared.get(number) ?? 0;
    if (more === 0 && this.#details.shared.size >= MOST_SHARED)
      throw new RangeError(`${MOST_SHARED} numbers of the account are used more than once.`);
    const shared = new Map(this.#details.shared).set(number, more + 1);
    return new UsedSequences(this.#ranges, { ...this.#details, shared });
  }
}

/** The gaps between the lowest ranges count as used: a number that is counted twice is safe, one that is forgotten is not. */
function joinLowest(ranges: readonly Range[]): readonly Range[] {
  const tooMany = ranges.length - MOST_RANGES;
  const [lowest, last] = [ranges[0], ranges[tooMany]];
  if (tooMany <= 0 || lowest === undefined || last === undefined) return ranges;
  return [{ first: lowest.first, last: last.last }, ...ranges.slice(tooMany + 1)];
}
