/** The wallets of a pending transaction, as signers that show no key. */
import type { Chain, Network, PendingTransaction, Signer } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";
import type { SigningKey } from "../../chains/signing-key.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
import type { Vault } from "../vault/vault.ts";
import { networkOf, tokenKeyOf, type WalletRecord, walletFields } from "../vault/wallet-record.ts";
import type { KeySource } from "./services.ts";
import { tokenSigningKey } from "./token-key.ts";

function createSigner(
  chain: Chain,
  network: Network,
  signatureId: string,
  record: WalletRecord,
  index: number | undefined,
  tokens: Tokens,
): Signer {
  const tokenKey = tokenKeyOf(record);
  if (tokenKey !== undefined) {
    return { signatureId, kind: "private-key", key: async () => tokenSigningKey(tokens, tokenKey) };
  }
  const fields = walletFields(record);
  const { mnemonic, xpub } = fields;
  const privateKey = fields.secret ?? fields.privateKey;
  const isMnemonic = mnemonic !== undefined;
  return {
    signatureId,
    kind: isMnemonic ? "mnemonic" : "private-key",
    ...(index === undefined || !isMnemonic ? {} : { index }),
    ...(xpub === undefined ? {} : { xpub }),
    async key(at) {
      if (!isMnemonic) {
        if (privateKey === undefined)
          throw new ChainError("MISSING_KEY", `Wallet ${signatureId} holds no key.`);
        return chain.parsePrivateKey(privateKey, network).key;
      }
      if (at === undefined) {
        throw new ChainError(
          "MISSING_KEY",
          `Wallet ${signatureId} is mnemonic based and no index was given.`,
        );
      }
      return chain.parsePrivateKey(chain.derivePrivateKey(fields, at, network), network).key;
    },
  };
}

/** A signer whose keys ask right before each signature whether it may still be made. @param assertMaySign throws when not */
export function withCheck(signer: Signer, assertMaySign: () => Promise<void>): Signer {
  return { ...signer, key: async (index) => checkedKey(await signer.key(index), assertMaySign) };
}

function checkedKey(key: SigningKey, assertMaySign: () => Promise<void>): SigningKey {
  const { curve, publicKey } = key;
  const schnorr = key.signBitcoinCashSchnorr?.bind(key);
  return {
    curve,
    publicKey,
    async sign(message) {
      await assertMaySign();
      return key.sign(message);
    },
    ...(schnorr !== undefined && {
      async signBitcoinCashSchnorr(digest: Uint8Array) {
        await assertMaySign();
        return schnorr(digest);
      },
    }),
  };
}

/** That the vault still holds the wallet: it may have been removed since its record was read. */
async function assertStillThere(signatureId: string, record: WalletRecord, vault: Vault): Promise<void> {
  const now = await vault.get(signatureId);
  if (now !== undefined && stringifyExactJson(now) === stringifyExactJson(record)) return;
  const what = now === undefined ? "removed from" : "replaced in";
  throw new ChainError("MISSING_KEY", `Wallet ${signatureId} was ${what} the vault before it signed.`);
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
  { vault, tokens, network }: KeySource & { readonly network: Network },
  warn: (message: string) => void,
): Promise<Signer[]> {
  const signers: Signer[] = [];
  const add = (id: string, record: WalletRecord, index?: number): void => {
    const signer = createSigner(chain, network, id, record, index, tokens);
    signers.push(withCheck(signer, () => assertStillThere(id, record, vault)));
  };
  const load = async (signatureId: string): Promise<WalletRecord | undefined> => {
    const record = await vault.get(signatureId);
    if (record === undefined) return undefined;
    if (record["chain"] !== chain.facts.ticker) {
      throw new ChainError(
        "NETWORK_MISMATCH",
        `Wallet ${signatureId} does not belong to ${chain.facts.ticker}, which transaction ${transaction.id} is for.`,
      );
    }
    if (networkOf(record) !== network) {
      throw new ChainError("NETWORK_MISMATCH", `Wallet ${signatureId} is not a wallet of the ${network}.`);
    }
    return record;
  };
  for (const signatureId of transaction.hashes) {
    const record = await load(signatureId);
    if (record === undefined) continue;
    add(signatureId, record);
  }
  for (const { id, index } of transaction.signatures) {
    const record = await load(id);
    if (record === undefined) {
      throw new ChainError(
        "MISSING_KEY",
        `Wallet ${id}, named by transaction ${transaction.id}, is not in the vault.`,
      );
    }
    if (walletFields(record).mnemonic !== undefined && index === undefined) {
      warn(`Wrong usage of mnemonic-based signature id. No index provided for ${id}.`);
      continue;
    }
    add(id, record, index);
  }
  return signers;
}
