/** `wallet show`: all that may be said of one wallet, with its addresses at the indexes that are asked for. */
import { KmsError } from "../../../errors.ts";
import { addressesOf } from "../../../wallets/finding.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { pickOptions, readDerivationIndex } from "../../options.ts";
import { printWallet } from "../../terminal/wallet-output.ts";

const MOST_INDEXES = 1000;

/** `0,3,5-9` as numbers. @throws KmsError `USAGE` */
function readIndexes(text: string): number[] {
  const indexes = text
    .split(",")
    .filter((part) => part.trim() !== "")
    .flatMap((part) => {
      const [first = 0, last = first, more] = part
        .split("-")
        .map((number) => readDerivationIndex(number.trim()));
      if (more !== undefined || last < first || last - first >= MOST_INDEXES) throw unreadableIndexes();
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
  if (indexes.length === 0 || indexes.length > MOST_INDEXES) throw unreadableIndexes();
  return [...new Set(indexes)];
}

function unreadableIndexes(): KmsError {
  return new KmsError("USAGE", `Option --index has up to ${MOST_INDEXES} indexes, as in 0,3,5-9.`);
}

export default defineCommand({
  meta: { name: "show", description: "Print one wallet without its secrets, with addresses" },
  examples: ["tatum-kms wallet show till --index=0-4"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("index", "json"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const indexes = args.index === undefined ? undefined : readIndexes(args.index);
    await withNamedWallet(args, "describes", async ({ vault, signatureId }) => {
      await printWallet(vault, signatureId, args, await addressesOf(vault, signatureId, indexes));
    });
  },
});
