/**
 * Text forms of Cardano payment keys: hex, bech32 (CIP-5), and the files of cardano-cli.
 * https://cips.cardano.org/cip/CIP-0005
 */

import { bytesToHex, concatBytes, equalBytes, hexToBytes } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import * as v from "valibot";
import type { Network, ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Bip32Key } from "../../keys/ed25519-bip32.ts";
import { enterpriseAddress } from "./address.ts";

const EXTENDED_KEY_BYTES = 64;
/** What cardano-cli writes before an extended signing key: CBOR of 128 bytes `kL || kR || public key || chain code`. */
const CLI_EXTENDED_KEY = /^5880([0-9a-f]{128})([0-9a-f]{64})[0-9a-f]{64}$/;
/** What cardano-cli writes before a plain signing key: CBOR of the 32-byte seed of RFC 8032. */
const CLI_PLAIN_KEY = /^5820([0-9a-f]{64})$/;
const EXTENDED_KEY = /^[0-9a-f]{128}$/;
/** `kL || kR || chain code` */
const EXTENDED_KEY_WITH_CHAIN_CODE = /^[0-9a-f]{192}$/;

/** The file of a signing key of cardano-cli ("text envelope"). */
const textEnvelope = v.object({
  type: v.pipe(v.string(), v.regex(/^Payment(?:Extended)?SigningKeyShelley_ed25519(?:_bip32)?$/)),
  cborHex: v.string(),
});

/**
 * Reads a payment key: 128 hex digits (`kL || kR`), 192 (a chain code behind it), bech32 (`addr_xsk`,
 * `addr_sk`), or what cardano-cli writes, as a file or as its `cborHex`.
 *
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function parsePrivateKey(text: string, network: Network): ParsedPrivateKey {
  const key = memoryEd25519Bip32Key(extendedKeyOfText(text));
  return { address: enterpriseAddress(key.publicKey, network), key, warnings: [] };
}

/** The usual text form of an extended private key: 128 lower-case hex digits. */
export function privateKeyText(extendedKey: Uint8Array): string {
  return bytesToHex(extendedKey);
}

/**
 * The 64 bytes `kL || kR` of a payment key in any of its text forms.
 *
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function extendedKeyOfText(text: string): Uint8Array {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return keyOfHex(cborHexOfEnvelope(trimmed));
  if (/^[a-z0-9_]+_x?sk1/i.test(trimmed)) return keyOfBech32(trimmed);
  return keyOfHex(trimmed.replace(/^0x/i, ""));
}

function keyOfHex(text: string): Uint8Array {
  const digits = text.toLowerCase();
  if (EXTENDED_KEY.test(digits)) return hexToBytes(digits);
  if (EXTENDED_KEY_WITH_CHAIN_CODE.test(digits)) return hexToBytes(digits).slice(0, EXTENDED_KEY_BYTES);
  const [, plain] = CLI_PLAIN_KEY.exec(digits) ?? [];
  if (plain !== undefined) return expandSeed(hexToBytes(plain));
  const [, extended, publicKey] = CLI_EXTENDED_KEY.exec(digits) ?? [];
  if (extended === undefined || publicKey === undefined) throw notAKey();
  const key = hexToBytes(extended);
  if (equalBytes(memoryEd25519Bip32Key(key).publicKey, hexToBytes(publicKey))) return key;
  throw new ChainError("INVALID_KEY", "The public key inside the private key does not belong to it.");
}

function keyOfBech32(text: string): Uint8Array {
  const decoded = bech32.decodeUnsafe(text, 256);
  if (decoded === undefined) throw notAKey();
  const bytes = bech32.fromWords(decoded.words);
  if (decoded.prefix === "addr_xsk" && bytes.length === 96) return bytes.slice(0, EXTENDED_KEY_BYTES);
  if (decoded.prefix === "addr_sk" && bytes.length === 32) return expandSeed(bytes);
  throw new ChainError(
    "INVALID_KEY",
    "Only payment keys (addr_xsk, addr_sk) can be used, not those of an account, of staking or of a script.",
  );
}

/** RFC 8032, 5.1.5: a plain Ed25519 key is the hash of its seed. */
function expandSeed(seed: Uint8Array): Uint8Array {
  const hash = sha512(seed);
  const [lowest = 0, highest = 0] = [hash[0], hash[31]];
  const scalar = hash.slice(0, 32);
  scalar[0] = lowest & 0b1111_1000;
  scalar[31] = (highest & 0b0111_1111) | 0b0100_0000;
  return concatBytes(scalar, hash.subarray(32));
}

function cborHexOfEnvelope(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message may quote the text.
  }
  const parsed = v.safeParse(textEnvelope, json);
  if (parsed.success) return parsed.output.cborHex;
  throw new ChainError("INVALID_KEY", "The JSON is not the file of a payment signing key of cardano-cli.");
}

function notAKey(): ChainError {
  return new ChainError(
    "INVALID_KEY",
    "Private key must be 64 bytes long: 128 hex digits, or addr_xsk, addr_sk, or a payment key of cardano-cli.",
  );
}
