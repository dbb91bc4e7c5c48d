/** `job quarantine`: a damaged row of the journal set aside, so that the rest is whole. */
import { type DamagedRow, findDamagedRow, quarantine } from "../../../journal/quarantine.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

function consequences({ row, problem, others }: DamagedRow): string[] {
  return [
    problem,
    `Job record ${row} is going to be set aside. What it says is kept, but nothing is signed or sent for it any more: its transaction is parked for good when it is listed. Look on the chain and at the API whether it was paid.`,
    "The rest of its journal counts as right from then on, as it is now. If somebody may have changed the file, restore a backup instead.",
    ...(others === 0 ? [] : [`Other job records of this journal that do not open: ${others}.`]),
  ];
}

export default defineCommand({
  meta: {
    name: "quarantine",
    description: "Set a damaged job record aside, so that the rest of the journal is whole",
  },
  examples: ["tatum-kms job quarantine $RECORD"],
  args: {
    record: {
      type: "positional",
      required: true,
      description:
        "Key of the record, as errors and `vault verify` tell it, or id of its pending transaction",
    },
    ...pickOptions("yes"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      await confirm(context, ...consequences(await findDamagedRow(vault, args.record)));
      printJson(await quarantine(vault, args.record));
    });
  },
});
