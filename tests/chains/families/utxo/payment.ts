import { hex } from "@scure/base";
import { OutScript } from "@scure/btc-signer/payment.js";
import { hash160 } from "@scure/btc-signer/utils.js";
import type { PendingTransaction, Signer } from "../../../../chains/chain.ts";
import { memorySecp256k1Key } from "../../../../chains/keys/secp256k1.ts";
import type { SigningKey } from "../../../../chains/signing-key.ts";

/** A throw-away key, different for every number. */
export function testKey(number: number, compressed = true): SigningKey {
  return memorySecp256k1Key(new Uint8Array(32).fill(number), { compressed });
}

export function privateKeySigner(signatureId: string, key: SigningKey): Signer {
  return { signatureId, kind: "private-key", key: async () => key };
}

/** Output scripts to a key, as hex. */
export const scriptTo = {
  p2pk: ({ publicKey }: SigningKey) => hex.encode(OutScript.encode({ type: "pk", pubkey: publicKey })),
  p2pkh: ({ publicKey }: SigningKey) =>
    hex.encode(OutScript.encode({ type: "pkh", hash: hash160(publicKey) })),
  p2wpkh: ({ publicKey }: SigningKey) =>
    hex.encode(OutScript.encode({ type: "wpkh", hash: hash160(publicKey) })),
  p2shP2wpkh: ({ publicKey }: SigningKey) => {
    const redeemScript = OutScript.encode({ type: "wpkh", hash: hash160(publicKey) });
    return hex.encode(OutScript.encode({ type: "sh", hash: hash160(redeemScript) }));
  },
};

export interface PayloadInput {
  prevTxId: string;
  outputIndex: number;
  sequenceNumber: number;
  script: string;
  output?: { satoshis: number; script: string };
}

export interface Payload {
  hash?: string;
  version: number;
  nLockTime: number;
  inputs: PayloadInput[];
  outputs: { satoshis: number; script: string }[];
  changeScript?: string;
  changeIndex?: number;
}

/** A payload that spends outputs of 100,000 satoshi each and leaves 1,000 satoshi for the fee. */
export function payload(...spentScripts: string[]): Payload {
  return {
    version: 2,
    nLockTime: 0,
    inputs: spentScripts.map((script, index) => ({
      prevTxId: (index + 1).toString(16).padStart(64, "0"),
      outputIndex: index,
      sequenceNumber: 0xffffffff,
      script: "",
      output: { satoshis: 100_000, script },
    })),
    outputs: [{ satoshis: spentScripts.length * 100_000 - 1_000, script: scriptTo.p2pkh(testKey(99)) }],
  };
}

export function pending(
  content: Payload | string,
  members: Partial<PendingTransaction> = {},
): PendingTransaction {
  return {
    id: "5f9bd8b4a1b2c3d4e5f60718",
    chain: "BTC",
    hashes: ["wallet-1", "wallet-2"],
    signatures: [],
    serializedTransaction: typeof content === "string" ? content : JSON.stringify(content),
    ...members,
  };
}
