/** The BNB Beacon Chain, as the tests of all chains have to know it. */
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { buffer, RECIPIENT, SENDER } from "../families/bnb/transfer.ts";
import { numberMember, ORDER, type Secp256k1Format, type TestedChain } from "../tested-chain.ts";

/** Fields of a Protocol Buffers message by number: `[number, varint or bytes]`. */
function protobufFields(bytes: Uint8Array): [field: number, value: bigint | Uint8Array][] {
  const found: [number, bigint | Uint8Array][] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++] ?? 0);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    if ((key & 7n) === 0n) {
      found.push([Number(key >> 3n), value]);
      continue;
    }
    found.push([Number(key >> 3n), bytes.subarray(at, at + Number(value))]);
    at += Number(value);
  }
  return found;
}

function signedFields(payload: string): Record<string, unknown> {
  const bytes = Buffer.from(payload, "hex");
  // A length in one or two bytes, and the prefix of the type.
  const start = bytes.indexOf("f0625dee", 0, "hex") + 4;
  const members = protobufFields(bytes.subarray(start));
  const [, signature] = members.find(([field]) => field === 2) ?? [];
  const signed = signature instanceof Uint8Array ? protobufFields(signature) : [];
  return {
    transfer: members.filter(([field]) => field === 1),
    memo: members.filter(([field]) => field === 3),
    source: members.filter(([field]) => field === 4),
    accountNumber: signed.filter(([field]) => field === 3),
    sequence: signed.filter(([field]) => field === 4),
  };
}

const secp256k1: Secp256k1Format = {
  parts(payload) {
    const [, before, signature, after] = /^(.*eb5ae98721.{66}1240)(.{128})(.*)$/.exec(payload)!;
    return { structure: [before, after], signatures: [{ compact: hexToBytes(signature!) }] };
  },
  transactionId: (payload) => bytesToHex(sha256(hexToBytes(payload))).toUpperCase(),
};

function transferOf(amount: unknown) {
  const share = (address: unknown) => ({ address, coins: [{ denom: "BNB", amount }] });
  return {
    msg: {
      inputs: [share(buffer(SENDER))],
      outputs: [share(buffer(RECIPIENT))],
      aminoPrefix: "2A2C87FA",
    },
    signMsg: { inputs: [share(SENDER)], outputs: [share(RECIPIENT)] },
    memo: "",
  };
}

export const tested: TestedChain = {
  hiddenFields: {
    accountNumber: "the number that the network gave the account",
    sequence: ORDER,
    source: "the program that made it; the network does nothing with it",
  },
  signedFields,
  numbers: [numberMember("amount", transferOf)],
  tokenCurve: "secp256k1",
  secp256k1,
  isCompressedOnly: true,
};
