/** Signed transactions of the chains on secp256k1, taken apart: the signatures, and everything else. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { RawTx, Script } from "@scure/btc-signer/script.js";
import { Transaction } from "bitcoinjs-lib";
import { decode } from "ripple-binary-codec";
import { fromRlp, type Hex, keccak256 } from "viem";
import { type SubmittedTransaction, transactionId } from "./families/flow/flow-vectors.ts";

export interface PlacedSignature {
  /** 64 bytes `r || s` of ECDSA. */
  readonly compact: Uint8Array;
  /** Parity of the nonce point's y coordinate, where the transaction says it. */
  readonly recovery?: number;
}

export interface SignedParts {
  readonly structure: unknown;
  readonly signatures: readonly PlacedSignature[];
}

/** How a chain writes signatures into transactions. */
export interface Format {
  parts(payload: string): SignedParts;
  /** The transaction id, from the bytes of the transaction; absent where it does not depend on the signature. */
  transactionId?(payload: string): string;
}

const ethereum: Format = {
  parts(payload) {
    const isTyped = Number(payload.slice(0, 4)) < 0x80;
    const start = isTyped ? 4 : 2;
    const items = fromRlp(`0x${payload.slice(start)}`) as readonly Hex[];
    const [v = "0x", r = "0x", s = "0x"] = items.slice(-3);
    const number = v === "0x" ? 0 : Number(v);
    // EIP-155: 35 + 2 * chain id + parity.
    const recovery = isTyped ? number : (number - 35) % 2;
    const compact = hexToBytes([r, s].map((part) => part.slice(2).padStart(64, "0")).join(""));
    return {
      structure: [payload.slice(2, start), items.slice(0, -3), number - recovery],
      signatures: [{ compact, recovery }],
    };
  },
  transactionId: (payload) => keccak256(payload as Hex),
};

const vechain: Format = {
  parts(payload) {
    const items = fromRlp(payload as Hex) as readonly Hex[];
    const signature = hexToBytes(items.at(-1)!.slice(2));
    return {
      structure: items.slice(0, -1),
      signatures: [{ compact: signature.slice(0, 64), recovery: signature[64]! }],
    };
  },
};

const tron: Format = {
  parts(payload) {
    const { signature, ...structure } = JSON.parse(payload) as { readonly signature: readonly string[] };
    const [bytes] = signature.map(hexToBytes);
    return { structure, signatures: [{ compact: bytes!.slice(0, 64), recovery: bytes![64]! - 27 }] };
  },
};

/** Bitcoin and Bitcoin Cash: every input has a signature, with its hash type, in front of its public key. */
const unspentOutputs: Format = {
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

const bnbBeacon: Format = {
  parts(payload) {
    const [, before, signature, after] = /^(.*eb5ae98721.{66}1240)(.{128})(.*)$/.exec(payload)!;
    return { structure: [before, after], signatures: [{ compact: hexToBytes(signature!) }] };
  },
  transactionId: (payload) => bytesToHex(sha256(hexToBytes(payload))).toUpperCase(),
};

const xrpLedger: Format = {
  parts(payload) {
    const { TxnSignature, ...structure } = decode(payload);
    return { structure, signatures: [{ compact: compactOf(hexToBytes(String(TxnSignature))) }] };
  },
  transactionId: (payload) => bytesToHex(sha512(hexToBytes(`54584e00${payload}`)).slice(0, 32)).toUpperCase(),
};

/** The signature of the payer covers that of the authorizer, so it differs as well. */
const flow: Format = {
  parts(payload) {
    const submitted = JSON.parse(payload) as SubmittedTransaction;
    const isOwn = ({ address }: { readonly address: string }) => address === submitted.authorizers[0];
    const own = submitted.payload_signatures.filter(isOwn);
    return {
      structure: {
        ...submitted,
        payload_signatures: submitted.payload_signatures.map((entry) =>
          isOwn(entry) ? { ...entry, signature: "" } : entry,
        ),
        envelope_signatures: submitted.envelope_signatures.map((entry) => ({ ...entry, signature: "" })),
      },
      signatures: own.map(({ signature }) => ({
        compact: Uint8Array.from(Buffer.from(signature, "base64")),
      })),
    };
  },
  transactionId: (payload) => transactionId(JSON.parse(payload) as SubmittedTransaction),
};

const evmTickers = ["ETH", "BSC", "MATIC", "CELO", "KLAY", "KCS", "ONE", "XDC"];
const utxoTickers = ["BTC", "LTC", "DOGE", "BCH"];

export const formats: ReadonlyMap<string, Format> = new Map([
  ...evmTickers.map((ticker) => [ticker, ethereum] as const),
  ...utxoTickers.map((ticker) => [ticker, unspentOutputs] as const),
  ["VET", vechain],
  ["TRON", tron],
  ["BNB", bnbBeacon],
  ["XRP", xrpLedger],
  ["FLOW", flow],
]);

/** DER, or the 64 bytes of a Schnorr signature as they are. */
function compactOf(signature: Uint8Array): Uint8Array {
  return signature.length === 64 ? signature : secp256k1.Signature.fromBytes(signature, "der").toBytes();
}
