/** Wallets whose private key is made in a PKCS#11 token, or found there, and never leaves it. */
import { randomUUID } from "node:crypto";
import type { ChainFacts } from "../../chains/chain.ts";
import type { Curve } from "../../chains/signing-key.ts";
import { makeKeyPair, readKeyPair, type TokenKeyPair } from "../../providers/pkcs11/key-pairs.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
import { formatPkcs11Uri, type Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { KmsError } from "../errors.ts";
import { checkTokenKey, compressedPublicKey } from "../signing/token-key.ts";
import type { Vault } from "../vault/vault.ts";
import { tokenKeyFields } from "../vault/wallet-record.ts";
import type { WalletOrder } from "./managed-wallets.ts";
import { assertLabelsFree } from "./names.ts";

/**
 * The curve of a key that a hardware token makes for a chain. No token has BIP32-Ed25519; a plain Ed25519 key does in its
 * place, because its signatures are of the same kind. The XRP Ledger takes keys of both curves: new ones are on Ed25519,
 * as in the wallets made here.
 */
export function tokenCurve({ curve }: Pick<ChainFacts, "curve">): Exclude<Curve, "ed25519-bip32"> {
  return curve === "ed25519-bip32" ? "ed25519" : curve;
}

/** What the outside learns of a key in a token that was stored. */
export interface StoredTokenKey {
  readonly signatureId: string;
  readonly address: string;
  /** In hexadecimal. */
  readonly publicKey: string;
}

/** The chain and network that a key is for, what the wallet is to be called, and the token the key is in. */
export interface TokenKeyRequest extends WalletOrder {
  readonly tokens: Tokens;
  readonly uri: Pkcs11Uri;
  /** Tells a person what the token says of the key. */
  note(text: string): void;
}

/**
 * Makes a key pair in the token and stores where it is.
 * @throws TokenError; KmsError as {@link Vault.add}
 */
export async function generateManagedKey(vault: Vault, request: TokenKeyRequest): Promise<StoredTokenKey> {
  const { chain, tokens, uri, note } = request;
  const signatureId = randomUUID();
  // Before the token has a key that nobody knows of.
  await assertLabelsFree(vault, request.label === undefined ? [] : [request.label]);
  const pair = await makeKeyPair(tokens.get(uri), uri, tokenCurve(chain.facts), `tatum-kms ${signatureId}`);
  const stored = await store(vault, request, signatureId, pair);
  if (pair.missingOrigin.length > 0) note(describeOrigin(pair));
  return stored;
}

/**
 * Stores where a key pair is that the token holds already.
 * @throws TokenError; KmsError as {@link Vault.add}; ChainError `INVALID_KEY` when the chain has no such keys
 */
export async function storeManagedKey(vault: Vault, request: TokenKeyRequest): Promise<StoredTokenKey> {
  const { tokens, uri, note } = request;
  const pair = await readKeyPair(tokens.get(uri), uri);
  const stored = await store(vault, request, randomUUID(), pair);
  note(describeOrigin(pair));
  return stored;
}

async function store(
  vault: Vault,
  { chain, network, tokens, label, groups, apiKey }: TokenKeyRequest,
  signatureId: string,
  pair: TokenKeyPair,
): Promise<StoredTokenKey> {
  const publicKey = compressedPublicKey(pair);
  const address = chain.addressOfPublicKey(publicKey, network);
  // Money that is sent to a key that cannot sign is lost.
  if (!(await checkTokenKey(tokens, pair))) {
    throw new KmsError(
      "TOKEN",
      "The token's signature does not fit the public key it shows; nothing was stored.",
    );
  }
  const fields = tokenKeyFields({ keyUri: formatPkcs11Uri(pair.uri), publicKey });
  const record = { ...fields, chain: chain.facts.ticker, testnet: network === "testnet" };
  await assertLabelsFree(vault, label === undefined ? [] : [label]);
  await vault.add([[signatureId, record, { label, groups, firstAddress: address, apiKey }]]);
  return { signatureId, address, publicKey: fields.publicKey };
}

/** Keys are brought into tokens on purpose, so it is for the operator to judge where this one comes from. */
function describeOrigin({ uri: { object = "", id = "" }, missingOrigin }: TokenKeyPair): string {
  const key = `key ${JSON.stringify(object)} with the identifier ${id === "" ? "(none)" : id}`;
  return missingOrigin.length === 0
    ? `The ${key} was made in the token and never leaves it.`
    : `Warning: nothing shows that the ${key} was made in the token and never left it (not set: ${missingOrigin.join(", ")}): whoever has a copy of it can sign.`;
}
