/** `config check`: whether all settings can be read. */
import { existsSync } from "node:fs";
import type { KmsError } from "../../../errors.ts";
import { assertNoProblems } from "../../../settings/check.ts";
import { defineCommand } from "../../command.ts";
import { loadConfig } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "check", description: "Print what is wrong with the settings; status 78 if anything is" },
  examples: ["tatum-kms config check --config=kms.toml"],
  args: pickOptions("env-file", "config"),
  async run({ args }) {
    let problems: readonly KmsError[] = [];
    const config = await loadConfig(args, (found) => {
      problems = found;
    });
    const told = problems.map(({ message, hint }) => ({
      problem: message,
      ...(hint !== undefined && { hint }),
    }));
    const { configFile = null, envFile } = config;
    const isRead = envFile !== undefined && existsSync(envFile);
    printJson({ configFile, envFile: isRead ? envFile : null, problems: told });
    assertNoProblems(problems);
  },
});
