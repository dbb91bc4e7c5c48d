/** Wallets for a person at a terminal, and the first addresses that imported wallets get before they are shown. */
import { KmsError } from "../../errors.ts";
import type { Vault } from "../../vault/vault.ts";
import { indexFirstAddresses, type WalletAddress } from "../../wallets/finding.ts";
import { type ListedWallet, listedWallet } from "../../wallets/listing.ts";
import type { ListedRemoved } from "../../wallets/removed.ts";
import { printJson, printNote, writeOutput } from "../output.ts";
import { whileTelling } from "./progress.ts";
import { type Column, isForPerson, renderFields, renderTable } from "./table.ts";
import { columnsOf } from "./text-layout.ts";

/** As many characters of a signature ID as docker shows of its ids. */
const SHORT_ID = 12;
const NOTHING = "-";

const columns: readonly Column<ListedWallet>[] = [
  { title: "ID", text: ({ signatureId }) => signatureId.slice(0, SHORT_ID) },
  { title: "LABEL", text: ({ label }) => label ?? NOTHING, atLeast: 8 },
  { title: "CHAIN", text: ({ chain }) => chain ?? NOTHING },
  { title: "NETWORK", text: ({ network }) => network, leaveOut: 2 },
  { title: "KIND", text: ({ kind }) => kind, leaveOut: 3 },
  { title: "ADDRESS", text: ({ address }) => address ?? NOTHING, atLeast: 9, cutIn: "middle", leaveOut: 1 },
  { title: "CREATED", text: ({ createdAt }) => createdAt?.slice(0, 10) ?? NOTHING, leaveOut: 4 },
];

/** One line a wallet, no line wider than `width` where that can be. */
export function walletTable(wallets: readonly ListedWallet[], width: number): string {
  return renderTable(columns, wallets, width);
}

const removedColumns: readonly Column<ListedRemoved>[] = [
  ...columns.filter(({ title }) => title !== "CREATED"),
  { title: "REMOVED", text: ({ removedAt }) => removedAt.slice(0, 10), leaveOut: 4 },
  { title: "UNTIL", text: ({ restorableUntil }) => restorableUntil.slice(0, 10) },
];

/** {@link walletTable} of those that were removed, with until when they can be restored. */
export function removedTable(wallets: readonly ListedRemoved[], width: number): string {
  return renderTable(removedColumns, wallets, width);
}

/** One wallet, a line for each thing that may be said of it. */
function walletFields(wallet: ListedWallet, more: readonly (readonly [string, string])[]): string {
  const fields = [
    ["Signature ID", wallet.signatureId],
    ["Label", wallet.label ?? NOTHING],
    ["Groups", wallet.groups.join(", ") || NOTHING],
    ["Chain", wallet.chain ?? NOTHING],
    ["Network", wallet.network],
    ["Kind", wallet.kind],
    ["API key", wallet.apiKeyName],
    ["Created", wallet.createdAt ?? NOTHING],
    ...more,
  ] as const;
  return renderFields(fields, columnsOf(process.stdout, process.env));
}

/** Prints one wallet, with addresses where there are any to print. */
export async function printWallet(
  vault: Vault,
  signatureId: string,
  args: { readonly json?: boolean | undefined },
  addresses?: readonly WalletAddress[],
): Promise<void> {
  const described = await vault.directory.get(signatureId);
  if (described === undefined)
    throw new KmsError("NO_SUCH_WALLET", `Wallet ${signatureId} is not there any more.`);
  const wallet = listedWallet(described);
  if (!isForPerson(args)) {
    printJson({ ...wallet, ...(addresses !== undefined && { addresses }) });
    return;
  }
  const shown = addresses ?? (wallet.address === null ? [] : [{ address: wallet.address }]);
  const lines = shown.map(({ index, address }): [string, string] => [
    index === undefined ? "Address" : `Address ${index}`,
    address,
  ]);
  writeOutput(walletFields(wallet, lines));
}

/** So many first addresses are derived without a word. */
const FEW = 500;

/** Derives the first addresses that are missing where that does not take long; else it is said how to. */
export async function indexFew(vault: Vault): Promise<void> {
  await vault.refresh();
  const { unindexed } = vault.directory;
  if (unindexed > FEW) {
    printNote(`${unindexed} wallets have no first address yet; tatum-kms wallet index derives them.`);
    return;
  }
  try {
    await indexFirstAddresses(vault);
  } catch (error) {
    // A vault that cannot be written is shown all the same.
    if (!(error instanceof KmsError) || !["CANNOT_WRITE", "VAULT_BUSY"].includes(error.code)) throw error;
  }
}

/** Derives all first addresses that are missing, and tells how far it is. */
export async function indexAll(vault: Vault): Promise<number> {
  return whileTelling("first addresses derived and stored", (onProgress) =>
    indexFirstAddresses(vault, onProgress),
  );
}
