/** With what a vault is opened or made: a password, or a PKCS#11 token. */
import { type Pkcs11Uri, parsePkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { KmsError } from "../errors.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { passwordKind } from "../vault/key-slots/password-slot.ts";
import { tokenKind } from "../vault/key-slots/token-slot.ts";

/** The tokens that a command line and its settings name. */
export interface NamedTokens {
  /** By `--pkcs11`. */
  readonly byOption: Pkcs11Uri | undefined;
  /** By `TATUM_KMS_PKCS11_URI`. */
  readonly byVariable: Pkcs11Uri | undefined;
  /** Whether `--pkcs11` names what the command works on, such as a key to make, and not what unlocks the vault. */
  readonly optionNamesObject: boolean;
}

/** @throws TokenError `NOT_CONFIGURED` when a URI cannot be read */
export function readNamedTokens(
  option: string | undefined,
  config: Config,
  optionNamesObject: boolean,
): NamedTokens {
  const variable = config.value(settings.pkcs11Uri);
  return {
    byOption: option === undefined ? undefined : parsePkcs11Uri(option),
    byVariable: variable === undefined ? undefined : parsePkcs11Uri(variable),
    optionNamesObject,
  };
}

export type VaultUnlocking =
  | { readonly kind: "password" }
  | { readonly kind: "token"; readonly uri: Pkcs11Uri };

const password: VaultUnlocking = { kind: "password" };

/**
 * A token that somebody named unlocks the vault. Where `--pkcs11` names what the command works on, a password that is set
 * goes first.
 *
 * @param slotKinds the kinds of the vault's key slots; `undefined` for a vault that is to be made
 * @param passwordIsSet whether something says where the password is
 * @throws KmsError `CONFIGURATION` when the vault opens with a token alone and none is named
 */
export function chooseUnlocking(
  tokens: NamedTokens,
  slotKinds: readonly string[] | undefined,
  passwordIsSet: boolean,
): VaultUnlocking {
  const { byOption, byVariable, optionNamesObject } = tokens;
  const hasSlot = (kind: string): boolean => slotKinds?.includes(kind) ?? true;
  const named = optionNamesObject ? (byVariable ?? byOption) : (byOption ?? byVariable);
  const isMeantForVault = !optionNamesObject || !passwordIsSet;
  if (named !== undefined && hasSlot(tokenKind) && (isMeantForVault || !hasSlot(passwordKind))) {
    return { kind: "token", uri: named };
  }
  // Told by option, a token that does not fit is a mistake; the error says so.
  if (!optionNamesObject && byOption !== undefined) return { kind: "token", uri: byOption };
  if (hasSlot(passwordKind)) return password;
  throw new KmsError("CONFIGURATION", "The vault opens with a PKCS#11 token, and none is named.", {
    hint: `Set ${settings.pkcs11Uri.name}, or give --pkcs11=<uri>.`,
  });
}
