/** Secret provider `systemd`: a credential of a systemd service (https://systemd.io/CREDENTIALS). */
import { isAbsolute, join } from "node:path";
import { ProviderError } from "../error.ts";
import { readSecretFile } from "../file/secret-file.ts";
import {
  optionalVariable,
  type ProviderContext,
  requiredSetting,
  requiredVariable,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";

const DIRECTORY_VARIABLE = "CREDENTIALS_DIRECTORY";
const NAME_VARIABLE = "TATUM_KMS_SYSTEMD_CREDENTIAL";
const DEFAULT_NAME = "tatum-kms-password";

/** A bare file name, which cannot lead out of the folder. */
const CREDENTIAL_NAME = /^(?!\.{1,2}$)[^/\0]{1,255}$/;

interface Credential {
  readonly name: string;
  readonly directory: string;
}

function credential(context: ProviderContext): Credential {
  const name = context.setting(NAME_VARIABLE) ?? DEFAULT_NAME;
  if (!CREDENTIAL_NAME.test(name)) {
    throw new ProviderError("NOT_CONFIGURED", `${NAME_VARIABLE} has to be the bare name of a credential.`);
  }
  const directory = requiredSetting(systemdProvider, context, DIRECTORY_VARIABLE);
  if (isAbsolute(directory)) return { name, directory };
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${DIRECTORY_VARIABLE} is no absolute path; systemd sets it for a service that has credentials.`,
  );
}

export const systemdProvider: SecretProvider = {
  name: "systemd",
  title: "a credential of systemd",
  storeType: "SYSTEMD",
  variables: [
    requiredVariable(
      DIRECTORY_VARIABLE,
      "Folder of the credentials; set by systemd for a service with `LoadCredential=` and the like",
    ),
    optionalVariable(NAME_VARIABLE, `Name of the credential (\`${DEFAULT_NAME}\`)`),
  ],
  naming: { name: NAME_VARIABLE },

  describe(context: ProviderContext): string {
    const { name, directory } = credential(context);
    return `the systemd credential ${name} in ${directory}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const { name, directory } = credential(context);
    return readSecretFile(join(directory, name), {
      source: `The systemd credential ${name} in ${directory}`,
      warn: context.warn,
    });
  },
};
