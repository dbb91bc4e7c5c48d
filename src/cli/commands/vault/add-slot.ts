import type { Pkcs11Uri } from "../../../../providers/pkcs11/uri.ts";
import type { PreparedSlot } from "../../../vault/key-slots/key-slot.ts";
import { passwordKind, preparePasswordSlot } from "../../../vault/key-slots/password-slot.ts";
import { tokenKind } from "../../../vault/key-slots/token-slot.ts";
import type { CommandContext } from "../../context.ts";
import { askNewPassword, newPasswordIsSet, prepareSlotOfToken, withVault } from "../../open-vault.ts";

/** What `vault slot add` prints. */
export interface AddedSlot {
  readonly slotId: number;
  readonly kind: string;
}

/**
 * The token that gets the new slot: that of `--pkcs11`, else that of `TATUM_KMS_PKCS11_URI` where it does not open the vault
 * already and no new password is set.
 */
function tokenToAdd(context: CommandContext, slotKinds: readonly string[]): Pkcs11Uri | undefined {
  const { byOption, byVariable } = context.namedTokens;
  const isPasswordMeant = newPasswordIsSet(context) || context.chooseUnlocking(slotKinds).kind === tokenKind;
  return byOption ?? (isPasswordMeant ? undefined : byVariable);
}

async function prepareSlot(
  context: CommandContext,
  uri: Pkcs11Uri | undefined,
): Promise<readonly [kind: string, slot: PreparedSlot]> {
  if (uri === undefined) return [passwordKind, preparePasswordSlot(await askNewPassword(context))];
  return [tokenKind, await prepareSlotOfToken(context, uri)];
}

/**
 * Adds a key slot for a token, or for another password.
 * @throws TokenError, ProviderError, KmsError
 */
export function addSlot(context: CommandContext): Promise<AddedSlot> {
  return withVault(context, async (vault) => {
    const slotKinds = (await vault.status()).slots.map(({ kind }) => kind);
    const [kind, slot] = await prepareSlot(context, tokenToAdd(context, slotKinds));
    return { slotId: await vault.addSlot(slot), kind };
  });
}
