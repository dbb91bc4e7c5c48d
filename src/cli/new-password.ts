/** Another password for a vault that has one. */
import { secretSetting } from "../../providers/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import { settings } from "../settings/table.ts";
import type { Vault } from "../vault/vault.ts";
import type { CommandContext } from "./context.ts";

export function newPasswordIsSet({ config }: CommandContext): boolean {
  return config.value(settings.newPassword) !== undefined;
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
    secretSetting(providerContext, settings.newPassword.name) ??
    (await prompt.askNew("Enter the new password", settings.newPassword.name));
  if (!(await vault.opensWith(password))) return password;
  throw new KmsError("INVALID_INPUT", "The new password opens the vault already; nothing was changed.", {
    hint: "Choose another one.",
  });
}
