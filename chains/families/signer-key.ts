/** The choice of the one key that signs a transaction, on chains where a transaction has one account. */
import type { PendingTransaction, Signer, SigningRequest } from "../chain.ts";
import { ChainError } from "../error.ts";
import type { SigningKey } from "../signing-key.ts";

/**
 * The key of a wallet on a chain where a wallet stands for one account: of a mnemonic wallet the key at the index of
 * the wallet's entry, else of the transaction, else at 0, whose address the wallet shows.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_KEY`
 */
export function accountKey(signer: Signer, { transaction }: SigningRequest): Promise<SigningKey> {
  return signer.kind === "private-key" ? signer.key() : signer.key(signer.index ?? transaction.index ?? 0);
}

/**
 * The key of the first wallet of a transaction, for chains where one account signs.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_KEY`
 */
export function firstAccountKey(request: SigningRequest): Promise<SigningKey> {
  const [signer] = request.signers;
  if (signer === undefined) throw noSigners(request);
  return accountKey(signer, request);
}

/** No wallet of the vault was named, or none of those named is in the vault. */
export function noSigners({ transaction: { id, hashes, signatures } }: SigningRequest): ChainError {
  const named = [...hashes, ...signatures.map((entry) => entry.id)];
  const reason =
    named.length === 0
      ? "it names no signature ID"
      : `no wallet of this vault can sign as ${named.join(", ")}, which it names`;
  return new ChainError("MISSING_KEY", `No signers for transaction ${id}: ${reason}.`);
}

/**
 * The key of a transaction that one account signs: that of the first wallet. A mnemonic wallet needs an index, its own
 * or the transaction's; a private-key wallet needs none.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_KEY`
 */
export async function chooseKey({ transaction, signers }: SigningRequest): Promise<SigningKey> {
  const [signer] = signers;
  if (signer === undefined) {
    const ids = signatureIds(transaction);
    throw new ChainError(
      "MISSING_KEY",
      ids === ""
        ? `Private key was not found. KMS transaction ${transaction.id} names no wallet in hashes or signatures.`
        : `Private key was not found. No wallet of this vault has the signature ID ${ids}, which KMS transaction ` +
            `${transaction.id} names.`,
    );
  }
  if (signer.kind === "private-key") return signer.key();
  const index = signer.index ?? transaction.index;
  if (index === undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Private key was not found. Wallet ${signatureIds(transaction)} is mnemonic based, but KMS transaction ` +
        `${transaction.id} requires private key based, since tx was requested without index param. Please use ` +
        "another private key based wallet id or specify 'index' parameter for this mnemonic based wallet during " +
        "request call (see docs: https://apidoc.tatum.io/)",
    );
  }
  return signer.key(index);
}

function signatureIds({ hashes, signatures }: PendingTransaction): string {
  return [...hashes, ...signatures.map(({ id }) => id)].join(",");
}
