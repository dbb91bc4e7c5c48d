/** The cases of other projects' suites: nothing may differ without its reason. */
import { describe, expect, test } from "bun:test";
import { ChainError } from "../../chains/error.ts";
import { Mismatch, OPERATIONS } from "./operations.ts";
import { ownSuites, type PeerCase, type PeerSuite, sharedSuites } from "./peer-case.ts";

const TIMEOUT = 120_000;

/** Of the gas that was enough in Cancun; since Prague their data alone costs more (EIP-7623). */
const GAS_OF_CANCUN = [
  "DataTestEnoughGAS",
  "DataTestFirstZeroBytes",
  "DataTestInitCodeLimit",
  "DataTestLastZeroBytes",
  "DataTestSufficientGas2028",
  "DataTestZeroBytes",
  "Vitalik_13",
  "unpadedRValue",
];

/** Cases that this program means otherwise, besides those that say so themselves, and why. */
const DIFFERENT: Readonly<Record<string, string>> = Object.fromEntries(
  GAS_OF_CANCUN.map((name) => [`ethereum/tests transactions: ${name} gas as needed`, "EIP-7623"]),
);

/** Cases that say that they differ and no longer do. */
const NO_LONGER_DIFFERENT = [
  // An additional signer of the account signs.
  "trezor stellar: sign tx_source_account_not_equal_signing_key",
];

/** How the result differs from the peer's; `undefined` when it does not. */
async function difference(of: PeerCase): Promise<string | undefined> {
  const operation = OPERATIONS[of.op];
  if (operation === undefined) throw new Error(`There is no operation ${of.op}.`);
  try {
    await operation(of);
    return of.refuse ? "it was accepted" : undefined;
  } catch (error) {
    if (of.refuse && error instanceof ChainError) return undefined;
    if (error instanceof ChainError || error instanceof Mismatch) return error.message;
    return String(error);
  }
}

/** The cases that differ without a reason, or have a reason and do not differ. */
async function unexplained({ suite, cases }: PeerSuite): Promise<readonly string[]> {
  const found: string[] = [];
  for (const of of cases) {
    const name = `${suite}: ${of.name}`;
    const reason = NO_LONGER_DIFFERENT.includes(name) ? undefined : (DIFFERENT[name] ?? of.differs);
    const differs = await difference(of);
    if (differs !== undefined && reason === undefined) found.push(`${name}: ${differs}`);
    if (differs === undefined && reason !== undefined) found.push(`${name} no longer differs: ${reason}`);
  }
  return found;
}

const own = ownSuites();
const CASES = 5767;

test("the cases are all there, and each suite names its source and its licence", () => {
  expect(own.reduce((count, { cases }) => count + cases.length, 0)).toBe(CASES);
  for (const { source, licence } of own) expect([source, licence]).not.toContain("");
  for (const { licence } of own) expect(licence).not.toContain("GPL");
});

describe.each(own.map((suite) => [suite.suite, suite] as const))("%s", (_, suite) => {
  test(
    "every case is as its project has it, or explained",
    async () => {
      expect(await unexplained(suite)).toEqual([]);
    },
    TIMEOUT,
  );
});

const shared = sharedSuites();

describe("cases that are not part of this project (trezor-firmware, LGPL-3.0)", () => {
  if (shared === undefined) {
    test.skip("are not beside this project", () => {});
    return;
  }
  test.each(shared.map((suite) => [suite.suite, suite] as const))(
    "%s",
    async (_, suite) => {
      expect(await unexplained(suite)).toEqual([]);
    },
    TIMEOUT,
  );
});
