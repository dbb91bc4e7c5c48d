/** What the tests have to know of a coin of the UTXO family. */
import { hexToBytes } from "@noble/curves/utils.js";
import { RawTx, Script } from "@scure/btc-signer/script.js";
import { Transaction } from "bitcoinjs-lib";
import {
  compactOf,
  LIFETIME,
  numberMember,
  type PlacedSignature,
  type Reasons,
  type Secp256k1Format,
  type TestedChain,
} from "../../tested-chain.ts";
import { payload as paymentPayload, scriptTo, testKey } from "./payment.ts";

const hiddenFields: Reasons = {
  outpoints:
    "which coins of the wallet are spent: only its own can be signed for, and their sum shows in the fee",
  sequences: LIFETIME,
  lockTime: LIFETIME,
  version: "the form of the same transaction",
};

/** Scripts of inputs and witnesses are signatures. */
function signedFields(payload: string): Record<string, unknown> {
  const { version, lockTime, inputs, outputs } = RawTx.decode(Buffer.from(payload, "hex"));
  return {
    version,
    lockTime,
    outpoints: inputs.map(({ txid, index }) => [txid, index]),
    sequences: inputs.map(({ sequence }) => sequence),
    outputs: outputs.map(({ amount, script }) => [amount, script]),
  };
}

/** Bitcoin and Bitcoin Cash: every input has a signature, with its hash type, in front of its public key. */
const secp256k1: Secp256k1Format = {
  parts(payload) {
    const { inputs, witnesses = [], ...rest } = RawTx.decode(hexToBytes(payload));
    const signatures: PlacedSignature[] = [];
    const unlocked = inputs.map(({ finalScriptSig, ...input }, index) => {
      const script = Script.decode(finalScriptSig) as Uint8Array[];
      const stack = witnesses[index] ?? [];
      const [signature, ...others] = stack.length > 0 ? stack : script;
      const hashType = signature!.at(-1);
      signatures.push({ compact: compactOf(signature!.subarray(0, -1)) });
      return { ...input, hashType, others, redeemScript: stack.length > 0 ? script : [] };
    });
    return { structure: { ...rest, unlocked }, signatures };
  },
  transactionId: (payload) => Transaction.fromHex(payload).getId(),
};

const coin = paymentPayload(scriptTo.p2pkh(testKey(1)));
const inputs = coin.inputs.map((input) => ({ ...input, output: { ...input.output, satoshis: 2_000_000 } }));
const satoshis = numberMember("satoshis", (mark) => ({
  ...coin,
  inputs,
  outputs: coin.outputs.map((output) => ({ ...output, satoshis: mark })),
}));

export function utxoTested(
  own: Required<Pick<TestedChain, "wif">> & Pick<TestedChain, "otherWallets">,
): TestedChain {
  return {
    ...own,
    alsoNamed: ["hash"],
    hiddenFields,
    signedFields,
    withRightDigests: (json) => ({ ...json, hash: null }),
    numbers: [satoshis],
    tokenCurve: "secp256k1",
    secp256k1,
  };
}
