import { expect, test } from "bun:test";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { Address, HDKey, Transaction } from "@vechain/sdk-core";
import fc from "fast-check";
import type { Hex } from "viem";
import { intrinsicGas } from "../../chains/families/vechain/fee.ts";
import { vechain } from "../../chains/vet.ts";
import { answeringEnvironment, type Exchange } from "../chains/answering-environment.ts";
import { offlineEnvironment } from "../chains/offline-signing-vectors.ts";
import { requestOf } from "../chains/signing-request.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const CHAIN_TAG = 0x4a;

const hex = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const call = fc.record({ to: hex(20), value: uint(256), data: hex(0, 100) });
const creation = fc.record({ to: fc.constant(null), value: uint(256), data: hex(1, 100) });
const transaction = fc.record({
  privateKey: fc.bigInt({ min: 1n, max: SECP256K1_ORDER - 1n }),
  clauses: fc.array(fc.oneof(call, creation), { minLength: 1, maxLength: 4 }),
  blockRef: hex(8),
  expiration: fc.nat({ max: 0xffffffff }),
  gasPriceCoef: fc.nat({ max: 255 }),
  dependsOn: fc.option(hex(32)),
  nonce: uint(64),
  gasUsed: fc.nat({ max: 10 ** 7 }),
});

test(
  "VET transactions and their ids are those of the VeChain SDK",
  async () => {
    await fc.assert(
      fc.asyncProperty(transaction, async ({ privateKey, clauses, nonce, gasUsed, ...fields }) => {
        const key = Buffer.from(privateKey.toString(16).padStart(64, "0"), "hex");
        const outcomes = clauses.map((_, position) => ({
          gasUsed: position === 0 ? gasUsed : 0,
          reverted: false,
        }));
        const exchanges: readonly Exchange[] = [
          {
            method: "POST",
            host: "sync-mainnet.vechain.org",
            path: "/accounts/*?revision=best",
            response: outcomes,
          },
        ];
        const payload = {
          ...fields,
          chainTag: CHAIN_TAG,
          nonce: nonce.toString(),
          clauses: clauses.map(({ value, ...clause }) => ({ ...clause, value: value.toString() })),
        };
        const signed = await vechain.sign(
          requestOf(payload, { privateKey: key.toString("hex") }, vechain),
          offlineEnvironment(answeringEnvironment(exchanges, vechain.facts, "mainnet")),
        );

        const asClauses = clauses.map(({ to, value, data }) => ({
          to,
          value: `0x${value.toString(16)}`,
          data,
        }));
        const intrinsic = Transaction.intrinsicGas(asClauses).wei;
        expect(
          intrinsicGas(clauses.map(({ to, ...clause }) => ({ ...clause, ...(to !== null && { to }) }))),
        ).toBe(intrinsic);
        const expected = Transaction.of({
          ...fields,
          chainTag: CHAIN_TAG,
          clauses: asClauses,
          gas: Number(intrinsic) + (gasUsed > 0 ? gasUsed + 15_000 : 0),
          nonce: `0x${nonce.toString(16)}`,
        }).sign(key);
        expect<string>(signed.payload).toBe(`0x${Buffer.from(expected.encoded).toString("hex")}`);
        expect<string>(signed.transactionId).toBe(expected.id.toString());
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

test(
  "VET accounts of mnemonics are those of the VeChain SDK",
  () => {
    for (let run = 0; run < caseCount; run++) {
      const words = generateMnemonic(wordlist, run % 2 === 0 ? 128 : 256);
      const index = run * 7;
      const { privateKey } = HDKey.fromMnemonic(words.split(" ")).deriveChild(index);
      const wallet = vechain.restoreWallet(words, "mainnet");
      expect(vechain.derivePrivateKey(wallet, index, "mainnet")).toBe(
        `0x${Buffer.from(privateKey!).toString("hex")}`,
      );
      const address = Address.ofPrivateKey(privateKey!).toString().toLowerCase();
      expect(vechain.deriveAddress(wallet, index, "mainnet")).toBe(address);
    }
  },
  TIMEOUT,
);
