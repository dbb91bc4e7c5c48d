/** Signing keys that are made in, or taken from, a token, and never leave it. */
import { randomBytes } from "node:crypto";
import { TokenError } from "../error.ts";
import type { Token } from "./token.ts";
import type { Pkcs11Uri } from "./uri.ts";
import type { KeySelector, TokenCurve } from "./worker/messages.ts";

/** A key pair in a token, as it is known outside. */
export interface TokenKeyPair {
  readonly curve: TokenCurve;
  /** 65 bytes (SEC 1, uncompressed) on secp256k1, 32 bytes on Ed25519. */
  readonly publicKey: Uint8Array;
  /** Names the key, its token and the module. */
  readonly uri: Pkcs11Uri;
  /** Attributes that would show that the token made the key and never gave it out, and are not set. */
  readonly missingOrigin: readonly string[];
}

/**
 * Makes a key pair in the token.
 *
 * @param label what the key is called where the URI does not say
 * @throws TokenError `KEY_EXISTS`, `NOT_SUPPORTED`
 */
export async function makeKeyPair(
  token: Token,
  uri: Pkcs11Uri,
  curve: TokenCurve,
  label: string,
): Promise<TokenKeyPair> {
  const name = { object: uri.object ?? label, id: uri.id ?? randomBytes(16).toString("hex") };
  const { publicKey, missingOrigin } = await token.run("makeKeyPair", { curve, name });
  return {
    curve,
    publicKey: Buffer.from(publicKey, "hex"),
    uri: { ...uri, ...name, type: "private" },
    missingOrigin,
  };
}

/**
 * The key pair that a URI names.
 * @throws TokenError `NOT_CONFIGURED` when it names no key, `NO_KEY`, `SEVERAL_KEYS`, `UNSAFE_KEY` when it could leave
 * the token or the PIN does not protect it, `NOT_SUPPORTED`
 */
export async function readKeyPair(token: Token, uri: Pkcs11Uri): Promise<TokenKeyPair> {
  const key = keySelectorOf(uri);
  const { curve, publicKey, name, missingOrigin } = await token.run("readKeyPair", { key });
  const { id, ...withoutId } = name;
  return {
    curve,
    publicKey: Buffer.from(publicKey, "hex"),
    uri: { ...uri, ...withoutId, ...(id !== "" && { id }), type: "private" },
    missingOrigin,
  };
}

/**
 * Signs inside the token; 64 bytes.
 * @param data the 32-byte digest on secp256k1, the message on Ed25519
 * @throws TokenError
 */
export async function signInToken(
  token: Token,
  uri: Pkcs11Uri,
  curve: TokenCurve,
  data: Uint8Array,
): Promise<Uint8Array> {
  const request = { key: keySelectorOf(uri), curve, data: Buffer.from(data).toString("hex") };
  const { signature } = await token.run("sign", request);
  return Buffer.from(signature, "hex");
}

function keySelectorOf({ object, id }: Pkcs11Uri): KeySelector {
  if (object === undefined && id === undefined) {
    throw new TokenError(
      "NOT_CONFIGURED",
      "The PKCS#11 URI names no key.",
      "Add object=<label> or id=<identifier> to it.",
    );
  }
  return { ...(object !== undefined && { object }), ...(id !== undefined && { id }) };
}
