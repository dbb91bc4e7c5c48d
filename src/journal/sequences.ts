/**
 * The sequence numbers (nonces) that the signed transactions of one account use up, as ranges. Numbers that nobody used
 * are found again, so that neither a far explicit nonce nor a failed transaction leaves a gap behind. A number may have
 * several users, where transactions name it themselves: it is free when the last of them gave it back.
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
  ]),
);

export class UsedSequences {
  /** Sorted, and neither touching nor overlapping. */
  readonly #ranges: readonly Range[];
  /** How many more users than one a number has. */
  readonly #shared: ReadonlyMap<bigint, number>;

  private constructor(ranges: readonly Range[], shared: ReadonlyMap<bigint, number>) {
    this.#ranges = ranges;
    this.#shared = shared;
  }

  static none(): UsedSequences {
    return new UsedSequences([], new Map());
  }

  /** @throws ValiError or SyntaxError when the text is none that {@link UsedSequences.serialize} gives. */
  static parse(text: string): UsedSequences {
    const ranges: Range[] = [];
    const shared = new Map<bigint, number>();
    for (const [first, last, more] of v.parse(rangesSchema, JSON.parse(text))) {
      if (more === undefined) ranges.push({ first, last });
      else shared.set(first, more);
    }
    return new UsedSequences(ranges, shared);
  }

  /** JSON: `[first, last]` of each range, then `[number, number, n]` for each number that has n more users than one. */
  serialize(): string {
    const ranges = this.#ranges.map(({ first, last }) => [first.toString(), last.toString()]);
    const shared = [...this.#shared].map(([number, more]) => [number.toString(), number.toString(), more]);
    return JSON.stringify([...ranges, ...shared]);
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
    return new UsedSequences(joinLowest(ranges), this.#shared);
  }

  /** These numbers with one user less of one, which a transaction that can never land gave back. */
  without(number: bigint): UsedSequences {
    const more = this.#shared.get(number);
    if (more !== undefined) {
      const shared = new Map(this.#shared);
      if (more === 1) shared.delete(number);
      else shared.set(number, more - 1);
      return new UsedSequences(this.#ranges, shared);
    }
    const ranges = this.#ranges.flatMap((range): Range[] => {
      if (number < range.first || number > range.last) return [range];
      const below = { first: range.first, last: number - 1n };
      const above = { first: number + 1n, last: range.last };
      return [below, above].filter(({ first, last }) => first <= last);
    });
    return new UsedSequences(ranges, this.#shared);
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
    const more = this.#shared.get(number) ?? 0;
    if (more === 0 && this.#shared.size >= MOST_SHARED)
      throw new RangeError(`${MOST_SHARED} numbers of the account are used more than once.`);
    return new UsedSequences(this.#ranges, new Map(this.#shared).set(number, more + 1));
  }
}

/** The gaps between the lowest ranges count as used: a number that is counted twice is safe, one that is forgotten is not. */
function joinLowest(ranges: readonly Range[]): readonly Range[] {
  const tooMany = ranges.length - MOST_RANGES;
  const [lowest, last] = [ranges[0], ranges[tooMany]];
  if (tooMany <= 0 || lowest === undefined || last === undefined) return ranges;
  return [{ first: lowest.first, last: last.last }, ...ranges.slice(tooMany + 1)];
}
