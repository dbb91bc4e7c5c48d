/** Another password for a vault that has one. */
import { secretSetting } from "../../providers/provider-variable.ts";
import type { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import type { CommandContext } from "./context.ts";

/** The variable that holds a new password where nobody can be asked. */
const NEW_PASSWORD_VARIABLE = "TATUM_KMS_NEW_PASSWORD";

export function newPasswordIsSet({ config }: CommandContext): boolean {
  return config.get(NEW_PASSWORD_VARIABLE) !== undefined;
}

/**
 * Another password for a vault that is open.
 *
 * @throws KmsError `INVALID_INPUT` when it opens the vault already
 * @throws ProviderError when two entries differ or nobody answers
 */
export async function askNewPassword(
  { providerContext, prompt }: CommandContext,
  vault: Vault,
): Promise<Secret> {
  const password =
    secretSetting(providerContext, NEW_PASSWORD_VARIABLE) ??
    (await prompt.askNew("Enter the new password", NEW_PASSWORD_VARIABLE));
  if (!(await vault.opensWith(password))) return password;
  throw new KmsError("INVALID_INPUT", "The new password opens the vault already; nothing was changed.", {
    hint: "Choose another one.",
  });
}
