import { describe, expect, test } from "bun:test";
import { digestToSign, serializeSigned, transactionId } from "../../../../chains/families/vechain/encode.ts";
import { intrinsicGas } from "../../../../chains/families/vechain/fee.ts";
import { memorySecp256k1Key, signRecoverable } from "../../../../chains/keys/secp256k1.ts";

/** tests/transaction.test.ts of https://github.com/vechain/thor-devkit.js */
const TRANSACTION = {
  chainTag: 1n,
  blockRef: "0x00000000aabbccdd",
  expiration: 32n,
  clauses: [
    { to: "0x7567d83b7b8d80addcb281a71d54fc7b3364ffed", value: 10_000n, data: "0x000000606060" },
    { to: "0x7567d83b7b8d80addcb281a71d54fc7b3364ffed", value: 20_000n, data: "0x000000606060" },
  ],
  gasPriceCoef: 128n,
  gas: 21_000n,
  nonce: 12_345_678n,
} as const;
const PRIVATE_KEY = Buffer.from("7582be841ca040aa940fff6c05773129e135623e41acce3e0b8ba520dc1ae26a", "hex");
const SENDER = "0xd989829d88b0ed1b06edf5c50174ecfa64f14a64";

describe("a transaction of VeChain", () => {
  test("is signed over its BLAKE2b digest", () => {
    expect(Buffer.from(digestToSign(TRANSACTION)).toString("hex")).toBe(
      "2a1c25ce0d66f45276a5f308b99bf410e2fc7d5b6ea37a49f2ab9f1da9446478",
    );
  });

  test("has its signature at the end", async () => {
    const signature = await signRecoverable(memorySecp256k1Key(PRIVATE_KEY), digestToSign(TRANSACTION));
    expect(serializeSigned(TRANSACTION, signature)).toBe(
      "0xf8970184aabbccdd20f840df947567d83b7b8d80addcb281a71d54fc7b3364ffed82271086000000606060df947567d83b7b8d80addcb281a71d54fc7b3364ffed824e208600000060606081808252088083bc614ec0b841f76f3c91a834165872aa9464fc55b03a13f46ea8d3b858e528fcceaf371ad6884193c3f313ff8effbb57fe4d1adc13dceb933bedbf9dbb528d2936203d5511df00",
    );
  });

  test("has an id made of its digest and its sender", () => {
    expect(transactionId(TRANSACTION, SENDER)).toBe(
      "0xda90eaea52980bc4bb8d40cb2ff84d78433b3b4a6e7d50b75736c5e3e77b71ec",
    );
  });

  test("costs gas for every clause and every byte", () => {
    expect(intrinsicGas(TRANSACTION.clauses)).toBe(37_432n);
    expect(intrinsicGas([{ value: 0n, data: "0x" }])).toBe(53_000n);
  });
});
