import type { SigningRequest } from "../../chain.ts";

/** The IDs of the wallets a pending transaction names, each once, for error messages. */
export function walletIds({ transaction }: SigningRequest): string {
  return [...new Set([...transaction.hashes, ...transaction.signatures.map(({ id }) => id)])].join(", ");
}
