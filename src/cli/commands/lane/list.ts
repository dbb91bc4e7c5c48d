/** `lane list`: the accounts that number their transactions. */
import { knownTickers } from "../../../chain-names.ts";
import { listLanes, type ShownLane } from "../../../journal/lanes.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, vaultOptions } from "../../options.ts";
import { printJson, writeOutput } from "../../output.ts";
import { type Column, isForPerson, renderTable } from "../../terminal/table.ts";
import { terminalColumns } from "../../terminal/text-layout.ts";

const NONE = "-";

const numbersText = (numbers: readonly string[]): string =>
  numbers.length === 0 ? NONE : numbers.join(", ");

const columns: readonly Column<ShownLane>[] = [
  {
    title: "ACCOUNT",
    text: ({ account }) => account ?? "(all settled)",
    atLeast: 9,
    cutIn: "middle",
  },
  { title: "CHAIN", text: ({ chain }) => chain ?? NONE },
  { title: "NETWORK", text: ({ network }) => network ?? NONE, leaveOut: 3 },
  { title: "NEXT", text: ({ next }) => next ?? NONE, atLeast: 4 },
  { title: "FREE", text: ({ free }) => numbersText(free), atLeast: 4 },
  { title: "KEPT", text: ({ kept }) => numbersText(kept.map(({ number }) => number)), atLeast: 4 },
  { title: "HELD", text: ({ held }) => numbersText(held.map(({ number }) => number)), atLeast: 4 },
  { title: "USED", text: ({ used }) => numbersText(used), atLeast: 4, leaveOut: 2 },
];

export default defineCommand({
  meta: { name: "list", description: "Print the accounts with their used, free, kept and held numbers" },
  examples: ["tatum-kms lane list --chain=ETH"],
  args: {
    chain: { type: "string", valueHint: "ETH,XRP", description: "Only accounts of these chains" },
    ...pickOptions("json"),
    ...vaultOptions,
  },
  refuses: ["testnet", "wallets", "transaction-ids"],
  async run({ args }) {
    const chains = args.chain === undefined ? undefined : knownTickers(args.chain);
    await withVault(await createContext(args), async (vault) => {
      const lanes = await listLanes(vault, chains);
      if (!isForPerson(args)) printJson(lanes);
      else if (lanes.length === 0) writeOutput("No account has numbered transactions.\n");
      else writeOutput(renderTable(columns, lanes, terminalColumns(process.stdout, process.env)));
    });
  },
});
