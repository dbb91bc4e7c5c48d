import type { Secret } from "../../../providers/secret.ts";
import type { SlotOpener } from "../../../src/vault/key-slots/key-slot.ts";
import { passwordOpener } from "../../../src/vault/key-slots/password-slot.ts";

/**
 * Opens password slots as {@link passwordOpener} does, but derives the keys of one slot only once: tests that open
 * hundreds of variants of one file would otherwise spend minutes in Argon2.
 */
export function rememberingOpener(password: Secret): SlotOpener {
  const opener = passwordOpener(password);
  const known = new Map<string, Awaited<ReturnType<SlotOpener["slotKeys"]>>>();
  return {
    ...opener,
    async slotKeys(slotId, parameters) {
      const keys = known.get(parameters) ?? (await opener.slotKeys(slotId, parameters));
      known.set(parameters, keys);
      if (keys === undefined) return undefined;
      // The vault wipes what it is given.
      return {
        encryptionKey: Uint8Array.from(keys.encryptionKey),
        commitmentKey: Uint8Array.from(keys.commitmentKey),
      };
    },
  };
}
