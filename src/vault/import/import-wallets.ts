import { KmsError } from "../../errors.ts";
import type { Vault } from "../vault.ts";
import { type ImportWarning, warningsOf } from "./import-warnings.ts";
import type { ImportedWallet } from "./imported-wallets.ts";

export interface ImportResult {
  readonly imported: number;
  /** Wallets that the vault held already, with the same content. */
  readonly skipped: number;
  /** Imported wallets by ticker; those without one count as "unknown". */
  readonly perChain: Readonly<Record<string, number>>;
  /** What is odd about imported wallets. They are kept as they are. */
  readonly warnings: readonly ImportWarning[];
}

/** So many signature IDs an error names. */
const MOST_NAMED = 10;

/**
 * Takes wallets of another file into a vault, all or none. They become its newest, in the order they had.
 *
 * @param wallets Newest first.
 * @throws KmsError `IMPORT_CONFLICT` when the vault holds another wallet under the same signature ID
 */
export async function importWallets(vault: Vault, wallets: readonly ImportedWallet[]): Promise<ImportResult> {
  const fresh: ImportedWallet[] = [];
  const conflicts: string[] = [];
  await vault.refresh();
  const known = new Set(vault.wallets().map(({ signatureId }) => signatureId));
  for (const wallet of wallets) {
    const existing = known.has(wallet.signatureId) ? await vault.get(wallet.signatureId) : undefined;
    if (existing === undefined) fresh.push(wallet);
    else if (!Bun.deepEquals(existing, wallet.record, true)) conflicts.push(wallet.signatureId);
  }
  if (conflicts.length > 0) throw conflict(conflicts);
  await vault.add(fresh.map(({ signatureId, record }) => [signatureId, record] as const).reverse());
  return {
    imported: fresh.length,
    skipped: wallets.length - fresh.length,
    perChain: countByChain(fresh),
    warnings: fresh.flatMap(warningsOf),
  };
}

function countByChain(wallets: readonly ImportedWallet[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of wallets) {
    const chain = typeof record["chain"] === "string" ? record["chain"] : "unknown";
    counts.set(chain, (counts.get(chain) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** Signature IDs for an error, not without end. */
export function named(signatureIds: readonly string[]): string {
  const more = signatureIds.length > MOST_NAMED ? ` and ${signatureIds.length - MOST_NAMED} more` : "";
  return `${signatureIds.slice(0, MOST_NAMED).join(", ")}${more}`;
}

function conflict(signatureIds: readonly string[]): KmsError {
  return new KmsError(
    "IMPORT_CONFLICT",
    `Nothing was imported: the vault holds other wallets under the signature IDs ${named(signatureIds)}.`,
    { hint: "Import into a new vault (--path), or remove the wallets that are not wanted." },
  );
}
