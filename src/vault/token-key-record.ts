/** Wallets whose private key is in a PKCS#11 token: the vault knows where it is, and its public key. */
import * as v from "valibot";
import type { JsonValue } from "../../chains/codec/exact-json.ts";

const schema = v.object({
  keyUri: v.pipe(v.string(), v.startsWith("pkcs11:")),
  publicKey: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{64}|0[23][0-9a-f]{64})$/)),
});

export interface TokenKeyRecord {
  /** RFC 7512; names the key, its token and the module. */
  readonly keyUri: string;
  /** 33 bytes (SEC 1, compressed) on secp256k1, 32 bytes on Ed25519. */
  readonly publicKey: Uint8Array;
}

/** What a stored entry says of a key in a token; `undefined` for every other wallet. */
export function tokenKeyOf(record: Readonly<Record<string, JsonValue>>): TokenKeyRecord | undefined {
  const parsed = v.safeParse(schema, record);
  if (!parsed.success) return undefined;
  const { keyUri, publicKey } = parsed.output;
  return { keyUri, publicKey: Buffer.from(publicKey, "hex") };
}

/** The fields that {@link tokenKeyOf} reads. */
export function tokenKeyFields({ keyUri, publicKey }: TokenKeyRecord): { keyUri: string; publicKey: string } {
  return { keyUri, publicKey: Buffer.from(publicKey).toString("hex") };
}
