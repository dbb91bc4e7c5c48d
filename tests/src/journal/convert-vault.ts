/** Opens a vault, which converts it, in a process of its own: `bun convert-vault.ts <path> <keys of the slot, hexadecimal>`. */
import { Secret } from "../../../providers/secret.ts";
import { verifyWhole } from "../../../src/journal/whole-vault.ts";
import { passwordOpener } from "../../../src/vault/key-slots/password-slot.ts";
import { openVaultAt } from "../vault/vault-at.ts";

const [path = "", keys = ""] = process.argv.slice(2);
const bytes = Buffer.from(keys, "hex");
const opener = {
  ...passwordOpener(new Secret("")),
  slotKeys: async () => ({
    encryptionKey: Uint8Array.from(bytes.subarray(0, 32)),
    commitmentKey: Uint8Array.from(bytes.subarray(32)),
  }),
};
process.stdout.write("begins\n");
const vault = await openVaultAt(path, opener);
process.stdout.write(`${JSON.stringify(await verifyWhole(vault))}\n`);
await vault.close();
