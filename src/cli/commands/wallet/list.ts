/** `wallet list`: the wallets of the vault, chosen and in an order, a page at a time. */
import { readApiKeyNames } from "../../../api-key-name.ts";
import { knownTickers } from "../../../chain-names.ts";
import { KmsError } from "../../../errors.ts";
import type { Vault } from "../../../vault/vault.ts";
import type { WalletKind } from "../../../vault/wallet-record.ts";
import {
  findPage,
  kinds,
  type PageOrder,
  pageOf,
  readListed,
  readSortOrder,
  type WalletFilter,
  type WalletPage,
} from "../../../wallets/listing.ts";
import { listedRemoved } from "../../../wallets/removed.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, readWholeNumber, vaultOptions } from "../../options.ts";
import { printJsonArray, printNote, writeOutput } from "../../output.ts";
import { isForPerson } from "../../terminal/table.ts";
import { terminalColumns } from "../../terminal/text-layout.ts";
import { indexFew, removedTable, walletTable } from "../../terminal/wallet-output.ts";

/** Wallets of a page, where nothing else is asked for. */
const USUAL_LIMIT = 1000;
const HIGHEST_LIMIT = 1_000_000;

interface FilterArguments {
  readonly chain?: string | undefined;
  readonly testnet?: boolean | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly "api-key-name"?: string | undefined;
}

function readKind(text: string): WalletKind {
  const kind = kinds.find((known) => known === text.trim().toLowerCase());
  if (kind !== undefined) return kind;
  throw new KmsError("USAGE", `Option --kind is one of ${kinds.join(", ")}.`);
}

function filterOf(args: FilterArguments): WalletFilter {
  const { chain, testnet, label, group, kind, "api-key-name": apiKeys } = args;
  const network = testnet === true ? "testnet" : "mainnet";
  return {
    chains: chain === undefined ? undefined : knownTickers(chain),
    network: testnet === undefined ? undefined : network,
    label,
    group,
    kind: kind === undefined ? undefined : readKind(kind),
    apiKeys: apiKeys === undefined ? undefined : readApiKeyNames(apiKeys),
  };
}

interface PrintArguments {
  readonly json?: boolean | undefined;
}

interface Wanted {
  readonly filter: WalletFilter;
  readonly order: PageOrder;
}

/** Prints a page of wallets as a table for a person, else as JSON while it is read. */
async function print<Wallet>(
  parts: AsyncIterable<readonly Wallet[]>,
  args: PrintArguments,
  table: (wallets: readonly Wallet[], width: number) => string,
): Promise<void> {
  if (!isForPerson(args)) return printJsonArray(parts);
  const wallets = (await Array.fromAsync(parts)).flat();
  if (wallets.length > 0) writeOutput(table(wallets, terminalColumns(process.stdout, process.env)));
  else printNote("There are no such wallets.");
}

async function* only<Part>(part: Part): AsyncGenerator<Part> {
  yield part;
}

async function printRemoved(
  { directory }: Vault,
  args: PrintArguments,
  { filter, order }: Wanted,
): Promise<WalletPage<unknown>> {
  const page = pageOf((await directory.removed()).map(listedRemoved), filter, order);
  await print(only(page.wallets), args, removedTable);
  return page;
}

async function printStored(
  vault: Vault,
  args: PrintArguments,
  { filter, order }: Wanted,
): Promise<WalletPage<unknown>> {
  await indexFew(vault);
  const page = await findPage(vault.directory, filter, order);
  await print(readListed(vault.directory, page.wallets), args, walletTable);
  return page;
}

export default defineCommand({
  meta: { name: "list", description: "Print the wallets, newest first, without their secrets" },
  examples: ["tatum-kms wallet list --chain=ETH --sort=label", "tatum-kms wallet list --group=shop --json"],
  args: {
    chain: { type: "string", valueHint: "BTC,ETH", description: "Only wallets of these chains" },
    testnet: {
      type: "boolean",
      description: "Only wallets of test networks; of main networks with --no-testnet",
    },
    label: { type: "string", valueHint: "text", description: "Only wallets with this in their label" },
    group: { type: "string", valueHint: "text", description: "Only wallets of this group" },
    "api-key-name": {
      type: "string",
      valueHint: "name,name",
      description: "Only wallets of these API keys; those of TATUM_API_KEY are default",
    },
    ...pickOptions("kind", "sort", "limit", "after", "removed", "json"),
    ...vaultOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const limit =
      args.limit === undefined ? USUAL_LIMIT : readWholeNumber("limit", args.limit, 1, HIGHEST_LIMIT);
    const sort = args.sort === undefined ? undefined : readSortOrder(args.sort);
    const wanted = { filter: filterOf(args), order: { sort, limit, after: args.after } };
    const printPage = args.removed === true ? printRemoved : printStored;
    await withVault(await createContext(args), async (vault) => {
      const { total, next } = await printPage(vault, args, wanted);
      if (next !== undefined)
        printNote(`There are more (${total} in all); for those that follow add --after=${next}`);
    });
  },
});
