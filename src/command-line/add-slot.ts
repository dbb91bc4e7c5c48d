import { WrappingToken } from "../../providers/pkcs11/wrapping-token.ts";
import type { PreparedSlot } from "../vault/key-slot.ts";
import { passwordKind, preparePasswordSlot } from "../vault/password-slot.ts";
import { prepareTokenSlot, tokenKind } from "../vault/token-slot.ts";
import type { CommandContext } from "./command-context.ts";
import { askNewPassword, withVault } from "./unlock.ts";

/** What `vault slot add` prints. */
export interface AddedSlot {
  readonly slotId: number;
  readonly kind: string;
}

/** A token's wrapping key is made when it is not there. */
async function prepareSlot(context: CommandContext): Promise<readonly [kind: string, slot: PreparedSlot]> {
  const { byOption } = context.namedTokens;
  if (byOption === undefined) return [passwordKind, preparePasswordSlot(await askNewPassword(context))];
  const token = new WrappingToken(context.tokens.get(byOption));
  return [tokenKind, await prepareTokenSlot(token, await token.keyNamed(byOption))];
}

/**
 * Adds a key slot for the token that `--pkcs11` names, else for another password.
 * @throws TokenError, ProviderError, KmsError
 */
export function addSlot(context: CommandContext): Promise<AddedSlot> {
  return withVault(context, async (vault) => {
    const [kind, slot] = await prepareSlot(context);
    return { slotId: await vault.addSlot(slot), kind };
  });
}
