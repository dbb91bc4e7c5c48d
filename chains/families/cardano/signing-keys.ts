/**
 * The payment keys that a Cardano transaction has to be signed with, by the hashes that addresses name (CIP-19).
 * https://cips.cardano.org/cip/CIP-0019
 */

import type { Network, Signer, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { keyHashText, readAddress } from "./address.ts";
import type { Operations } from "./payload.ts";

/** Keys by the BLAKE2b-224 of their public key, in hex. */
type PaymentKeys = ReadonlyMap<string, SigningKey>;

/**
 * The keys that a transaction's inputs need. A mnemonic wallet has to be named in `signatures`, with an index; a
 * withdrawal is signed with such wallets alone.
 *
 * @throws ChainError `MISSING_KEY` naming the wallet or the address, `INVALID_KEY`
 */
export async function paymentKeys(request: SigningRequest, { inputs }: Operations): Promise<PaymentKeys> {
  const keys = new Map<string, SigningKey>();
  for (const signer of signersOf(request)) {
    const key = await signer.key(signer.index);
    keys.set(keyHashText(key.publicKey), key);
  }
  const uncovered = inputs.find(({ address }) => !keys.has(address.paymentKeyHash ?? ""));
  if (uncovered === undefined) return keys;
  throw new ChainError(
    "MISSING_KEY",
    `Transaction ${request.transaction.id} spends from ${uncovered.addressText}, but no wallet that it names has the ` +
      "key of this address.",
  );
}

/**
 * The key that spends from an address.
 *
 * @throws ChainError `MISSING_KEY`
 */
export function keyOfAddress(address: string, keys: PaymentKeys, network: Network): SigningKey {
  const key = keys.get(readAddress(address, network).paymentKeyHash ?? "");
  if (key === undefined) throw new ChainError("MISSING_KEY", `No wallet has the key of ${address}.`);
  return key;
}

function signersOf({ transaction, signers }: SigningRequest): readonly Signer[] {
  const { id, withdrawalId, signatures } = transaction;
  const named = new Set(signatures.map((entry) => entry.id));
  const isWithdrawal = withdrawalId !== undefined;
  const used = isWithdrawal ? signers.filter(({ signatureId }) => named.has(signatureId)) : signers;

  const withoutIndex = used.find(({ kind, index }) => kind === "mnemonic" && index === undefined);
  if (withoutIndex !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Wallet ${withoutIndex.signatureId} is mnemonic based: transaction ${id} has to name it in signatures with an index.`,
    );
  }
  const withoutMnemonic = used.find(({ kind }) => kind === "private-key");
  if (isWithdrawal && withoutMnemonic !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Wallet ${withoutMnemonic.signatureId} is private key based, but the withdrawal ${id} has to be signed with ` +
        "mnemonic based wallets.",
    );
  }
  return used;
}
