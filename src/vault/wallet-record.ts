/** What is sealed in one wallet row: a wallet with its signature ID and its place in the order. */
import * as v from "valibot";
import type { Network, WalletFields } from "../../chains/chain.ts";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { apiKeyNamePattern } from "../api-key-name.ts";
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { WalletRow } from "../store/tables/wallet.ts";
import type { RootKey } from "./root-key.ts";

/** A wallet whose private key is in a PKCS#11 token: the vault knows where it is, and its public key. */
const tokenKeySchema = v.object({
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
  // Asked of every wallet, and few have it: to describe what is wrong with the others takes longest.
  if (record["keyUri"] === undefined) return undefined;
  const parsed = v.safeParse(tokenKeySchema, record);
  if (!parsed.success) return undefined;
  const { keyUri, publicKey } = parsed.output;
  return { keyUri, publicKey: Buffer.from(publicKey, "hex") };
}

/** The fields that {@link tokenKeyOf} reads. */
export function tokenKeyFields({ keyUri, publicKey }: TokenKeyRecord): {
  keyUri: string;
  publicKey: string;
} {
  return { keyUri, publicKey: Buffer.from(publicKey).toString("hex") };
}

/** A wallet as it was stored: its fields with their values, in their order, whatever they are. */
export type WalletRecord = Readonly<Record<string, JsonValue>>;

/** A wallet as the vault lists it, without what is secret. */
export interface WalletSummary {
  readonly signatureId: string;
  /** The ticker; `undefined` when the record has none. */
  readonly chain: string | undefined;
  /** `undefined` when the record does not say. */
  readonly testnet: boolean | undefined;
  /** Where the key is, for a wallet whose key is in a token. */
  readonly keyUri?: string;
  /** The name of the API key that it is polled with; absent for the default one. */
  readonly apiKey?: string;
}

export interface StoredWallet {
  readonly signatureId: string;
  /** Wallets are listed by falling position: the newest has the highest. */
  readonly position: number;
  readonly record: WalletRecord;
  /** When it was stored, in milliseconds since 1970; `undefined` for wallets of older formats. */
  readonly createdAt?: number | undefined;
  /** What the operator calls it. */
  readonly label?: string | undefined;
  /** What the operator counts it among. */
  readonly groups?: readonly string[] | undefined;
  /** Its address at index 0, or its one address; `null` where it has none, `undefined` as long as nobody derived it. */
  readonly firstAddress?: string | null | undefined;
  /** The name of the API key that it is polled with; `undefined` for the default one. */
  readonly apiKey?: string | undefined;
}

/** What a wallet is found by beside its signature ID, and the name of its API key. */
export type WalletNames = Pick<StoredWallet, "label" | "groups" | "firstAddress" | "apiKey">;

/** Of what a wallet's keys are made. */
export type WalletKind = "mnemonic" | "private-key" | "secret" | "token-key" | "other";

/** All that may be said of a wallet: nothing of it is secret. */
export interface WalletDescription extends WalletSummary, Omit<WalletNames, "apiKey"> {
  readonly kind: WalletKind;
  readonly createdAt: number | undefined;
}

const PURPOSE = "wallet";
/** Sealed texts have few different lengths, so that a length does not tell the chain or the kind of a wallet. */
const PADDING = 512;
/** In UTF-16 code units. */
export const longestSignatureId = 128;
/** In bytes of JSON. */
const LARGEST_RECORD = 65_536;

/** The JSON of a wallet, see {@link storedWalletJson}. */
export const storedWalletSchema = v.strictObject({
  signatureId: v.pipe(v.string(), v.nonEmpty(), v.maxLength(longestSignatureId)),
  position: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  createdAt: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  label: v.optional(v.string()),
  groups: v.optional(v.array(v.string())),
  firstAddress: v.optional(v.nullable(v.pipe(v.string(), v.nonEmpty()))),
  apiKey: v.optional(v.pipe(v.string(), v.regex(apiKeyNamePattern))),
  record: v.custom<WalletRecord>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  ),
});

/** Under which a wallet's row is found: the keyed hash of its signature ID, 32 bytes. */
export function walletKeyOf(rootKey: RootKey, signatureId: string): Uint8Array {
  return rootKey.keyedHash("wallet-key", Buffer.from(signatureId, "utf8"));
}

/** @throws KmsError `INVALID_INPUT` when the signature ID or the record is too long to be stored */
export function sealWallet(rootKey: RootKey, wallet: StoredWallet): Uint8Array {
  const { signatureId } = wallet;
  if (signatureId.length === 0 || signatureId.length > longestSignatureId) {
    throw new KmsError("INVALID_INPUT", `A signature ID has 1 to ${longestSignatureId} characters.`);
  }
  const text = Buffer.from(stringifyExactJson(storedWalletJson(wallet)));
  if (text.length > LARGEST_RECORD) {
    throw new KmsError(
      "INVALID_INPUT",
      `The wallet ${signatureId} is too large: ${text.length} bytes of JSON, at most ${LARGEST_RECORD} can be stored.`,
    );
  }
  const padded = paddedText(text);
  const sealed = rootKey.seal(PURPOSE, walletKeyOf(rootKey, signatureId), padded);
  padded.fill(0);
  return sealed;
}

/** A JSON text in one of few lengths: spaces after it mean nothing. The text that was given is wiped. */
export function paddedText(text: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil(text.length / PADDING) * PADDING, " ");
  text.copy(padded);
  text.fill(0);
  return padded;
}

export function storedWalletJson({
  signatureId,
  position,
  record,
  ...optional
}: StoredWallet): Record<string, JsonValue> {
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { signatureId, position, ...Object.fromEntries(given), record };
}

/** @throws KmsError `VAULT_CORRUPT` naming the row */
export function openWallet(
  rootKey: RootKey,
  { walletKey, sealed }: Pick<WalletRow, "walletKey" | "sealed">,
): StoredWallet {
  const name = (): string => `wallet record ${Buffer.from(walletKey).toString("hex")}`;
  const text = rootKey.open(PURPOSE, walletKey, sealed);
  if (text === undefined) {
    throw vaultCorrupt(`${name()} does not open: it was changed, or belongs to another row or vault`);
  }
  const parsed = v.safeParse(storedWalletSchema, parseWalletJson(text));
  text.fill(0);
  if (!parsed.success) throw vaultCorrupt(`${name()} has an unknown shape`);
  return parsed.output;
}

export function summarize({ signatureId, record, apiKey }: StoredWallet): WalletSummary {
  const { chain, testnet } = record;
  const tokenKey = tokenKeyOf(record);
  const summary = {
    signatureId,
    chain: typeof chain === "string" ? chain : undefined,
    testnet: typeof testnet === "boolean" ? testnet : undefined,
  };
  if (tokenKey === undefined && apiKey === undefined) return summary;
  return {
    ...summary,
    ...(tokenKey === undefined ? {} : { keyUri: tokenKey.keyUri }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

export function kindOf(record: WalletRecord): WalletKind {
  if ("mnemonic" in record) return "mnemonic";
  if ("privateKey" in record) return "private-key";
  if ("secret" in record) return "secret";
  return tokenKeyOf(record) === undefined ? "other" : "token-key";
}

export function describeWallet(wallet: StoredWallet): WalletDescription {
  const { record, label, groups, createdAt, firstAddress } = wallet;
  return { ...summarize(wallet), kind: kindOf(record), label, groups, createdAt, firstAddress };
}

/** What was sealed as JSON, with every digit of its numbers; `undefined` for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** {@link parseJson} of a wallet. Most have no number but those of this program, and are read in a third of the time. */
function parseWalletJson(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  try {
    const parsed = JSON.parse(text) as { readonly record?: object } | null;
    return Object.values(parsed?.record ?? {}).every(hasNoNumber) ? parsed : parseExactJson(text);
  } catch {
    return undefined;
  }
}

function hasNoNumber(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean";
}

/** Without a copy of the bytes, which nobody would wipe. */
function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}

/** The fields a chain knows, where the stored entry has them as text; old entries may hold anything. */
export function walletFields(record: WalletRecord): WalletFields {
  const fields: Record<string, string> = {};
  for (const name of ["mnemonic", "xpub", "address", "secret", "privateKey"] as const) {
    const value = record[name];
    if (typeof value === "string" && value !== "") fields[name] = value;
  }
  return fields;
}

/** The network of a stored entry; an entry without the flag counts as one of the main network. */
export function networkOf(record: WalletRecord): Network {
  return record["testnet"] === true ? "testnet" : "mainnet";
}
