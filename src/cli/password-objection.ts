/** What is said of a new password that would not stand for long. */
import type { Secret } from "../../providers/secret.ts";
import { printWarning } from "./output.ts";

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
