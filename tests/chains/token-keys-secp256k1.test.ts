import { describe, expect, test } from "bun:test";
import { createVirtualMachineBCH2023, decodeTransactionBCH } from "@bitauth/libauth";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { equalBytes, hexToBytes } from "@noble/curves/utils.js";
import { bitcoinCash } from "../../chains/bch.ts";
import { ChainError } from "../../chains/error.ts";
import { publicKeyHashScript } from "../../chains/families/utxo/spendable-script.ts";
import { loadChain } from "../../chains/index.ts";
import { secp256k1Bytes } from "./private-key-bytes.ts";
import type { PlacedSignature, Secp256k1Format } from "./tested-chain.ts";
import { testedChainOf, testedChains } from "./tested-chains.ts";
import { ed25519TokenKey, secp256k1TokenKey } from "./token-key.ts";
import {
  type AskedSignature,
  expectedPayload,
  type Outcome,
  outcomeOf,
  signWithTokens,
  type TokenOf,
  vectorsOf,
} from "./token-signing.ts";

/** One token for each key, so that its signatures have a high and a low `s` in turn. */
function tokens(format: Secp256k1Format): TokenOf {
  const made = new Map<string, ReturnType<TokenOf>>();
  return (text, key) => {
    const isCompressed = key.publicKey.length === 33;
    const token = made.get(text) ?? secp256k1TokenKey(secp256k1Bytes(format, text), isCompressed);
    made.set(text, token);
    return token;
  };
}

for (const [ticker, { secp256k1: format }] of testedChains) {
  if (format === undefined) continue;
  const chain = (await loadChain(ticker))!;
  const vectors = await vectorsOf(chain, "secp256k1");

  describe(`${ticker}: keys in tokens sign what keys in memory sign`, () => {
    test("in vectors of the original", () => {
      expect(vectors).not.toBeEmpty();
    });

    test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
      const inMemory = await signWithTokens(chain, vector, (_text, key) => key);
      expect(inMemory.signed.payload).toBe(expectedPayload(vector)!);
      const tokenOf = tokens(format);
      const twice = [
        await signWithTokens(chain, vector, tokenOf),
        await signWithTokens(chain, vector, tokenOf),
      ];
      for (const inToken of twice) expectSameButForSignatures(format, inToken, inMemory);
      const isHigh = twice.flatMap(({ asked }) => asked.map(({ signature }) => hasHighS(signature)));
      expect(new Set(isHigh)).toEqual(new Set([true, false]));
      expect(twice[1]!.signed.payload).not.toBe(twice[0]!.signed.payload);
    });

    test("but not with a token's key on ed25519", async () => {
      const [vector] = vectors;
      const refusal = await outcomeOf(chain, vector!, (text) =>
        ed25519TokenKey(secp256k1Bytes(format, text)),
      );
      expect(refusal).toBeInstanceOf(ChainError);
    });
  });
}

describe("BCH: the virtual machine of libauth takes what a token signs", async () => {
  const vectors = await vectorsOf(bitcoinCash);
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { signed, asked } = await signWithTokens(
      bitcoinCash,
      vector,
      tokens(testedChainOf("BCH").secp256k1!),
    );
    const transaction = decodeTransactionBCH(hexToBytes(signed.payload));
    if (typeof transaction === "string") throw new Error(transaction);
    const [, amounts] = vector.pending.serializedTransaction.split(":");
    const sourceOutputs = asked.map(({ publicKey }, index) => ({
      lockingBytecode: publicKeyHashScript(publicKey),
      valueSatoshis: BigInt((JSON.parse(amounts!) as readonly (number | string)[])[index]!),
    }));
    expect(createVirtualMachineBCH2023(true).verify({ sourceOutputs, transaction })).toBe(true);
  });
});

function expectSameButForSignatures(format: Secp256k1Format, inToken: Outcome, inMemory: Outcome): void {
  const made = format.parts(inToken.signed.payload);
  const known = format.parts(inMemory.signed.payload);
  expect(made.structure).toEqual(known.structure);
  const inputsOf = ({ asked }: Outcome) => asked.map(({ publicKey, input }) => [publicKey, input]);
  expect(inputsOf(inToken)).toEqual(inputsOf(inMemory));

  // Signatures that the payload brought along, of somebody else, stay.
  const own = made.signatures.filter(
    ({ compact }, at) => !equalBytes(compact, known.signatures[at]!.compact),
  );
  expect(own).toHaveLength(inToken.asked.length);
  for (const [at, signature] of own.entries()) expectValid(format, signature, inToken.asked[at]!);

  const { payload, transactionId, filledIn, sequence, expiry } = inToken.signed;
  expect(transactionId).toBe(format.transactionId?.(payload) ?? inMemory.signed.transactionId);
  expect<object>({ filledIn, sequence, expiry }).toEqual({
    filledIn: inMemory.signed.filledIn,
    sequence: inMemory.signed.sequence,
    expiry: inMemory.signed.expiry,
  });
}

function expectValid(
  { takesHighS }: Secp256k1Format,
  { compact, recovery }: PlacedSignature,
  { publicKey, input }: AskedSignature,
): void {
  expect(secp256k1.verify(compact, input, publicKey, { prehash: false, lowS: !takesHighS })).toBe(true);
  if (recovery === undefined) return;
  const signature = secp256k1.Signature.fromBytes(compact).addRecoveryBit(recovery);
  const recovered = signature.recoverPublicKey(input);
  expect(recovered.equals(secp256k1.Point.fromBytes(publicKey))).toBe(true);
}

function hasHighS(signature: Uint8Array): boolean {
  return secp256k1.Signature.fromBytes(signature).hasHighS();
}
