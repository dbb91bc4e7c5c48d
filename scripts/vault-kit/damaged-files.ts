/** Files whose bytes were damaged, as by a failing disk. */
import { columnOf, flip, truncate } from "./damage.ts";
import type { Kit } from "./kit.ts";

const slotDamage = /key slot 1: its checksum does not match/;

/** @param vault A vault with several wallets. */
export function addDamagedFiles(kit: Kit, vault: string): void {
  const vaultId = columnOf(vault, "SELECT vault_id FROM vault");
  const manifest = columnOf(vault, "SELECT manifest FROM vault");
  const commitment = columnOf(vault, "SELECT commitment FROM key_slot");
  const wrappedKey = columnOf(vault, "SELECT wrapped_key FROM key_slot");
  const checksum = columnOf(vault, "SELECT checksum FROM key_slot");
  const walletKey = columnOf(vault, "SELECT wallet_key FROM wallet ORDER BY wallet_key");
  const sealed = columnOf(vault, "SELECT sealed FROM wallet ORDER BY wallet_key");
  const record = new RegExp(`wallet record ${Buffer.from(walletKey).toString("hex")} does not open`);

  const corrupt = (name: string, names: RegExp, content: Uint8Array | string, offset: number) =>
    kit.bad(`flipped-${name}`, vault, "VAULT_CORRUPT", names, flip(content, offset));
  kit.bad("flipped-magic", vault, "NOT_A_VAULT", /is not a vault/, flip("SQLite format 3", 2));
  kit.bad("flipped-application-id", vault, "NOT_A_VAULT", /application id/, flip("TKMS", 3));
  corrupt("page-size", /damaged/, "SQLite format 3", 16);
  corrupt("schema", /table wallet was changed/, "CREATE TABLE wallet (\n  wallet_key", 26);
  corrupt("vault-id", /another vault/, vaultId, 7);
  corrupt("manifest", /manifest does not open/, manifest, 40);
  corrupt("slot-kind", slotDamage, 'password{"', 1);
  corrupt("slot-parameters", slotDamage, '"passes":3', 9);
  corrupt("slot-salt", slotDamage, '"salt":"', 12);
  corrupt("slot-commitment", slotDamage, commitment, 0);
  corrupt("slot-wrapped-key", slotDamage, wrappedKey, 30);
  corrupt("slot-checksum", slotDamage, checksum, 31);
  corrupt("wallet-version", record, sealed, 0);
  corrupt("wallet-nonce", record, sealed, 1);
  corrupt("wallet-content", record, sealed, 100);
  corrupt("wallet-tag", record, sealed, sealed.length - 1);
  corrupt("wallet-id", /wallet record [0-9a-f]{64} does not open|integrity check/, walletKey, 15);

  kit.bad(
    "truncated-to-nothing",
    vault,
    "NOT_A_VAULT",
    /is empty/,
    truncate(() => 0),
  );
  kit.bad(
    "truncated-to-10-bytes",
    vault,
    "NOT_A_VAULT",
    /is not a vault/,
    truncate(() => 10),
  );
  const cut = (name: string, names: RegExp, length: (size: number) => number) =>
    kit.bad(`truncated-${name}`, vault, "VAULT_CORRUPT", names, truncate(length));
  cut("to-100-bytes", /damaged/, () => 100);
  cut("to-a-page", /damaged/, () => 4096);
  cut("to-half", /damaged/, (size) => size / 2);
  cut("by-a-page", /damaged/, (size) => size - 4096);
  cut("by-a-byte", /cut short/, (size) => size - 1);
}
