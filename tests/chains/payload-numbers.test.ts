/** A caller may write a JSON number in any way that JSON has; what is signed is the number, on every chain. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Intent } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { pendingOf } from "./signing-request.ts";
import { AMOUNT, type NumberMember } from "./tested-chain.ts";
import { testedChains } from "./tested-chains.ts";

interface Member extends NumberMember {
  readonly chain: string;
}

const MEMBERS: readonly Member[] = [...testedChains].flatMap(([chain, { numbers }]) =>
  numbers.map((member) => ({ ...member, chain })),
);

async function describeWith(member: Member, number: string): Promise<readonly Intent[]> {
  const chain = await loadChain(member.chain);
  return chain!.describe(pendingOf(member.payload(number)), member.network ?? "mainnet");
}

/** `units` of 10^-decimals in one of the ways that JSON has. */
function write(units: bigint, decimals: number, shift: number): string {
  const places = decimals + shift;
  const digits = units.toString().padStart(places + 1, "0");
  const mantissa =
    places > 0 ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : `${digits}${"0".repeat(-places)}`;
  return mantissa.replace(/^0+(?=\d)/, "") + (shift === 0 ? "" : `e${shift}`);
}

describe.each(MEMBERS.map((member) => [`${member.chain} ${member.member}`, member] as const))(
  "%s",
  (_, member) => {
    const { decimals = 0 } = member;

    test("is the same number, however it is written", async () => {
      const plain = await describeWith(member, write(AMOUNT, decimals, 0));
      expect(JSON.stringify(plain)).toContain(member.member === "DestinationTag" ? "0012d450" : "");
      for (const shift of [-6, -3, 3, 6, 15]) {
        expect(await describeWith(member, write(AMOUNT, decimals, shift))).toEqual(plain);
      }
    });

    test("is refused with what it is when it is less than the smallest unit", async () => {
      const number = write(5n, decimals + 1, 0);
      const failure = await describeWith(member, number).catch((error: Error) => error);
      expect(failure).toMatchObject({ name: "ChainError", code: "INVALID_TRANSACTION" });
      expect((failure as Error).message).toContain(member.member);
      expect((failure as Error).message).toMatch(/but is |it is /);
    });
  },
);

test("EGLD: a random amount is read exactly from every JSON number", async () => {
  const egld = MEMBERS.find(({ chain }) => chain === "EGLD")!;
  const units = fc.bigInt({ min: 0n, max: 10n ** 26n });
  await fc.assert(
    fc.asyncProperty(units, fc.integer({ min: -30, max: 30 }), async (amount, shift) => {
      expect(await describeWith(egld, write(amount, 18, shift))).toMatchObject([{ amount: String(amount) }]);
    }),
    { numRuns: 300 },
  );
});
