/** Signed Dogecoin transactions run through an independent script interpreter, that of bitcore-lib-doge. */

import { describe, expect, test } from "bun:test";
import { createRequire } from "node:module";
import fc from "fast-check";
import { dogecoin } from "../../chains/doge.ts";
import { memorySecp256k1Key } from "../../chains/keys/secp256k1.ts";
import { caseCount } from "../differential/case-count.ts";
import { payload, pending, privateKeySigner, scriptTo } from "./families/utxo/payment.ts";
import { offlineEnvironment } from "./families/utxo/signing-vectors.ts";

interface Interpreter {
  verify(
    scriptSig: unknown,
    scriptPubkey: unknown,
    transaction: unknown,
    input: number,
    flags: number,
  ): boolean;
}

interface Bitcore {
  readonly Script: {
    new (hex: string): unknown;
    readonly Interpreter: {
      new (): Interpreter;
      readonly SCRIPT_VERIFY_P2SH: number;
      readonly SCRIPT_VERIFY_STRICTENC: number;
      readonly SCRIPT_VERIFY_LOW_S: number;
      readonly SCRIPT_VERIFY_MINIMALDATA: number;
    };
  };
  readonly Transaction: new (hex: string) => { readonly inputs: readonly { readonly script: unknown }[] };
}

const { Script, Transaction } = createRequire(import.meta.url)("bitcore-lib-doge") as Bitcore;
const { SCRIPT_VERIFY_P2SH, SCRIPT_VERIFY_STRICTENC, SCRIPT_VERIFY_LOW_S, SCRIPT_VERIFY_MINIMALDATA } =
  Script.Interpreter;
/** What Dogecoin's nodes demand of a transaction before they relay it. */
const STANDARD =
  SCRIPT_VERIFY_P2SH | SCRIPT_VERIFY_STRICTENC | SCRIPT_VERIFY_LOW_S | SCRIPT_VERIFY_MINIMALDATA;

/** Whether the interpreter accepts each input of a transaction that spends these scripts. */
function accepted(raw: string, spentScripts: readonly string[]): boolean[] {
  const transaction = new Transaction(raw);
  return spentScripts.map((script, index) =>
    new Script.Interpreter().verify(
      transaction.inputs[index]?.script,
      new Script(script),
      transaction,
      index,
      STANDARD,
    ),
  );
}

const drawnInputs = fc.array(
  fc.record({
    secret: fc.uint8Array({ minLength: 32, maxLength: 32, min: 1, max: 254 }),
    compressed: fc.boolean(),
    kind: fc.constantFrom("p2pkh" as const, "p2pk" as const),
  }),
  { minLength: 1, maxLength: 4 },
);

async function signed(inputs: typeof drawnInputs extends fc.Arbitrary<infer Value> ? Value : never) {
  const keys = inputs.map(({ secret, compressed }) =>
    memorySecp256k1Key(Uint8Array.from(secret), { compressed }),
  );
  const spentScripts = inputs.map(({ kind }, index) => scriptTo[kind](keys[index]!));
  const content = payload(...spentScripts);
  for (const input of content.inputs) input.output!.satoshis = 1_000_000_000;
  content.outputs[0]!.satoshis = inputs.length * 1_000_000_000 - 1_000_000;
  const signers = keys.map((key, index) => privateKeySigner(`wallet-${index}`, key));
  const transaction = pending(content, {
    chain: "DOGE",
    hashes: signers.map(({ signatureId }) => signatureId),
  });
  const { payload: raw } = await dogecoin.sign({ transaction, signers }, offlineEnvironment("mainnet"));
  return { raw, spentScripts };
}

describe("an independent interpreter of Dogecoin scripts", () => {
  test("accepts every input of random transactions", async () => {
    await fc.assert(
      fc.asyncProperty(drawnInputs, async (inputs) => {
        const { raw, spentScripts } = await signed(inputs);
        expect(accepted(raw, spentScripts)).toEqual(spentScripts.map(() => true));
      }),
      { numRuns: caseCount },
    );
  }, 600_000);

  test("refuses the same transaction with another amount", async () => {
    const { raw, spentScripts } = await signed([
      { secret: new Uint8Array(32).fill(7), compressed: true, kind: "p2pkh" },
    ]);
    const changed = raw.replace("c0878b3b", "c1878b3b");
    expect(changed).not.toBe(raw);
    expect(accepted(changed, spentScripts)).toEqual([false]);
  });
});
