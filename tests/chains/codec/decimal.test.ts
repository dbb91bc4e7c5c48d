import { describe, expect, test } from "bun:test";
import { FixedNumber, parseUnits } from "ethers";
import fc from "fast-check";
import { decimalText, parseDecimal, toUnits } from "../../../chains/codec/decimal.ts";

/** The digits of a number and where its point stands, written in one of the ways that JSON allows. */
const written = fc
  .record({
    negative: fc.boolean(),
    digits: fc.stringMatching(/^[0-9]{1,60}$/),
    scale: fc.integer({ min: -40, max: 80 }),
    shift: fc.integer({ min: -40, max: 40 }),
    letter: fc.constantFrom("e", "E"),
    plus: fc.constantFrom("", "+"),
    zeros: fc.nat({ max: 5 }),
  })
  .map(({ negative, digits, scale, shift, letter, plus, zeros }) => {
    // The value is digits / 10^scale; the point is moved by `shift`, and the exponent moves it back.
    const places = scale + shift;
    const padded = digits.padStart(places + 1, "0");
    const mantissa =
      places > 0
        ? `${padded.slice(0, -places)}.${padded.slice(-places)}${"0".repeat(zeros)}`
        : digits + "0".repeat(-places);
    const exponent = `${letter}${shift < 0 ? "-" : plus}${Math.abs(shift)}`;
    const text = `${negative ? "-" : ""}${mantissa}${shift === 0 ? "" : exponent}`;
    return { text, value: BigInt(`${negative ? "-" : ""}${digits}`), scale };
  });

test("a decimal number is read exactly, however it is written", () => {
  fc.assert(
    fc.property(written, ({ text, value, scale }) => {
      const read = parseDecimal(text)!;
      // Compared in units so small that both are whole.
      const decimals = 200;
      expect(toUnits(read, decimals)).toBe(value * 10n ** BigInt(decimals - scale));
      expect(parseDecimal(decimalText(read))).toEqual(read);
    }),
    { numRuns: 2_000 },
  );
});

test("plain decimal text is read as ethers reads it", () => {
  const plain = fc.stringMatching(/^-?[0-9]{1,40}(?:\.[0-9]{1,18})?$/);
  fc.assert(
    fc.property(plain, (text) => {
      expect(toUnits(parseDecimal(text)!, 18)).toBe(parseUnits(text, 18));
    }),
    { numRuns: 1_000 },
  );
});

test("a number that is not whole in a unit is told from one that is", () => {
  fc.assert(
    fc.property(written, fc.integer({ min: 0, max: 30 }), ({ text, value, scale }, decimals) => {
      const isWhole = scale <= decimals || value % 10n ** BigInt(scale - decimals) === 0n;
      expect(toUnits(parseDecimal(text)!, decimals) !== undefined).toBe(isWhole);
    }),
    { numRuns: 1_000 },
  );
});

describe("a decimal number", () => {
  test.each([
    ["0.05", "0.05"],
    ["1e-7", "0.0000001"],
    ["1E+21", "1000000000000000000000"],
    ["-12.500", "-12.5"],
    ["-0", "0"],
    ["0e9", "0"],
    ["5.", "5"],
    ["007", "7"],
  ])("%s is written as %s", (text, plain) => {
    expect(decimalText(parseDecimal(text)!)).toBe(plain);
    expect(FixedNumber.fromString(plain, "fixed256x18").toUnsafeFloat()).toBe(Number(text) + 0);
  });

  test.each(["", ".", "-", "+1", ".5", "1e", "1e1.5", "0x10", " 1", "1 ", "1_000", "NaN", "Infinity", "１"])(
    "%j is none",
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  );

  test("of more digits or a larger exponent than anything means is none, and costs no time", () => {
    const start = performance.now();
    for (const text of ["9".repeat(10_000_000), "1e1001", "1e-1001", "1e999999", `1e${"9".repeat(1_000)}`]) {
      expect(parseDecimal(text)).toBeUndefined();
    }
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
