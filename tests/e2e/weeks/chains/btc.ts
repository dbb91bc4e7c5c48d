/**
 * Bitcoin in the weeks: one input and one output, pay to witness public key hash.
 * https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check } from "@scure/base";
import { p2wpkh } from "@scure/btc-signer";
import { RawOldTx, RawTx } from "@scure/btc-signer/script.js";
import { type ChainModel, hex } from "./chain-model.ts";

const FEE_SATOSHI = 2_000n;
const recipientScript = "76a9146bd9fd534b70954aa438749873b3750bd857966e88ac";
const base58check = createBase58check(sha256);

function idOf(bytes: Uint8Array): string {
  return hex(sha256(sha256(bytes)).reverse());
}

export const bitcoin: ChainModel = {
  ticker: "BTC",
  pathName: "bitcoin",
  uniqueness: "inputs",
  blockTime: 60_000,
  finality: 180_000,
  wallet(signatureId, privateKey) {
    const { address = "" } = p2wpkh(secp256k1.getPublicKey(privateKey, true));
    const wif = base58check.encode(Uint8Array.of(0x80, ...privateKey, 1));
    return {
      signatureId,
      address,
      privateKey,
      entry: { privateKey: wif, chain: "BTC", testnet: false },
    };
  },
  serialize({ wallet, amount, input = "", fee = FEE_SATOSHI }) {
    const [prevTxId = "", index = "0"] = input.split(":");
    const { script } = p2wpkh(secp256k1.getPublicKey(wallet.privateKey, true));
    const unsigned = RawOldTx.encode({
      version: 2,
      inputs: [
        {
          txid: Buffer.from(prevTxId, "hex"),
          index: Number(index),
          finalScriptSig: new Uint8Array(),
          sequence: 0xffffffff,
        },
      ],
      outputs: [{ amount, script: Buffer.from(recipientScript, "hex") }],
      lockTime: 0,
    });
    return JSON.stringify({
      hash: idOf(unsigned),
      version: 2,
      inputs: [
        {
          prevTxId,
          outputIndex: Number(index),
          sequenceNumber: 0xffffffff,
          script: "",
          scriptString: "",
          output: { satoshis: Number(amount + fee), script: hex(script) },
        },
      ],
      outputs: [{ satoshis: Number(amount), script: recipientScript }],
      nLockTime: 0,
    });
  },
  read(payload) {
    const { version, inputs, outputs, lockTime, witnesses } = RawTx.decode(Buffer.from(payload, "hex"));
    const key = witnesses?.[0]?.[1];
    if (key === undefined) throw new Error("the input is not signed");
    return {
      transactionId: idOf(RawOldTx.encode({ version, inputs, outputs, lockTime })),
      account: p2wpkh(key).address ?? "",
      amount: outputs[0]?.amount ?? 0n,
      // What the input held is not in the bytes: of two that spend the same one, the smaller payment leaves the higher fee.
      fee: -BigInt(outputs[0]?.amount ?? 0),
      inputs: inputs.map(({ txid, index }) => `${hex(txid)}:${index}`),
    };
  },
  words: {
    known: "txn-already-in-mempool",
    landed: "Transaction outputs already in utxo set",
    used: "bad-txns-inputs-missingorspent",
    expired: "non-final",
    conflict: "txn-mempool-conflict",
    "too-early": "bad-txns-inputs-missingorspent",
    poor: "min relay fee not met",
  },
};
