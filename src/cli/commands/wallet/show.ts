/** `wallet show`: all that may be said of one wallet, with its addresses at the indexes that are asked for, one as a QR code. */
import { KmsError } from "../../../errors.ts";
import { addressesOf } from "../../../wallets/finding.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../../arguments.ts";
import { defineCommand } from "../../command.ts";
import { pickOptions, readDerivationIndex } from "../../options.ts";
import { writeOutput } from "../../output.ts";
import { qrCode } from "../../terminal/qr-code.ts";
import { isForPerson } from "../../terminal/table.ts";
import { hasColours, terminalColumns } from "../../terminal/text-layout.ts";
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

interface ShowArguments {
  readonly index?: string | undefined;
  readonly qr?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The indexes whose addresses are shown. @throws KmsError `USAGE`, also for a code that nobody would see */
function indexesOf({ index, qr, json }: ShowArguments): readonly number[] | undefined {
  if (qr === undefined) return index === undefined ? undefined : readIndexes(index);
  if (index !== undefined) {
    throw new KmsError("USAGE", "Options --index and --qr cannot both be given.", {
      hint: "The address whose QR code is drawn stands alone above it: --qr=<index>.",
    });
  }
  if (!isForPerson({ json })) {
    throw new KmsError("USAGE", "A QR code is drawn at a terminal alone, and not beside JSON.", {
      hint: "Without --qr the address is printed as JSON. Through ssh there is a terminal with -t.",
    });
  }
  return [readDerivationIndex(qr) ?? 0];
}

/**
 * The code of an address, for the terminal of standard output.
 * @throws KmsError `USAGE` when that is too narrow
 */
function qrOf(address: string): string {
  const columns = terminalColumns(process.stdout, process.env);
  const code = qrCode(address, columns, hasColours(1, process.env));
  if (code.columns <= columns) return code.text;
  throw new KmsError("USAGE", `The QR code has ${code.columns} columns, and the terminal ${columns}.`, {
    hint: "Make the window wider or its characters smaller; without --qr the address is printed as text.",
  });
}

export default defineCommand({
  meta: { name: "show", description: "Print one wallet without its secrets, with addresses" },
  examples: ["tatum-kms wallet show till --index=0-4", "tatum-kms wallet show till --qr=4"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("index", "qr", "json"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const indexes = indexesOf(args);
    await withNamedWallet(args, "describes", async ({ vault, signatureId }) => {
      const addresses = await addressesOf(vault, signatureId, indexes);
      const code = args.qr === undefined ? "" : qrOf(addresses[0]?.address ?? "");
      await printWallet(vault, signatureId, args, addresses);
      writeOutput(code);
    });
  },
});
