/**
 * Addresses of Bitcoin Cash, read in both forms in use: CashAddr and the Base58Check form of before 2018.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check } from "@scure/base";
import { OutScript } from "@scure/btc-signer/payment.js";
import { concatBytes } from "@scure/btc-signer/utils.js";
import { ChainError } from "../../error.ts";
import { CashAddressType, decodeCashAddress } from "../utxo/cash-address.ts";
import type { NetworkParameters } from "../utxo/facts.ts";

/** The longest address there can be has 512 bits and the prefix `bitcoincash:`. */
const MAXIMUM_LENGTH = 124;

const base58check = createBase58check(sha256);

/**
 * Reads an address in either form; CashAddr with or without its prefix.
 *
 * @param network the network it has to belong to.
 * @returns the output script that pays to it (P2PKH, P2SH or P2SH32).
 * @throws ChainError `INVALID_KEY`
 */
export function parseAddress(text: string, network: NetworkParameters): Uint8Array {
  const trimmed = text.trim();
  if (trimmed.length <= MAXIMUM_LENGTH) {
    const script = scriptOfCashAddress(trimmed, network) ?? scriptOfLegacyAddress(trimmed, network);
    if (script !== undefined) return script;
  }
  throw new ChainError(
    "INVALID_KEY",
    `${JSON.stringify(trimmed.slice(0, MAXIMUM_LENGTH))} is not an address with the prefix ${network.cashAddressPrefix}, nor an ` +
      "address of this network in the old form. Check the network and the spelling.",
  );
}

function scriptOfCashAddress(text: string, network: NetworkParameters): Uint8Array | undefined {
  const expected = network.cashAddressPrefix ?? "";
  const address = decodeCashAddress(text, expected);
  if (address?.prefix !== expected) return undefined;
  const { type, hash } = address;
  switch (type) {
    case CashAddressType.publicKey:
    case CashAddressType.tokenPublicKey:
      return hash.length === 20 ? OutScript.encode({ type: "pkh", hash }) : undefined;
    case CashAddressType.script:
    case CashAddressType.tokenScript:
      if (hash.length === 32) return concatBytes(Uint8Array.of(0xaa, 0x20), hash, Uint8Array.of(0x87));
      return hash.length === 20 ? OutScript.encode({ type: "sh", hash }) : undefined;
    default:
      return undefined;
  }
}

function scriptOfLegacyAddress(text: string, network: NetworkParameters): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text);
  } catch {
    return undefined;
  }
  if (bytes.length !== 21) return undefined;
  const hash = bytes.subarray(1);
  if (bytes[0] === network.pubKeyHash) return OutScript.encode({ type: "pkh", hash });
  return bytes[0] === network.scriptHash ? OutScript.encode({ type: "sh", hash }) : undefined;
}
