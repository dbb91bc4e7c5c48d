import type { SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { withdrawalInputs, withdrawalWallet } from "./withdrawal.ts";

const NO_PRIVATE_KEY =
  "Wallets with requested private keys were not found. Most likely mnemonic-based wallet was used without index " +
  "parameter (see docs: https://apidoc.tatum.io/)";

/**
 * The keys that a pending transaction may be signed with: for an off-chain withdrawal those at the derivation indexes
 * of its inputs, else those of all its wallets.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_TRANSACTION`
 */
export async function signingKeys(request: SigningRequest): Promise<readonly SigningKey[]> {
  return request.transaction.withdrawalId === undefined ? keysOfWallets(request) : keysOfWithdrawal(request);
}

/** None of the wallets a transaction names gives a key. */
export function noPrivateKey(): ChainError {
  return new ChainError("MISSING_KEY", NO_PRIVATE_KEY);
}

async function keysOfWallets({ signers }: SigningRequest): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  const asked = new Set<string>();
  for (const signer of signers) {
    // A mnemonic named without an index is a wallet, not a key: the API gives indexes in `signatures` only.
    if (signer.kind === "mnemonic" && signer.index === undefined) continue;
    const identity = `${signer.signatureId}/${signer.kind === "mnemonic" ? signer.index : ""}`;
    if (asked.has(identity)) continue;
    asked.add(identity);
    keys.push(await signer.key(signer.index));
  }
  if (keys.length === 0) throw noPrivateKey();
  return keys;
}

async function keysOfWithdrawal(request: SigningRequest): Promise<readonly SigningKey[]> {
  const indexes = new Set(withdrawalInputs(request.transaction).map((input) => input.derivationIndex));
  const wallet = withdrawalWallet(request);
  const keys: SigningKey[] = [];
  for (const index of indexes) keys.push(await wallet.key(index));
  return keys;
}
