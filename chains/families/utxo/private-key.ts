/**
 * Texts of private keys: wallet import format (WIF) and hex.
 * https://en.bitcoin.it/wiki/Wallet_import_format
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check, hex } from "@scure/base";
import type { Network, ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memorySecp256k1Key } from "../../keys/secp256k1.ts";
import { addressOfPublicKey } from "./address.ts";
import type { UtxoParameters } from "./facts.ts";

const base58check = createBase58check(sha256);
const HEX_KEY = /^(?:0x)?([0-9a-f]{64})$/i;
const COMPRESSED_MARK = 0x01;

/** The wallet import format of a 32-byte private key whose public key is used compressed. */
export function encodeWif(privateKey: Uint8Array, version: number): string {
  return base58check.encode(Uint8Array.of(version, ...privateKey, COMPRESSED_MARK));
}

/**
 * Reads a private key: WIF, compressed or not, of the network or, on most coins, of the other one; on these also 64 hex
 * digits (then the public key is used compressed).
 *
 * @throws ChainError `INVALID_KEY`, without the text in its message.
 */
export function parsePrivateKey(
  text: string,
  parameters: UtxoParameters,
  network: Network,
): ParsedPrivateKey {
  const trimmed = text.trim();
  const takesHex = parameters.privateKeyTexts === "wif-or-hex";
  const digits = takesHex ? HEX_KEY.exec(trimmed)?.[1] : undefined;
  const parsed =
    digits === undefined
      ? decodeWif(trimmed, parameters, network)
      : { privateKey: hex.decode(digits.toLowerCase()), compressed: true, warnings: [] };
  const key = memorySecp256k1Key(parsed.privateKey, { compressed: parsed.compressed });
  parsed.privateKey.fill(0);
  return {
    address: addressOfPublicKey(key.publicKey, parameters, parameters.networks[network]),
    key,
    warnings: parsed.warnings,
  };
}

interface DecodedWif {
  readonly privateKey: Uint8Array;
  readonly compressed: boolean;
  readonly warnings: readonly string[];
}

function decodeWif(text: string, parameters: UtxoParameters, network: Network): DecodedWif {
  const { ticker } = parameters.facts;
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text);
  } catch {
    throw new ChainError(
      "INVALID_KEY",
      `Not a private key of ${ticker}: expected WIF with a matching checksum${
        parameters.privateKeyTexts === "wif-or-hex" ? ", or 64 hex digits" : ""
      }.`,
    );
  }
  const compressed = bytes.length === 34 && bytes[33] === COMPRESSED_MARK;
  if (!compressed && bytes.length !== 33) {
    throw new ChainError("INVALID_KEY", `Not a private key of ${ticker}: WIF of a wrong length.`);
  }
  const written = (["mainnet", "testnet"] as const).filter(
    (name) => parameters.networks[name].wif === bytes[0],
  );
  if (written.length === 0) {
    throw new ChainError("INVALID_KEY", `Not a private key of ${ticker}: WIF of another coin.`);
  }
  const privateKey = bytes.slice(1, 33);
  if (written.includes(network)) return { privateKey, compressed, warnings: [] };
  if (parameters.privateKeyTexts === "wif-of-network") {
    throw new ChainError(
      "INVALID_KEY",
      `The private key is one of ${ticker} ${written.join()}, but it is used on ${network}.`,
    );
  }
  const warning = `The private key is written in the form of ${ticker} ${written.join()}; it is used on ${network}.`;
  return { privateKey, compressed, warnings: [warning] };
}
