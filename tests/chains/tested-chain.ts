/** What the tests of all chains have to know of one; what a family shares stands in its folder, the rest in tickers/. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Network } from "../../chains/chain.ts";
import { type JsonValue, stringifyExactJson } from "../../chains/codec/exact-json.ts";

/** Why members of signed bytes that intents do not show move neither money nor authority. */
export type Reasons = Readonly<Record<string, string>>;

export const ORDER = "which transaction of the account it is; a wrong one waits or is refused";
export const LIFETIME = "when the network takes it; it can only be refused";
export const FEE_PART =
  "a part of the fee, which has a bound and is shown where the payload decides all of it";

/** Reads signed bytes member by member, without their signatures. */
export type SignedReader = (payload: string) => Readonly<Record<string, unknown>>;

/** A signature of ECDSA in a transaction. */
export interface PlacedSignature {
  /** 64 bytes `r || s`. */
  readonly compact: Uint8Array;
  /** Parity of the nonce point's y coordinate, where the transaction says it. */
  readonly recovery?: number;
}

/** A signed transaction taken apart: the signatures, and everything else. */
export interface SignedParts {
  readonly structure: unknown;
  readonly signatures: readonly PlacedSignature[];
}

/** How a chain writes signatures on secp256k1 into transactions. */
export interface Secp256k1Format {
  parts(payload: string): SignedParts;
  /** The transaction id, from the bytes of the transaction; absent where it does not depend on the signature. */
  transactionId?(payload: string): string;
  /** The 32 bytes of a private key in the form of the vectors; hex or WIF when absent. */
  privateKey?(text: string): Uint8Array;
  /** Whether the network takes signatures with a high `s`. */
  readonly takesHighS?: true;
}

/** How a chain writes signatures on Ed25519 into transactions. */
export interface Ed25519Format {
  /** The payload as hex or text with hex: signatures stand in it as they are. */
  shown(payload: string): string;
  /** Whether the transaction id depends on the signature. */
  readonly idDepends: boolean;
  /** The 32-byte private key of RFC 8032, from its form in the vectors. */
  seed(text: string): Uint8Array;
}

/** A member of a payload that is a number. */
export interface NumberMember {
  readonly member: string;
  /** The payload with this number in the place of the member. */
  readonly payload: (number: string) => string;
  /** Decimals of the unit that the member is in; 0 when absent. */
  readonly decimals?: number;
  /** The main network when absent. */
  readonly network?: Network;
}

export interface TestedChain {
  /** What a refusal may name in the place of the member that is wrong, because it tells that one was changed. */
  readonly alsoNamed?: readonly string[];
  /** Members of signed bytes that intents do not show. Two transactions with the same intents may differ in these alone. */
  readonly hiddenFields: Reasons;
  /** With another library than the one that writes the bytes, where there is any. */
  readonly signedFields: SignedReader;
  /** Makes the digests in a changed payload right again, as an API that lies would. */
  readonly withRightDigests?: (json: Readonly<Record<string, JsonValue>>) => object;
  readonly numbers: readonly NumberMember[];
  /** The paths at which common wallets have the first address, on mainnet and on a test network, where they differ. */
  readonly otherWallets?: readonly [mainnet: string | undefined, testnet: string | undefined];
  /** The curve of keys in tokens. */
  readonly tokenCurve: "secp256k1" | "ed25519";
  readonly secp256k1?: Secp256k1Format;
  readonly ed25519?: Ed25519Format;
  /** Whether it knows keys on secp256k1 in their compressed form only. */
  readonly isCompressedOnly?: true;
  /** Version bytes of WIF, of chains that tell an uncompressed key from a compressed one by its address. */
  readonly wif?: Readonly<Record<Network, number>>;
}

/** The amount that is written in different ways, in the smallest unit. */
export const AMOUNT = 1_234_000n;
const MARK = "@";

/** A member that is a number; `payloadOf` gets a text that stands for the number. */
export function numberMember(member: string, payloadOf: (mark: string) => unknown): NumberMember {
  const text = stringifyExactJson(payloadOf(MARK));
  return { member, payload: (number) => text.replaceAll(`"${MARK}"`, number) };
}

export function withoutMembers(names: readonly string[], read: SignedReader): SignedReader {
  return (payload) =>
    Object.fromEntries(Object.entries(read(payload)).filter(([name]) => !names.includes(name)));
}

/** DER, or the 64 bytes of a Schnorr signature as they are. */
export function compactOf(signature: Uint8Array): Uint8Array {
  return signature.length === 64 ? signature : secp256k1.Signature.fromBytes(signature, "der").toBytes();
}
