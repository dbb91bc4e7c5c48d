/**
 * `checkconfig`: the settings of this machine and where each comes from, in the original's table; and what is wrong with
 * them.
 */
import type { ProviderVariable } from "../../../providers/provider.ts";
import type { KmsError } from "../../errors.ts";
import { assertNoProblems } from "../../settings/check.ts";
import { withoutSecrets } from "../../settings/explain.ts";
import { type Config, maskApiKey, placeOf } from "../../settings/settings.ts";
import { settings, settingTable } from "../../settings/table.ts";
import { version } from "../../version.ts";
import { chooseProvider } from "../choose-provider.ts";
import { chooseStore, type VaultStore } from "../choose-store.ts";
import { defineCommand } from "../command.ts";
import { createAsk, loadConfig } from "../context.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { writeOutput } from "../output.ts";

/** The column in which the original's table has its colons. */
const LABEL_WIDTH = 33;

const NOT_SET = "N/A";

/** The variables in the original's table, in its order. It masked all but two; of these nothing is shown here. */
const rowsOfTheOriginal: readonly { readonly name: string; readonly shown: boolean }[] = [
  { name: "TATUM_KMS_PASSWORD", shown: false },
  { name: "TATUM_KMS_VGS_ALIAS", shown: false },
  { name: "TATUM_KMS_VGS_USERNAME", shown: false },
  { name: "TATUM_KMS_VGS_PASSWORD", shown: false },
  { name: "TATUM_KMS_AZURE_SECRETVERSION", shown: false },
  { name: "TATUM_KMS_AZURE_SECRETNAME", shown: false },
  { name: "TATUM_KMS_AZURE_VAULTURL", shown: false },
  { name: "TATUM_KMS_AWS_REGION", shown: true },
  { name: "TATUM_KMS_AWS_ACCESS_KEY_ID", shown: false },
  { name: "TATUM_KMS_AWS_SECRET_ACCESS_KEY", shown: false },
  { name: "TATUM_KMS_AWS_SECRET_NAME", shown: false },
  { name: "TATUM_KMS_AWS_SECRET_KEY", shown: false },
  { name: settings.debugMode.name, shown: true },
];

function row(config: Config, name: string, shown: boolean): [string, string] {
  const setting = config.setting(name);
  if (setting === undefined) return [name, NOT_SET];
  return [name, `${shown ? withoutSecrets(setting.value) : "set"} (from ${placeOf(setting)})`];
}

function apiKeyRow(config: Config, option: string | undefined): [string, string] {
  const { name } = settings.apiKey;
  if (option !== undefined) return [name, `${maskApiKey(option)} (from --api-key)`];
  const setting = config.setting(name);
  return [name, setting === undefined ? NOT_SET : `${maskApiKey(setting.value)} (from ${placeOf(setting)})`];
}

interface Configuration {
  readonly config: Config;
  readonly store: VaultStore;
  readonly storeType: string;
  /** Of the chosen provider. */
  readonly variables: readonly ProviderVariable[];
  readonly apiKeyOption: string | undefined;
}

/**
 * The table: the labels and their order are those of the original; every other setting that is set follows, and then the
 * other variables of the chosen provider.
 */
async function describeConfiguration(configuration: Configuration): Promise<string> {
  const { config, store, storeType, variables, apiKeyOption } = configuration;
  const rows: [string, string][] = [
    ["Version", version],
    ["Wallet file path", store.place],
    ["Wallet exists", String(await store.isThere())],
    ["Wallet store type", storeType],
    ["Environment vars file", config.envFile ?? NOT_SET],
    apiKeyRow(config, apiKeyOption),
    ...rowsOfTheOriginal.map(({ name, shown }) => row(config, name, shown)),
  ];
  const isNew = ({ name }: { readonly name: string }): boolean => !rows.some(([label]) => label === name);
  for (const { name, secret } of settingTable.filter(isNew))
    if (config.setting(name) !== undefined) rows.push(row(config, name, !secret));
  for (const { name, secret } of variables.filter(isNew)) rows.push(row(config, name, !secret));
  return rows.map(([label, value]) => `${label.padEnd(LABEL_WIDTH)}: ${value}\n`).join("");
}

export default defineCommand({
  meta: { name: "checkconfig", description: "Print where settings come from, without secrets" },
  examples: ["tatum-kms checkconfig"],
  args: { ...vaultOptions, ...pickOptions("api-key") },
  printsText: true,
  async run({ args }) {
    let problems: readonly KmsError[] = [];
    const config = await loadConfig(args, (found) => {
      problems = found;
    });
    const { storeType, variables } = await chooseProvider(args, config);
    const store = await chooseStore(args, config, createAsk(config));
    writeOutput(
      await describeConfiguration({ config, store, storeType, variables, apiKeyOption: args["api-key"] }),
    );
    assertNoProblems(problems);
  },
});
