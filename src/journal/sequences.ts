/**
 * The sequence numbers (nonces) that the signed transactions of one account use up, as ranges. Numbers that nobody used
 * are found again, so that neither a far explicit nonce nor a failed transaction leaves a gap behind.
 */
import * as v from "valibot";

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** More ranges than any account leaves behind; the lowest ones have long been counted by the node. */
const MAXIMUM_RANGES = 1_000;

const sequenceNumber = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((text) => BigInt(text)),
);
const rangesSchema = v.array(v.tuple([sequenceNumber, sequenceNumber]));

export class UsedSequences {
  /** Sorted, and neither touching nor overlapping. */
  readonly #ranges: readonly Range[];

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  static none(): UsedSequences {
    return new UsedSequences([]);
  }

  /** @throws ValiError or SyntaxError when the text is none that {@link UsedSequences.serialize} gives. */
  static parse(text: string): UsedSequences {
    return new UsedSequences(
      v.parse(rangesSchema, JSON.parse(text)).map(([first, last]) => ({ first, last })),
    );
  }

  serialize(): string {
    return JSON.stringify(this.#ranges.map(({ first, last }) => [first.toString(), last.toString()]));
  }

  /** These numbers and one more. */
  with(number: bigint): UsedSequences {
    const isApart = ({ first, last }: Range): boolean => last < number - 1n || first > number + 1n;
    const touching = this.#ranges.filter((range) => !isApart(range));
    const joined: Range = {
      first: touching.reduce((least, { first }) => (first < least ? first : least), number),
      last: touching.reduce((most, { last }) => (last > most ? last : most), number),
    };
    const ranges = [...this.#ranges.filter(isApart), joined].sort((a, b) => (a.first < b.first ? -1 : 1));
    return new UsedSequences(ranges.slice(-MAXIMUM_RANGES));
  }

  /** These numbers without one, which a transaction that can never land gave back. */
  without(number: bigint): UsedSequences {
    const ranges = this.#ranges.flatMap((range): Range[] => {
      if (number < range.first || number > range.last) return [range];
      const below = { first: range.first, last: number - 1n };
      const above = { first: number + 1n, last: range.last };
      return [below, above].filter(({ first, last }) => first <= last);
    });
    return new UsedSequences(ranges);
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
}
