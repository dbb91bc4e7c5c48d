/** New passwords of a vault: where they come from, and what is said of one that would not stand for long. */
import { type ProviderContext, secretSetting } from "../../providers/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import type { Vault } from "../vault/vault.ts";
import { printWarning } from "./output.ts";

export function newPasswordIsSet(config: Config): boolean {
  return config.value(settings.newPassword) !== undefined;
}

/**
 * Another password for a vault that is open.
 *
 * @throws KmsError `INVALID_INPUT` when it opens the vault already
 * @throws ProviderError when two entries differ or nobody answers
 */
export async function askNewPassword(
  providerContext: ProviderContext,
  vault: Pick<Vault, "opensWith">,
): Promise<Secret> {
  const password =
    secretSetting(providerContext, settings.newPassword.name) ??
    (await providerContext.prompt.askNew("Enter the new password", settings.newPassword.name));
  if (!(await vault.opensWith(password))) return password;
  throw new KmsError("INVALID_INPUT", "The new password opens the vault already; nothing was changed.", {
    hint: "Choose another one.",
  });
}

/** What speaks against a new password, in a sentence; nothing of it is shown. */
export async function objectionTo(password: Secret): Promise<string | undefined> {
  if (password.isEmpty) return undefined; // Refused by whoever makes the key slot.
  // Loaded for new passwords alone: it brings dictionaries.
  const { GUESSES_A_SECOND, passwordStrength } = await import("../vault/key-slots/password-strength.ts");
  const { isHopeless, standsFor } = passwordStrength(password);
  if (!isHopeless) return undefined;
  const rate = GUESSES_A_SECOND.toLocaleString("en");
  return (
    `The new password is weak: it would stand ${standsFor} against somebody who has a copy of the vault and tries ${rate} ` +
    "a second. Several words that have nothing to do with each other are better."
  );
}

/** Warns of a weak password that is taken all the same: it came from where nobody can be asked for another. */
export async function warnOfWeakPassword(password: Secret): Promise<void> {
  const objection = await objectionTo(password);
  if (objection !== undefined) printWarning(objection);
}
