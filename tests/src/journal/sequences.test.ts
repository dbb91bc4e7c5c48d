import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import { mostBytes } from "../../../src/store/tables/bounds.ts";

const used = (...numbers: number[]): UsedSequences =>
  numbers.reduce((sequences, number) => sequences.with(BigInt(number)), UsedSequences.none());

describe("the sequence numbers an account has used", () => {
  test("consecutive numbers are one range", () => {
    expect(used(5, 7, 6).serialize()).toBe('[["5","7"]]');
  });

  test("the next number follows those that are used", () => {
    expect(used(5, 6, 7).firstUnused(5n)).toBe(8n);
  });

  test("a number that the node has counted beyond is taken as it is", () => {
    expect(used(5, 6).firstUnused(20n)).toBe(20n);
  });

  test("a far explicit number does not lift the next one", () => {
    expect(used(5, 1000).firstUnused(5n)).toBe(6n);
  });

  test("a gap is filled before the numbers above it", () => {
    expect(used(5, 7, 8).firstUnused(5n)).toBe(6n);
    expect(used(5, 6, 7, 8).firstUnused(6n)).toBe(9n);
  });

  test("a number that was given back is used again", () => {
    expect(used(5, 6, 7).without(6n).firstUnused(5n)).toBe(6n);
  });

  test("behaves like a multiset of numbers, also after it was written and read", () => {
    const steps = fc.array(fc.record({ add: fc.boolean(), number: fc.bigInt(0n, 40n) }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.bigInt(0n, 45n), (changes, from) => {
        const model = new Map<bigint, number>();
        let sequences = UsedSequences.none();
        for (const { add, number } of changes) {
          sequences = UsedSequences.parse(
            (add ? sequences.with(number) : sequences.without(number)).serialize(),
          );
          const users = (model.get(number) ?? 0) + (add ? 1 : -1);
          if (users > 0) model.set(number, users);
          else model.delete(number);
        }
        let expected = from;
        while (model.has(expected)) expected += 1n;
        expect(sequences.firstUnused(from)).toBe(expected);
      }),
    );
  });

  test("a number that two jobs had is kept for both, also after it was written and read", () => {
    const both = used(5, 5).keep({ id: "a", number: 5n }).keep({ id: "b", number: 5n });
    const read = UsedSequences.parse(both.serialize());
    expect(read.kept).toEqual([
      { id: "a", number: 5n },
      { id: "b", number: 5n },
    ]);
    const one = read.forget("a");
    expect(one.kept).toEqual([{ id: "b", number: 5n }]);
    expect(one.has(5n)).toBe(true);
    expect(one.forget("b").has(5n)).toBe(false);
  });

  test("the most that is kept, shared and apart fits into what is read of an account", () => {
    const highest = 2n ** 64n;
    let most = UsedSequences.none();
    for (let at = 0n; at < 1000n; at += 1n) {
      const number = highest - 2n * at;
      most = most.with(number).with(number);
      if (at < 500n) most = most.keep({ id: `${"f".repeat(46)}${at + 1000n}`, number });
    }
    expect(most.kept).toHaveLength(500);
    expect(most.serialize().length + 29).toBeLessThan(mostBytes.lane.sealed);
    expect(() => most.keep({ id: "one more", number: highest })).toThrow("500 jobs");
    expect(UsedSequences.parse(most.serialize()).serialize()).toBe(most.serialize());
  });

  test("more gaps than are kept lose the lowest ones, and no number that was used", () => {
    const gaps = 1_200;
    const numbers = Array.from({ length: gaps }, (_, at) => BigInt(10 * at));
    const all = numbers.reduce((before, number) => before.with(number), UsedSequences.none());
    expect(all.ranges).toHaveLength(1_000);
    expect(numbers.every((number) => all.has(number))).toBe(true);
    expect(all.firstUnused(0n)).toBe(BigInt(10 * (gaps - 1_000) + 1));
    const merged = used(5).and(all);
    expect(merged.ranges).toHaveLength(1_000);
    expect(numbers.every((number) => merged.has(number))).toBe(true);
  });

  test("text of another shape is refused", () => {
    expect(() => UsedSequences.parse('[["5","x"]]')).toThrow();
  });
});
