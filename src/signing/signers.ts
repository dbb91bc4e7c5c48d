/** The wallets of a pending transaction, as signers that show no key and look again before they sign. */
import type { Chain, PendingTransaction, Signer, SigningRequest } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import type { SigningKey } from "../../chains/signing-key.ts";
import { ApiUnavailable } from "../errors.ts";
import type { TatumApi } from "../tatum/api.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import type { Services } from "./services.ts";
import { tokenSigningKey } from "./token-key.ts";
import { goneWallet, type KnownWallet, type WalletKeys } from "./wallet-keys.ts";

/** A key in memory by what it shows; what it signs with is looked for when it signs. */
async function keyOfWallet(
  keys: WalletKeys,
  chain: Chain,
  wallet: KnownWallet,
  index: number,
): Promise<SigningKey> {
  const place = { chain, wallet, index };
  return keys.with(place, ({ curve, publicKey, signRecoverable, signBitcoinCashSchnorr }) => ({
    curve,
    publicKey,
    sign: (message) => keys.sign(place, "sign", message),
    ...(signRecoverable !== undefined && {
      signRecoverable: (digest: Uint8Array) => keys.sign(place, "signRecoverable", digest),
    }),
    ...(signBitcoinCashSchnorr !== undefined && {
      signBitcoinCashSchnorr: (digest: Uint8Array) => keys.sign(place, "signBitcoinCashSchnorr", digest),
    }),
  }));
}

function createSigner(
  chain: Chain,
  wallet: KnownWallet,
  index: number | undefined,
  { tokens, keys }: Pick<Services, "tokens" | "keys">,
): Signer {
  const { signatureId, tokenKey, isMnemonic, xpub } = wallet;
  if (tokenKey !== undefined) {
    return { signatureId, kind: "private-key", key: async () => tokenSigningKey(tokens, tokenKey) };
  }
  return {
    signatureId,
    kind: isMnemonic ? "mnemonic" : "private-key",
    ...(index === undefined || !isMnemonic ? {} : { index }),
    ...(xpub === undefined ? {} : { xpub }),
    async key(at) {
      if (!isMnemonic) return keyOfWallet(keys, chain, wallet, 0);
      if (at !== undefined) return keyOfWallet(keys, chain, wallet, at);
      throw new ChainError("MISSING_KEY", `Wallet ${signatureId} is mnemonic based and no index was given.`);
    },
  };
}

/** A signer whose keys ask right before each signature whether it may still be made. @param assertMaySign throws when not */
function withCheck(signer: Signer, assertMaySign: () => Promise<void>): Signer {
  return { ...signer, key: async (index) => checkedKey(await signer.key(index), assertMaySign) };
}

function checkedKey(key: SigningKey, assertMaySign: () => Promise<void>): SigningKey {
  const { curve, publicKey } = key;
  const recoverable = key.signRecoverable?.bind(key);
  const schnorr = key.signBitcoinCashSchnorr?.bind(key);
  return {
    curve,
    publicKey,
    async sign(message) {
      await assertMaySign();
      return key.sign(message);
    },
    ...(recoverable !== undefined && {
      async signRecoverable(digest: Uint8Array) {
        await assertMaySign();
        return recoverable(digest);
      },
    }),
    ...(schnorr !== undefined && {
      async signBitcoinCashSchnorr(digest: Uint8Array) {
        await assertMaySign();
        return schnorr(digest);
      },
    }),
  };
}

/** That the vault still holds the wallet: it may have been removed since its record was read. */
async function assertStillThere(
  wallet: KnownWallet,
  { vault, keys }: Pick<Services, "vault" | "keys">,
): Promise<void> {
  if (await keys.isStillThere(wallet)) return;
  throw goneWallet(wallet.signatureId, await vault.get(wallet.signatureId));
}

/**
 * What is listed may be cancelled while its turn is waited for: with a list older than so many milliseconds the API is asked
 * again. Working through a long list takes a minute.
 */
const LIST_STAYS_FRESH = 5_000;

/** Asks whether a transaction is still what was listed, unless it was just seen. @throws as {@link assertStillPending} */
export function pendingCheck(listed: ListedTransaction, api: TatumApi): () => Promise<void> {
  let seenAt = listed.listedAt;
  return async () => {
    const now = performance.now();
    if (now - seenAt < LIST_STAYS_FRESH) return;
    await assertStillPending(listed, api);
    seenAt = now;
  };
}

/** The same request, but right before a signature it is checked whether it is still to be made. */
export function whilePending(request: SigningRequest, assertPending: () => Promise<void>): SigningRequest {
  return { ...request, signers: request.signers.map((signer) => withCheck(signer, assertPending)) };
}

/** @throws ApiUnavailable when it is not, or nobody knows; ChainError `INVALID_TRANSACTION` when it is another one */
async function assertStillPending(listed: ListedTransaction, api: TatumApi): Promise<void> {
  const { id } = listed.transaction;
  const now = await api.lookAgain(listed);
  switch (now.kind) {
    case "not-completed":
      return;
    case "changed":
      throw contentChanged(id);
    case "completed":
      throw new ApiUnavailable(`Transaction ${id} was completed as ${now.txId} meanwhile; it is not signed.`);
    case "missing":
      throw new ApiUnavailable(`The API does not know transaction ${id} any more; it is not signed.`);
    case "unclear":
      throw new ApiUnavailable(`The API does not tell whether transaction ${id} is pending: ${now.reason}`);
  }
}

/** Nobody approved what it says now. @param id of the pending transaction */
export function contentChanged(id: string): ChainError {
  return new ChainError(
    "INVALID_TRANSACTION",
    `The content of transaction ${id} was changed after it was listed first; it will not be signed.`,
  );
}

/**
 * The wallets a pending transaction names, as signers: those of `hashes` (unknown ones are left out, as another KMS
 * may hold them), then those of `signatures`.
 *
 * @throws ChainError `MISSING_KEY` when an entry of `signatures` is not in the vault, `NETWORK_MISMATCH` when a wallet
 * belongs to another chain or network.
 */
export async function resolveSigners(
  transaction: PendingTransaction,
  chain: Chain,
  services: Pick<Services, "vault" | "tokens" | "keys" | "network">,
  warn: (message: string) => void,
): Promise<Signer[]> {
  const signers: Signer[] = [];
  const add = (wallet: KnownWallet, index?: number): void => {
    const signer = createSigner(chain, wallet, index, services);
    signers.push(withCheck(signer, () => assertStillThere(wallet, services)));
  };
  const load = async (signatureId: string): Promise<KnownWallet | undefined> => {
    const wallet = await services.keys.find(signatureId);
    if (wallet === undefined) return undefined;
    if (wallet.chain !== chain.facts.ticker) {
      throw new ChainError(
        "NETWORK_MISMATCH",
        `Wallet ${signatureId} does not belong to ${chain.facts.ticker}, which transaction ${transaction.id} is for.`,
      );
    }
    if (wallet.network !== services.network) {
      throw new ChainError(
        "NETWORK_MISMATCH",
        `Wallet ${signatureId} is not a wallet of the ${services.network}.`,
      );
    }
    return wallet;
  };
  for (const signatureId of transaction.hashes) {
    const wallet = await load(signatureId);
    if (wallet === undefined) continue;
    add(wallet);
  }
  for (const { id, index } of transaction.signatures) {
    const wallet = await load(id);
    if (wallet === undefined) {
      throw new ChainError(
        "MISSING_KEY",
        `Wallet ${id}, named by transaction ${transaction.id}, is not in the vault.`,
      );
    }
    if (wallet.isMnemonic && index === undefined) {
      warn(`Wrong usage of mnemonic-based signature id. No index provided for ${id}.`);
      continue;
    }
    add(wallet, index);
  }
  return signers;
}
