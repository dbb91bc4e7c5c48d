/** `completion`: the script with which a shell completes command lines. */
import { KmsError } from "../../errors.ts";
import { didYouMean } from "../../suggestion.ts";
import { defineCommand } from "../command.ts";
import { completionScript, shells } from "../manual/completion.ts";
import type { ManualSource } from "../manual/manual.ts";
import { writeOutput } from "../output.ts";

export default defineCommand({
  meta: { name: "completion", description: "Print what makes bash, zsh or fish complete commands" },
  examples: ['eval "$(tatum-kms completion bash)"', "tatum-kms completion fish | source"],
  args: { shell: { type: "positional", required: true, description: `One of ${shells.join(", ")}` } },
  printsText: true,
  async run({ args, data }) {
    const shell = shells.find((known) => known === args.shell.trim().toLowerCase());
    if (shell === undefined) {
      const hint = didYouMean(args.shell, shells) ?? `One of ${shells.join(", ")}.`;
      throw new KmsError("USAGE", "There is no completion for that shell.", { hint });
    }
    writeOutput(completionScript(shell, await (data as ManualSource)()));
  },
});
