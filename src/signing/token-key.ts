/** Keys inside PKCS#11 tokens, as chains sign with them. */
import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { SigningKey } from "../../chains/signing-key.ts";
import { signInToken, type TokenKeyPair } from "../../providers/pkcs11/key-pairs.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
import { parsePkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { KmsError } from "../errors.ts";
import { explainProviderFailure } from "../failures.ts";
import type { TokenKeyRecord } from "../vault/wallet-record.ts";

/** In bytes: a compressed point of secp256k1; keys on Ed25519 have 32. */
const SECP256K1_LENGTH = 33;

/** The ability to sign with a key that the vault knows only by its place. */
export function tokenSigningKey(tokens: Tokens, { keyUri, publicKey }: TokenKeyRecord): SigningKey {
  const curve = publicKey.length === SECP256K1_LENGTH ? "secp256k1" : "ed25519";
  return {
    curve,
    publicKey,
    async sign(digestOrMessage) {
      const signature = await signExplained(tokens, keyUri, curve, digestOrMessage);
      // A fault of the token says nothing of the transaction, which may be tried again.
      if (isSignature(curve, signature, digestOrMessage, publicKey)) return signature;
      throw new KmsError("TOKEN", "The token's signature does not fit the key's public part.", {
        hint: "Check the token, and that its key is still the one that was stored.",
      });
    },
  };
}

async function signExplained(
  tokens: Tokens,
  keyUri: string,
  curve: TokenKeyPair["curve"],
  data: Uint8Array,
): Promise<Uint8Array> {
  try {
    const uri = parsePkcs11Uri(keyUri);
    return await signInToken(tokens.get(uri), uri, curve, data);
  } catch (error) {
    throw explainProviderFailure(error);
  }
}

function isSignature(
  curve: TokenKeyPair["curve"],
  signature: Uint8Array,
  data: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return curve === "secp256k1"
    ? secp256k1.verify(signature, data, publicKey, { prehash: false, lowS: false })
    : ed25519.verify(signature, data, publicKey, { zip215: false });
}

/** The public key as wallets store it: 33 bytes (SEC 1, compressed) on secp256k1, 32 bytes on Ed25519. */
export function compressedPublicKey({ curve, publicKey }: TokenKeyPair): Uint8Array {
  return curve === "secp256k1" ? secp256k1.Point.fromBytes(publicKey).toBytes(true) : publicKey;
}

/** Whether the token signs with the private key that belongs to the public key it shows. */
export async function checkTokenKey(
  tokens: Tokens,
  { curve, publicKey, uri }: TokenKeyPair,
): Promise<boolean> {
  const challenge = randomBytes(32);
  const signature = await signInToken(tokens.get(uri), uri, curve, challenge);
  return isSignature(curve, signature, challenge, publicKey);
}
