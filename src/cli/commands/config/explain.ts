/** `config explain`: each setting with its value, where that comes from, and what it counts before. */
import { providerVariables } from "../../../../providers/index.ts";
import { isTakenOver } from "../../../daemon/reload.ts";
import { type ExplainedSetting, explainSettings } from "../../../settings/explain.ts";
import { defineCommand } from "../../command.ts";
import { loadConfig } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson, printWarning, writeOutput } from "../../output.ts";
import { isForPerson, renderFields } from "../../terminal/table.ts";
import { columnsOf } from "../../terminal/text-layout.ts";

function asText(settings: readonly ExplainedSetting[]): string {
  const lines = settings.map(({ name, value, from, overrides }): [string, string] => {
    const before = overrides.map((other) => `${other.value} (${other.from})`).join(", ");
    const anew = isTakenOver(name) ? "; read anew on SIGHUP" : "";
    return [name, `${value} (${from}${anew})${before === "" ? "" : ` before ${before}`}`];
  });
  return renderFields(lines, columnsOf(process.stdout, process.env));
}

export default defineCommand({
  meta: {
    name: "explain",
    description: "Print each setting, where it comes from and what it overrides; no secrets",
  },
  examples: ["tatum-kms config explain", "tatum-kms config explain --json"],
  args: pickOptions("json", "env-file", "config"),
  async run({ args }) {
    const config = await loadConfig(args, (problems) => {
      for (const { message } of problems) printWarning(message);
    });
    const explained = explainSettings(config, await providerVariables());
    if (isForPerson(args)) writeOutput(asText(explained));
    else printJson(explained.map((setting) => ({ ...setting, reload: isTakenOver(setting.name) })));
  },
});
