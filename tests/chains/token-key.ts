/** Keys as a hardware token gives them: a curve, a public key and signatures, and nothing else. */
import { createPrivateKey, sign } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToNumberLE, concatBytes, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { SigningKey } from "../../chains/signing-key.ts";

const { Point } = ed25519;
/** What PKCS #8 has before the 32 bytes of an Ed25519 key (RFC 8410, 7). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key whose signatures differ each time, every second one with a high `s`. */
export function secp256k1TokenKey(privateKey: Uint8Array, compressed = true): SigningKey {
  let isHigh = false;
  return {
    curve: "secp256k1",
    publicKey: secp256k1.getPublicKey(privateKey, compressed),
    async sign(digest) {
      const options = { prehash: false, lowS: false, extraEntropy: true } as const;
      const signature = secp256k1.Signature.fromBytes(secp256k1.sign(digest, privateKey, options));
      const { r, s } = signature;
      isHigh = !isHigh;
      const asked = signature.hasHighS() === isHigh ? s : secp256k1.Point.Fn.neg(s);
      return new secp256k1.Signature(r, asked).toBytes();
    },
  };
}

/** Ed25519 of RFC 8032 by OpenSSL. */
export function ed25519TokenKey(seed: Uint8Array): SigningKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seed]),
    format: "der",
    type: "pkcs8",
  });
  return {
    curve: "ed25519",
    publicKey: ed25519.getPublicKey(seed),
    sign: async (message) => Uint8Array.from(sign(null, message, privateKey)),
  };
}

/** Ed25519 of a token that guards itself with a random nonce: valid signatures, different each time. */
export function randomizedEd25519TokenKey(seed: Uint8Array): SigningKey {
  const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
  const publicKey = ed25519.getPublicKey(seed);
  return {
    curve: "ed25519",
    publicKey,
    async sign(message) {
      const nonce = Point.Fn.create(bytesToNumberLE(sha512(ed25519.utils.randomSecretKey())));
      const commitment = Point.BASE.multiply(nonce).toBytes();
      const hash = sha512(concatBytes(commitment, publicKey, message));
      const challenge = Point.Fn.create(bytesToNumberLE(hash));
      const response = Point.Fn.add(nonce, Point.Fn.mul(challenge, scalar));
      return concatBytes(commitment, numberToBytesLE(response, 32));
    },
  };
}
