import { maskApiKey } from "../../mask-api-key.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import { version } from "../../version.ts";
import type { CommandContext } from "../context.ts";

/** The column in which the original's table has its colons. */
const LABEL_WIDTH = 33;

const NOT_SET = "N/A";

/** Variables that hold a secret: whether they are set is all that is shown. */
const secretVariables = [
  "TATUM_KMS_PASSWORD",
  "TATUM_KMS_VGS_ALIAS",
  "TATUM_KMS_VGS_USERNAME",
  "TATUM_KMS_VGS_PASSWORD",
  "TATUM_KMS_AZURE_SECRETVERSION",
  "TATUM_KMS_AZURE_SECRETNAME",
  "TATUM_KMS_AZURE_VAULTURL",
];

const secretAwsVariables = [
  "TATUM_KMS_AWS_ACCESS_KEY_ID",
  "TATUM_KMS_AWS_SECRET_ACCESS_KEY",
  "TATUM_KMS_AWS_SECRET_NAME",
  "TATUM_KMS_AWS_SECRET_KEY",
];

/**
 * The table of `checkconfig`: the labels and their order are those of the original; the chosen provider's other variables
 * follow.
 */
export async function describeConfiguration(context: CommandContext, apiKeyFlag?: string): Promise<string> {
  const { config, vaultPath } = context;
  const { storeType, variables } = await context.provider();
  const inClear = (name: string): [string, string] => [name, config.get(name) ?? NOT_SET];
  const setOrNot = (name: string): [string, string] => {
    const setting = config.setting(name);
    return [name, setting === undefined ? NOT_SET : `set (from ${setting.origin})`];
  };
  const withOrigin = (name: string): [string, string] => {
    const setting = config.setting(name);
    return [name, setting === undefined ? NOT_SET : `${setting.value} (from ${setting.origin})`];
  };
  const apiKey = apiKeyFlag ?? config.get("TATUM_API_KEY");
  const rows: [string, string][] = [
    ["Version", version],
    ["Wallet file path", vaultPath],
    ["Wallet exists", String((await fileKindAt(vaultPath)) !== "missing")],
    ["Wallet store type", storeType],
    ["Environment vars file", config.envFile],
    ["TATUM_API_KEY", apiKey === undefined ? NOT_SET : maskApiKey(apiKey)],
    ...secretVariables.map(setOrNot),
    inClear("TATUM_KMS_AWS_REGION"),
    ...secretAwsVariables.map(setOrNot),
    inClear("TATUM_KMS_DEBUG_MODE"),
  ];
  const shown = new Set(rows.map(([label]) => label));
  const further = variables.filter(({ name }) => !shown.has(name));
  rows.push(...further.map(({ name, secret }) => (secret ? setOrNot(name) : withOrigin(name))));
  return rows.map(([label, value]) => `${label.padEnd(LABEL_WIDTH)}: ${value}\n`).join("");
}
