/**
 * Hierarchical deterministic keys on secp256k1: the extended public key of a mnemonic at a path, and its children.
 * https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 */
import { HARDENED_OFFSET, HDKey, type Versions } from "@scure/bip32";
import { ChainError } from "../error.ts";
import { mnemonicToSeed } from "./bip39.ts";

/** The version bytes of BIP-32 itself: `xpub` and `xprv`. */
const XPUB_VERSIONS: Versions = { public: 0x0488b21e, private: 0x0488ade4 };

/**
 * Refuses an index that no child key that is not hardened has (BIP-32: 0 to 2^31 - 1).
 *
 * @throws ChainError `INVALID_KEY`
 */
export function assertIndex(index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < HARDENED_OFFSET) return;
  throw new ChainError("INVALID_KEY", `Derivation index ${index} is not an integer from 0 to 2147483647.`);
}

/**
 * The BIP-32 node of a mnemonic at a path such as `m/44'/0'/0'/0`.
 *
 * @param versions version bytes of the extended keys the node prints; default `xpub`/`xprv`.
 */
function accountNode(mnemonic: string, path: string, versions = XPUB_VERSIONS): HDKey {
  const seed = mnemonicToSeed(mnemonic);
  try {
    return HDKey.fromMasterSeed(seed, versions).derive(path);
  } finally {
    seed.fill(0);
  }
}

/** The extended public key of the node of a mnemonic at a path (BIP-32 serialisation). */
export function extendedPublicKey(mnemonic: string, path: string, versions = XPUB_VERSIONS): string {
  return accountNode(mnemonic, path, versions).publicExtendedKey;
}

/**
 * The 32-byte private key of child `index` (not hardened) below the node of a mnemonic at a path.
 *
 * @throws ChainError `INVALID_KEY` for an index out of range.
 */
export function childPrivateKey(mnemonic: string, path: string, index: number): Uint8Array {
  assertIndex(index);
  const { privateKey } = accountNode(mnemonic, path).deriveChild(index);
  if (privateKey === null)
    throw new ChainError("INVALID_KEY", `No private key at derivation index ${index}.`);
  return privateKey;
}

/**
 * The 33-byte public key of child `index` (not hardened) of an extended public key.
 *
 * @throws ChainError `INVALID_KEY` for an index out of range or when `xpub` is not an extended public key with these
 * version bytes.
 */
export function childPublicKey(xpub: string, index: number, versions = XPUB_VERSIONS): Uint8Array {
  assertIndex(index);
  const { publicKey } = parseExtendedPublicKey(xpub, versions).deriveChild(index);
  if (publicKey === null) throw new ChainError("INVALID_KEY", `No public key at derivation index ${index}.`);
  return publicKey;
}

function parseExtendedPublicKey(xpub: string, versions: Versions): HDKey {
  let node: HDKey | undefined;
  try {
    node = HDKey.fromExtendedKey(xpub, versions);
  } catch {
    // The library's message may quote the text, which could be a private key put into the wrong field.
  }
  if (node === undefined || node.privateKey !== null) {
    throw new ChainError("INVALID_KEY", "The xpub is not an extended public key of this chain and network.");
  }
  return node;
}
