/**
 * Addresses of the EVM family: hex with the checksum of EIP-55, and the other forms that some chains have.
 * https://eips.ethereum.org/EIPS/eip-55, https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */
import { bech32 } from "@scure/base";
import * as v from "valibot";
import type { Hex } from "viem";
import { bytesToHex, getAddress, keccak256 } from "viem/utils";
import type { Network } from "../../chain.ts";
import { Recent } from "../../codec/recent.ts";
import { uncompressedPublicKey } from "../../keys/public-key.ts";

/** How users of a chain write addresses, besides `0x` and bare hex digits. */
export interface AddressForms {
  /** How the chain's wallets begin an address; inside this family every address begins with `0x`. */
  readonly addressPrefix: "0x" | "xdc";
  /** Human-readable parts of Bech32 addresses (BIP-173), such as `one` of `one1...`, for each network. */
  readonly bech32Prefixes?: Readonly<Record<Network, readonly string[]>>;
}

const ADDRESS_BYTES = 20;
const ADDRESS = /^(?:0x)?[0-9a-fA-F]{40}$/;

/** Addresses of the keys that were asked for last: a payment asks for that of its key more than once. */
const known = new Recent<Hex>(2_000);

/**
 * The address in lower case that receives to a secp256k1 public key (33 or 65 bytes): the end of its Keccak-256.
 *
 * @throws ChainError `INVALID_KEY` when it is no such key.
 */
export function addressOfPublicKey(publicKey: Uint8Array): Hex {
  const name = bytesToHex(publicKey);
  const address: Hex =
    known.get(name) ?? `0x${keccak256(uncompressedPublicKey(publicKey).subarray(1)).slice(-40)}`;
  known.set(name, address);
  return address;
}

/**
 * The address of a public key (33 or 65 bytes) as the chain's wallets print it: in lower case, with the chain's prefix.
 *
 * @throws ChainError `INVALID_KEY` when it is no public key on secp256k1.
 */
export function walletAddress(publicKey: Uint8Array, { addressPrefix }: AddressForms): string {
  return addressPrefix + addressOfPublicKey(publicKey).slice("0x".length);
}

/** The mixed-case form of an address (EIP-55). */
export function checksummedAddress(address: Hex): string {
  return getAddress(address);
}

/**
 * An address in a payload: hex digits with or without a prefix, in lower case, upper case or with a right EIP-55
 * checksum, or Bech32 text where the chain has it. The output begins with `0x` and keeps the case.
 */
export function addressAsWritten(forms: AddressForms, network: Network) {
  return v.pipe(
    v.string("must be an address"),
    v.transform((text) => withHexPrefix(text, forms, network)),
    v.regex(ADDRESS, `must be an address: ${describeForms(forms, network)}`),
    v.check(hasNoWrongChecksum, "has a wrong EIP-55 checksum; compare the address with its source"),
    v.transform((text): Hex => `0x${text.slice(-40)}`),
  );
}

/** An address in a payload like {@link addressAsWritten}; the output is in lower case. */
export function address(forms: AddressForms, network: Network) {
  return v.pipe(addressAsWritten(forms, network), v.transform(lowerCase));
}

/** An address that begins with `0x`, in lower case. */
export function lowerCase(address: Hex): Hex {
  return `0x${address.slice("0x".length).toLowerCase()}`;
}

function withHexPrefix(text: string, forms: AddressForms, network: Network): string {
  if (text.startsWith(forms.addressPrefix)) return `0x${text.slice(forms.addressPrefix.length)}`;
  const prefixes = forms.bech32Prefixes?.[network] ?? [];
  const decoded = prefixes.length === 0 ? undefined : bech32.decodeUnsafe(text);
  if (decoded === undefined || !prefixes.includes(decoded.prefix)) return text;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  return bytes?.length === ADDRESS_BYTES ? bytesToHex(bytes) : text;
}

function describeForms({ addressPrefix, bech32Prefixes }: AddressForms, network: Network): string {
  const prefixes = addressPrefix === "0x" ? "0x" : `0x or ${addressPrefix}`;
  const bech32Starts = (bech32Prefixes?.[network] ?? []).map((prefix) => `, or Bech32 text (${prefix}1...)`);
  return `40 hex digits, with or without ${prefixes}${bech32Starts.join("")}`;
}

function hasNoWrongChecksum(text: string): boolean {
  const digits = text.slice(-40);
  // Text that is no address at all has had its own message.
  if (!ADDRESS.test(text) || digits === digits.toLowerCase() || digits === digits.toUpperCase()) return true;
  return checksummedAddress(lowerCase(`0x${digits}`)) === `0x${digits}`;
}
