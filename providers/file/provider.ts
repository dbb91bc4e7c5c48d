/** Secret provider `file`: the content of a file, such as a secret of Docker or Kubernetes. */
import { resolve } from "node:path";
import { type ProviderContext, requiredSetting, requiredVariable, type SecretProvider } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { readSecretFile } from "./secret-file.ts";

const FILE_VARIABLE = "TATUM_KMS_PASSWORD_FILE";

function path(context: ProviderContext): string {
  return resolve(requiredSetting(fileProvider, context, FILE_VARIABLE));
}

export const fileProvider: SecretProvider = {
  name: "file",
  title: "a file",
  storeType: "FILE",
  variables: [
    requiredVariable(
      FILE_VARIABLE,
      "Path of the file that holds the password, such as `/run/secrets/kms-password`",
    ),
  ],
  naming: { name: FILE_VARIABLE },

  describe(context: ProviderContext): string {
    return `the file ${path(context)}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    return readSecretFile(path(context), context);
  },
};
