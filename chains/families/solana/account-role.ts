/**
 * The accounts of a compiled Solana message: which ones sign, which may be written to, which come from lookup tables.
 * https://solana.com/docs/core/transactions/versioned-transactions
 */

import type { getCompiledTransactionMessageDecoder } from "@solana/web3.js";

type Compiled = ReturnType<ReturnType<typeof getCompiledTransactionMessageDecoder>["decode"]>;

/**
 * Each account as text: the address, or the table and the place in it for one that only a lookup table on the chain knows,
 * then its roles. In the order in which instructions count accounts: static ones, then those that tables make writable,
 * then the others of tables.
 */
export function accountRoles(compiled: Compiled): readonly string[] {
  const { header, staticAccounts } = compiled;
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = header;
  const tables = ("addressTableLookups" in compiled ? compiled.addressTableLookups : undefined) ?? [];
  const fixed = staticAccounts.map((address, index) => {
    const isSigner = index < numSignerAccounts;
    const isWritable = isSigner
      ? index < numSignerAccounts - numReadonlySignerAccounts
      : index < staticAccounts.length - numReadonlyNonSignerAccounts;
    return `${address}${isSigner ? " signer" : ""}${isWritable ? " writable" : ""}`;
  });
  const lookedUp = (["writableIndices", "readableIndices"] as const).flatMap((kind) =>
    tables.flatMap(({ lookupTableAddress, [kind]: indices }) =>
      indices.map(
        (index) => `${lookupTableAddress}/${index}${kind === "writableIndices" ? " writable" : ""}`,
      ),
    ),
  );
  return [...fixed, ...lookedUp];
}
