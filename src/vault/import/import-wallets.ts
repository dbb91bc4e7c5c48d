/** The import of wallets into a vault, all or none, with warnings of what is odd about them. */
import { tickers } from "../../../chains/index.ts";
import { KmsError } from "../../errors.ts";
import type { Vault } from "../vault.ts";
import type { WalletEntry } from "../wallet-changes.ts";
import type { ImportedWallet } from "./imported-wallets.ts";

/** Something odd about an imported wallet. Values are never told. */
interface ImportWarning {
  readonly signatureId: string;
  /** The field it is about; absent when it is about the wallet as a whole. */
  readonly field?: string;
  readonly problem: string;
}

const keyFields = ["mnemonic", "secret", "privateKey"];
const textFields = [...keyFields, "xpub", "address", "chain"];

/** What the daemon or the commands will not understand in a wallet. */
function warningsOf({ signatureId, record }: ImportedWallet): ImportWarning[] {
  const warnings: ImportWarning[] = [];
  const warn = (problem: string, field?: string) => {
    warnings.push({
      signatureId,
      ...(field !== undefined && { field: field.slice(0, 64) }),
      problem,
    });
  };
  for (const [field, value] of Object.entries(record)) {
    if (field === "testnet") {
      if (typeof value !== "boolean") warn(`is ${typeName(value)} instead of true or false`, field);
    } else if (!textFields.includes(field)) warn("is not a field this program knows", field);
    else if (typeof value !== "string") warn(`is ${typeName(value)} instead of text`, field);
  }
  const { chain } = record;
  if (chain === undefined) warn("is missing", "chain");
  else if (typeof chain === "string" && !tickers.includes(chain))
    warn("is not a chain this program knows", "chain");
  if (!("testnet" in record)) warn("is missing", "testnet");
  if (!keyFields.some((field) => typeof record[field] === "string" && record[field] !== "")) {
    warn("holds no mnemonic, secret or private key");
  }
  return warnings;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

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

/** How wallets that the vault does not hold get into it. */
interface Taking {
  /** The last one becomes the newest. */
  readonly write: (fresh: readonly WalletEntry[]) => Promise<void>;
  /** The word for it. */
  readonly done: "imported" | "merged";
}

/**
 * Takes wallets of another file into a vault, all or none. They become its newest, in the order they had.
 *
 * @param wallets Newest first.
 * @throws KmsError `IMPORT_CONFLICT` when the vault holds another wallet under the same signature ID
 */
export async function importWallets(
  vault: Vault,
  wallets: readonly ImportedWallet[],
  { write, done }: Taking = { write: (fresh) => vault.add(fresh), done: "imported" },
): Promise<ImportResult> {
  const fresh: ImportedWallet[] = [];
  const conflicts: string[] = [];
  await vault.refresh();
  const known = new Set((await vault.wallets()).map(({ signatureId }) => signatureId));
  for (const wallet of wallets) {
    const existing = known.has(wallet.signatureId) ? await vault.get(wallet.signatureId) : undefined;
    if (existing === undefined) fresh.push(wallet);
    else if (!Bun.deepEquals(existing, wallet.record, true)) conflicts.push(wallet.signatureId);
  }
  if (conflicts.length > 0) throw conflict(conflicts, done);
  await write(
    fresh.map(({ signatureId, record, names = {} }) => [signatureId, record, names] as const).reverse(),
  );
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

function conflict(signatureIds: readonly string[], done: Taking["done"]): KmsError {
  return new KmsError(
    "IMPORT_CONFLICT",
    `Nothing was ${done}: the vault holds other wallets under the signature IDs ${named(signatureIds)}.`,
    {
      hint: "Take them into a new vault (--path), or remove the wallets that are not wanted.",
    },
  );
}
