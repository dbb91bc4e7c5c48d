/** `vault backup`: a checked copy of the vault, also while the daemon runs. */

import { backUpWhole } from "../../../journal/whole-vault.ts";
import { readPath } from "../../../settings/home.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printNote } from "../../output.ts";
import { whileTelling } from "../../terminal/progress.ts";

export default defineCommand({
  meta: { name: "backup", description: "Write a checked copy of the vault, also while the daemon runs" },
  examples: ["tatum-kms vault backup /backup/wallet.dat"],
  args: {
    file: { type: "positional", required: true, description: "The file to make; it must not exist" },
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const file = readPath(args.file, "The argument <file>");
    await withVault(await createContext(args), (vault) =>
      whileTelling("wallets of the copy checked", (onProgress) => {
        vault.onProgress = onProgress;
        return backUpWhole(vault, file);
      }),
    );
    printNote(`The backup ${file} is complete and opens with the same password.`);
  },
});
