/**
 * Cardano wallets: a mnemonic with payment keys below the path of CIP-1852, or one private key. The master key is that of
 * Icarus (CIP-3), its descendants are those of BIP32-Ed25519.
 * https://cips.cardano.org/cip/CIP-1852
 * https://github.com/cardano-foundation/CIPs/blob/master/CIP-0003/Icarus.md
 * https://input-output-hk.github.io/adrestia/static/Ed25519_BIP.pdf
 */

import { createHmac, pbkdf2Sync } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import {
  bytesToHex,
  bytesToNumberLE,
  concatBytes,
  hexToBytes,
  numberToBytesLE,
} from "@noble/curves/utils.js";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { Network, WalletFields } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { assertIndex } from "../../keys/bip32.ts";
import { assertMnemonic, generateMnemonic } from "../../keys/bip39.ts";
import { enterpriseAddress } from "./address.ts";
import { extendedKeyOfText, parsePrivateKey, privateKeyText } from "./private-key.ts";

const { Point } = ed25519;
const HARDENED = 0x8000_0000;

/** A node of BIP32-Ed25519: 64 bytes `kL || kR` and 32 bytes of chain code. */
export interface ExtendedPrivateKey {
  readonly key: Uint8Array;
  readonly chainCode: Uint8Array;
}

/** The public side of a node: 32 bytes each. */
export interface ExtendedPublicKey {
  readonly publicKey: Uint8Array;
  readonly chainCode: Uint8Array;
}

/**
 * The master key of a mnemonic without passphrase.
 *
 * @param entropy the 16 to 32 bytes that the mnemonic stands for (BIP-39), not its seed.
 */
export function icarusMasterKey(entropy: Uint8Array): ExtendedPrivateKey {
  const bytes = new Uint8Array(pbkdf2Sync("", entropy, 4096, 96, "sha512"));
  const [lowest = 0, highest = 0] = [bytes[0], bytes[31]];
  bytes[0] = lowest & 0b1111_1000;
  bytes[31] = (highest & 0b0001_1111) | 0b0100_0000;
  return { key: bytes.slice(0, 64), chainCode: bytes.slice(64) };
}

/** The child at an index, hardened from 2^31 on (BIP32-Ed25519, V.A, with the serialisation of Cardano's "V2"). */
export function childPrivateKey({ key, chainCode }: ExtendedPrivateKey, index: number): ExtendedPrivateKey {
  const isHardened = index >= HARDENED;
  const material = isHardened ? key : publicKeyOf(key);
  const z = hmac(chainCode, [isHardened ? 0x00 : 0x02], material, index);
  const left = scalarOf(key) + 8n * bytesToNumberLE(z.subarray(0, 28));
  const right = bytesToNumberLE(key.subarray(32)) + bytesToNumberLE(z.subarray(32));
  return {
    key: concatBytes(numberToBytesLE(left, 32), numberToBytesLE(BigInt.asUintN(256, right), 32)),
    chainCode: hmac(chainCode, [isHardened ? 0x01 : 0x03], material, index).slice(32),
  };
}

/** The node below another one; hardened levels are written with an apostrophe, such as `1852'`. */
export function descendant(node: ExtendedPrivateKey, levels: readonly string[]): ExtendedPrivateKey {
  return levels.reduce((parent, level) => childPrivateKey(parent, levelIndex(level)), node);
}

function levelIndex(level: string): number {
  const index = Number.parseInt(level, 10);
  return level.endsWith("'") ? index + HARDENED : index;
}

/**
 * The public key of a child that is not hardened (BIP32-Ed25519, V.B), 32 bytes.
 *
 * @throws ChainError `INVALID_KEY` when the parent's public key is not a point of the curve.
 */
export function childPublicKey({ publicKey, chainCode }: ExtendedPublicKey, index: number): Uint8Array {
  const z = hmac(chainCode, [0x02], publicKey, index);
  const offset = 8n * bytesToNumberLE(z.subarray(0, 28));
  try {
    return Point.fromBytes(publicKey).add(Point.BASE.multiplyUnsafe(offset)).toBytes();
  } catch (cause) {
    throw new ChainError("INVALID_KEY", "The xpub does not begin with a public key of Ed25519.", { cause });
  }
}

export function publicSide({ key, chainCode }: ExtendedPrivateKey): ExtendedPublicKey {
  return { publicKey: publicKeyOf(key), chainCode };
}

function publicKeyOf(key: Uint8Array): Uint8Array {
  return Point.BASE.multiply(Point.Fn.create(scalarOf(key))).toBytes();
}

function scalarOf(key: Uint8Array): bigint {
  return bytesToNumberLE(key.subarray(0, 32));
}

function hmac(
  chainCode: Uint8Array,
  purpose: readonly number[],
  material: Uint8Array,
  index: number,
): Uint8Array {
  const position = numberToBytesLE(index, 4);
  const digest = createHmac("sha512", chainCode).update(Uint8Array.from(purpose)).update(material);
  return new Uint8Array(digest.update(position).digest());
}

/**
 * The node below which a wallet's keys are. The standard does not harden the fourth level; the wallets of this program
 * always did, so that their addresses are not those of other wallets with the same words.
 */
const ACCOUNT_LEVELS = ["1852'", "1815'", "0'", "0'"] as const;
export const ACCOUNT_PATH = `m/${ACCOUNT_LEVELS.join("/")}`;

const XPUB = /^[0-9a-f]{128}$/;

export function generateWallet(): WalletFields {
  return restoreWallet(generateMnemonic());
}

/** @throws ChainError `INVALID_KEY` when the words are not a BIP-39 mnemonic. */
export function restoreWallet(mnemonic: string): WalletFields {
  const { publicKey, chainCode } = publicSide(accountNode(mnemonic));
  return { mnemonic, xpub: bytesToHex(publicKey) + bytesToHex(chainCode) };
}

/** @throws ChainError `INVALID_KEY` */
export function deriveAddress(wallet: WalletFields, index: number, network: Network): string {
  const { mnemonic, xpub } = wallet;
  if (mnemonic === undefined && xpub === undefined) {
    return parsePrivateKey(requirePrivateKey(wallet), network).address;
  }
  assertIndex(index);
  const account = xpub === undefined ? publicSide(accountNode(mnemonic ?? "")) : parseXpub(xpub);
  return enterpriseAddress(childPublicKey(account, index), network);
}

/** @throws ChainError `INVALID_KEY` */
export function derivePrivateKey(wallet: WalletFields, index: number): string {
  if (wallet.mnemonic === undefined) return privateKeyText(extendedKeyOfText(requirePrivateKey(wallet)));
  assertIndex(index);
  return privateKeyText(childPrivateKey(accountNode(wallet.mnemonic), index).key);
}

function accountNode(mnemonic: string): ExtendedPrivateKey {
  // Without a matching checksum there is no entropy, so not even an old wallet could have such words.
  assertMnemonic(mnemonic);
  return descendant(icarusMasterKey(mnemonicToEntropy(mnemonic, wordlist)), ACCOUNT_LEVELS);
}

/** 128 hex digits: the public key and the chain code of {@link ACCOUNT_PATH}. */
function parseXpub(xpub: string): ExtendedPublicKey {
  if (!XPUB.test(xpub)) throw new ChainError("INVALID_KEY", "The xpub is not 128 hex digits.");
  const bytes = hexToBytes(xpub);
  return { publicKey: bytes.subarray(0, 32), chainCode: bytes.subarray(32) };
}

function requirePrivateKey({ privateKey }: WalletFields): string {
  if (privateKey !== undefined) return privateKey;
  throw new ChainError("INVALID_KEY", "The wallet holds neither a mnemonic nor a private key.");
}
