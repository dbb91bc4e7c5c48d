/** `vault slot add`: a new key slot, for a PKCS#11 token or for another password. */
import type { Pkcs11Uri } from "../../../../providers/pkcs11/uri.ts";
import { settings } from "../../../settings/table.ts";
import { passwordKind, preparePasswordSlot } from "../../../vault/key-slots/password-slot.ts";
import { tokenKind } from "../../../vault/key-slots/token-slot.ts";
import type { Vault } from "../../../vault/vault.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { askNewPassword, newPasswordIsSet, warnOfWeakPassword } from "../../new-password.ts";
import { prepareSlotOfToken, withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

/** What `vault slot add` prints. */
interface AddedSlot {
  readonly slotId: number;
  readonly kind: string;
}

/**
 * The token that gets the new slot: that of `--pkcs11`, else that of `TATUM_KMS_PKCS11_URI` where it does not open the vault
 * already and no new password is set.
 */
function tokenToAdd(context: CommandContext, slotKinds: readonly string[]): Pkcs11Uri | undefined {
  const { byOption, byVariable } = context.namedTokens;
  const isPasswordMeant =
    newPasswordIsSet(context.config) || context.chooseUnlocking(slotKinds).kind === tokenKind;
  return byOption ?? (isPasswordMeant ? undefined : byVariable);
}

async function addTokenSlot(context: CommandContext, vault: Vault, uri: Pkcs11Uri): Promise<AddedSlot> {
  const slot = await prepareSlotOfToken(context, uri);
  return { slotId: await vault.addSlot(slot), kind: tokenKind };
}

async function addPasswordSlot(context: CommandContext, vault: Vault): Promise<AddedSlot> {
  const password = await askNewPassword(context.providerContext, vault);
  const slotId = await vault.addSlot(preparePasswordSlot(password));
  await warnOfWeakPassword(password);
  return { slotId, kind: passwordKind };
}

/**
 * Adds a key slot for a token, or for another password.
 * @throws TokenError, ProviderError, KmsError
 */
function addSlot(context: CommandContext): Promise<AddedSlot> {
  return withVault(context, async (vault) => {
    const slotKinds = (await vault.status()).slots.map(({ kind }) => kind);
    const token = tokenToAdd(context, slotKinds);
    if (token === undefined && !slotKinds.includes(passwordKind)) {
      await confirm(
        context,
        "So far only tokens open this vault. With a password, whoever has a copy of the file can try to guess it.",
      );
    }
    return token === undefined ? addPasswordSlot(context, vault) : addTokenSlot(context, vault, token);
  });
}

export default defineCommand({
  meta: {
    name: "add",
    description: "Add a key slot: for the PKCS#11 token of --pkcs11, else for another password",
  },
  examples: ["tatum-kms vault slot add", 'tatum-kms vault slot add --pkcs11="pkcs11:token=kms"'],
  args: { ...pickOptions("yes"), ...vaultOptions },
  refuses: choosingOptions,
  reads: [settings.newPassword],
  async run({ args }) {
    printJson(await addSlot(await createContext(args, { optionNamesObject: true })));
  },
});
