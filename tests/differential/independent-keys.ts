/** Keys and signatures of libauth, whose curve is the library of Bitcoin Core compiled to WebAssembly. */
import { encodeBase58AddressFormat, secp256k1 } from "@bitauth/libauth";

export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly compressed: boolean;
}

export function keyPair(privateKey: Uint8Array, compressed = true): KeyPair {
  const publicKey = compressed
    ? secp256k1.derivePublicKeyCompressed(privateKey)
    : secp256k1.derivePublicKeyUncompressed(privateKey);
  return { privateKey, publicKey: unwrap(publicKey), compressed };
}

/** ECDSA with the nonce of RFC 6979 and low s, in DER. */
export function signDer({ privateKey }: KeyPair, digest: Uint8Array): Uint8Array {
  return unwrap(secp256k1.signMessageHashDER(privateKey, digest));
}

export function signSchnorr({ privateKey }: KeyPair, digest: Uint8Array): Uint8Array {
  return unwrap(secp256k1.signMessageHashSchnorr(privateKey, digest));
}

export function wif({ privateKey, compressed }: KeyPair, version: number): string {
  return encodeBase58AddressFormat(version, compressed ? Uint8Array.of(...privateKey, 1) : privateKey);
}

/** libauth gives errors back as text. */
export function unwrap<Value>(value: Value | string): Value {
  if (typeof value === "string") throw new Error(value);
  return value;
}
