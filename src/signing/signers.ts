/** The wallets of a pending transaction, as signers that show no key. */
import type { Chain, Network, PendingTransaction, Signer } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
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
    signers.push(createSigner(chain, network, signatureId, record, undefined, tokens));
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
    signers.push(createSigner(chain, network, id, record, index, tokens));
  }
  return signers;
}
