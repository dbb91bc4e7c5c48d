/** Files that somebody with a database program changed, who knows this format but no key. */
import { rmSync, writeFileSync } from "node:fs";
import type { WalletEntry } from "../../src/vault/wallet-changes.ts";
import { journalHeader, journalOf, superJournalName } from "../../tests/src/store/sqlite/left-journal.ts";
import { columnOf, type Damage, forgeParameters, forgeSlot, rowsOf, type Statement, sql } from "./damage.ts";
import type { Kit } from "./kit.ts";

const anyRecord = /wallet record [0-9a-f]{64} does not open/;

/** @param vault A vault with five wallets. @param other Another one with the same wallets. */
export function addForgedRecords(kit: Kit, vault: string, other: string): void {
  const [first, second] = rowsOf(vault, "SELECT wallet_key, sealed FROM wallet ORDER BY wallet_key");
  const [foreign] = rowsOf(other, "SELECT wallet_key, 1 AS generation, sealed FROM wallet");
  if (
    !first?.["wallet_key"] ||
    !first["sealed"] ||
    !second?.["wallet_key"] ||
    !second["sealed"] ||
    !foreign
  ) {
    throw new Error("The vaults to forge hold too few wallets.");
  }
  const insert = "INSERT INTO wallet VALUES (?, 2, ?)";
  const update = "UPDATE wallet SET sealed = ? WHERE wallet_key = ?";
  const forge = (name: string, names: RegExp, ...statements: readonly Statement[]) =>
    kit.bad(name, vault, "VAULT_CORRUPT", names, sql(...statements));
  forge(
    "wallets-swapped",
    anyRecord,
    [update, first["sealed"], second["wallet_key"]],
    [update, second["sealed"], first["wallet_key"]],
  );
  const remove = "DELETE FROM wallet WHERE wallet_key = ?";
  forge("wallet-deleted", /1 wallet is missing \(5 expected, 4 found\)/, [remove, first["wallet_key"]]);
  forge("wallets-all-deleted", /5 wallets are missing/, "DELETE FROM wallet");
  forge("wallet-duplicated", /wallet record f{64} does not/, [
    insert,
    Buffer.alloc(32, 255),
    first["sealed"],
  ]);
  forge("wallet-of-another-vault", anyRecord, [
    "INSERT INTO wallet VALUES (?, ?, ?)",
    ...Object.values(foreign),
  ]);
  forge("wallet-sealed-too-short", anyRecord, ["UPDATE wallet SET sealed = ?", Buffer.from([1])]);
  forge("wallet-key-too-short", /wallet row has an unexpected walletKey/, [
    insert,
    Buffer.from([1]),
    first["sealed"],
  ]);
  const otherManifest = columnOf(other, "SELECT manifest FROM vault");
  forge("manifest-of-another-vault", /manifest does not open/, [
    "UPDATE vault SET manifest = ?",
    otherManifest,
  ]);
  forge("vault-row-deleted", /vault has 0 rows/, "DELETE FROM vault");
}

export function addForgedKeySlots(kit: Kit, vault: string, other: string): void {
  kit.bad("slot-of-another-vault", vault, "VAULT_CORRUPT", /key slot 1: .*of another vault/, (file) => {
    const [slot] = rowsOf(other, "SELECT * FROM key_slot");
    sql("DELETE FROM key_slot", [
      "INSERT INTO key_slot VALUES (?, ?, ?, ?, ?, ?)",
      ...Object.values(slot ?? {}),
    ])(file);
  });
  kit.bad("slots-deleted", vault, "VAULT_CORRUPT", /no key slot/, sql("DELETE FROM key_slot"));
  kit.bad("slots-too-many", vault, "VAULT_CORRUPT", /17 key slots/, (file) => {
    for (let id = 2; id <= 17; id++) forgeSlot(() => ({ slot_id: id }))(file);
  });
  const forge = (name: string, names: RegExp, change: Parameters<typeof forgeSlot>[0]) =>
    kit.bad(name, vault, "VAULT_CORRUPT", names, forgeSlot(change));
  forge("slot-added", /key slot was added/, () => ({ slot_id: 2, kind: "token", parameters: "{}" }));
  const wrappedKey = /key slot 1: .*root key in it does not open/;
  forge("slot-wrapped-key-forged", wrappedKey, () => ({ wrapped_key: Buffer.alloc(60) }));
  forge("slot-wrapped-key-too-short", wrappedKey, () => ({ wrapped_key: Buffer.alloc(3) }));
  forge("slot-parameters-not-json", /key slot 1: .*unknown shape/, () => ({ parameters: "{" }));
  kit.bad(
    "slot-of-unknown-kind-only",
    vault,
    "CONFIGURATION",
    /cannot be unlocked with a password.*token/,
    forgeSlot(() => ({ kind: "token" })),
  );
  // With the checksum made right, this cannot be told from a wrong password.
  const salt = "00".repeat(16);
  kit.bad("slot-salt-forged", vault, "WRONG_PASSWORD", /^Wrong password\.$/, forgeParameters({ salt }));
}

export function addForgedParameters(kit: Kit, vault: string): void {
  const forge = (name: string, names: RegExp, change: Readonly<Record<string, unknown>>) =>
    kit.bad(`argon2-${name}`, vault, "VAULT_CORRUPT", names, forgeParameters(change));
  forge("memory-too-small", /key slot 1: Argon2 memory of 8 KiB is outside/, { memory: 8 });
  forge("memory-too-large", /key slot 1: Argon2 memory of 4294967295 KiB is outside/, { memory: 4294967295 });
  forge("passes-too-few", /key slot 1: .*passes of 2 is outside/, { passes: 2 });
  forge("passes-too-many", /key slot 1: .*passes of 1000000 is outside/, { passes: 1_000_000 });
  forge("parallelism-none", /key slot 1: .*parallelism of 0 is outside/, { parallelism: 0 });
  forge("parallelism-too-large", /key slot 1: .*parallelism of 9 is outside/, { parallelism: 9 });
  forge("memory-of-five-slots", /key slot 1: Argon2 memory of 327680 KiB is outside/, { memory: 327_680 });
  forge("passes-of-five-slots", /key slot 1: .*passes of 15 is outside/, { passes: 15 });
  kit.bad("argon2-too-much-together", vault, "VAULT_CORRUPT", /key slots ask for \d+ .* together/, (file) => {
    for (let id = 2; id <= 4; id++) {
      forgeSlot(({ parameters }) => ({
        slot_id: id,
        parameters: JSON.stringify({ ...JSON.parse(parameters), memory: 262_144, passes: 6 }),
      }))(file);
    }
  });
  forge("salt-too-short", /key slot 1: .*salt length of 8 bytes is outside/, { salt: "00".repeat(8) });
  forge("salt-too-long", /key slot 1: .*salt length of 65 bytes is outside/, { salt: "00".repeat(65) });
  const shape = /key slot 1: .*unknown shape/;
  forge("salt-not-hexadecimal", shape, { salt: "x".repeat(32) });
  forge("memory-not-a-number", shape, { memory: "65536" });
  forge("other-algorithm", shape, { algorithm: "argon2i" });
  forge("unknown-parameter", shape, { secret: "" });
}

export function addForgedSchemas(kit: Kit, vault: string): void {
  const forge = (name: string, names: RegExp, statement: string, code = "VAULT_CORRUPT") =>
    kit.bad(name, vault, code, names, sql(statement));
  const trigger = "CREATE TRIGGER spy AFTER INSERT ON wallet BEGIN DELETE FROM job; END";
  forge("extra-trigger", /trigger "spy" that does not belong/, trigger);
  forge("extra-table", /table "more" that does not belong/, "CREATE TABLE more (a)");
  forge("extra-view", /view "seen" that does not belong/, "CREATE VIEW seen AS SELECT * FROM wallet");
  forge("extra-index", /index "faster" that does not belong/, "CREATE INDEX faster ON wallet (sealed)");
  forge("extra-column", /table wallet was changed/, "ALTER TABLE wallet ADD COLUMN more TEXT");
  forge("missing-table", /table lane is missing/, "DROP TABLE lane");
  const long = `CREATE TABLE long (n DEFAULT '${"x".repeat(5000)}')`;
  forge("schema-too-long", /list of tables is longer/, long);
  forge("write-ahead-mode", /write-ahead mode/, "PRAGMA journal_mode = WAL");
  forge("wrong-application-id", /application id is 1,/, "PRAGMA application_id = 1", "NOT_A_VAULT");
  const newer = /newer version .* format is 3/;
  forge("newer-version", newer, "PRAGMA user_version = 3", "VAULT_TOO_NEW");
  forge("newer-version-in-row", newer, "UPDATE vault SET format_version = 3", "VAULT_TOO_NEW");
  forge("no-version", /no format version 0/, "PRAGMA user_version = 0");
  kit.bad("another-sqlite-file", vault, "NOT_A_VAULT", /application id is 0,/, (file) => {
    rmSync(file);
    sql("CREATE TABLE wallet (id, key)")(file);
  });
  kit.bad("random-bytes", vault, "NOT_A_VAULT", /is not a vault/, (file) =>
    writeFileSync(file, crypto.getRandomValues(new Uint8Array(8192))),
  );
}

/**
 * Files in which parts of an earlier state were put back.
 *
 * @param earlier A copy of `vault` made before one of its wallets was removed and its password changed.
 */
export function addRolledBackFiles(kit: Kit, vault: string, earlier: string, password: string): void {
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
  const kept = rowsOf(vault, "SELECT wallet_key FROM wallet").map((row) => hex(row["wallet_key"]));
  const [removed] = rowsOf(earlier, "SELECT wallet_key, 1 AS generation, sealed FROM wallet").filter(
    (row) => !kept.includes(hex(row["wallet_key"])),
  );
  const insert = ["INSERT INTO wallet VALUES (?, ?, ?)", ...Object.values(removed ?? {})] as const;
  const remove = ["DELETE FROM wallet WHERE wallet_key = ?", Buffer.from(kept[0] ?? "", "hex")] as const;
  const manifest = [
    "UPDATE vault SET manifest = ?",
    columnOf(earlier, "SELECT manifest FROM vault"),
  ] as const;
  const forge = (name: string, names: RegExp, ...statements: readonly Statement[]) =>
    kit.bad(name, vault, "VAULT_CORRUPT", names, sql(...statements), { password });
  forge("wallet-brought-back", /1 wallet is extra \(4 expected, 5 found\)/, insert);
  forge("wallet-replaced-by-removed-one", /record was replaced/, insert, remove);
  forge(
    "manifest-rolled-back",
    /key slot was added, removed or replaced, or the manifest is an older one/,
    manifest,
  );
}

/** Files in which somebody put values of two megabytes, which no column holds. */
export function addOversizedValues(kit: Kit, vault: string): void {
  const bytes = "zeroblob(2000000)";
  const text = `CAST(${bytes} AS TEXT)`;
  for (const [table, column, value] of [
    ["vault", "manifest", bytes],
    ["key_slot", "parameters", text],
    ["key_slot", "wrapped_key", bytes],
    ["wallet", "sealed", bytes],
    ["removed_wallet", "sealed", bytes],
    ["lane", "sealed", bytes],
    ["journal", "sealed", bytes],
  ] as const) {
    const names = new RegExp(`a ${table.replace("_", ".")} row has a \\w+ that is longer than any`);
    const damage = sql(`UPDATE ${table} SET ${column} = ${value}`);
    kit.bad(`oversized-${table}-${column}`, vault, "VAULT_CORRUPT", names, damage);
  }
}

/**
 * Files whose journal of jobs somebody changed.
 *
 * @param vault With a removed wallet and jobs. @param earlier A copy of it before the last change of a job.
 */
export function addForgedJournals(kit: Kit, vault: string, earlier: string): void {
  const changed = /a row of journal record [0-9a-f]{64} was added, removed or replaced/;
  const forge = (name: string, code: string, names: RegExp, ...statements: readonly Statement[]) =>
    kit.bad(`journal-${name}`, vault, code, names, sql(...statements));
  forge("job-deleted", "JOURNAL", changed, "DELETE FROM job WHERE state = 'sent'");
  forge("account-deleted", "JOURNAL", changed, "DELETE FROM lane");
  forge("claim-deleted", "JOURNAL", changed, "DELETE FROM claim");
  forge(
    "claim-added",
    "JOURNAL",
    changed,
    "INSERT INTO claim SELECT zeroblob(32), lease_key, job_key FROM claim",
  );
  const claim = "UPDATE claim SET job_key = zeroblob(32)";
  forge("claim-of-another-job", "JOURNAL", changed, claim);
  const missing = /the journal of testnet ETH is missing/;
  forge("state-deleted", "VAULT_CORRUPT", missing, "DELETE FROM journal");
  const state = columnOf(earlier, "SELECT sealed FROM journal");
  forge("state-rolled-back", "JOURNAL", changed, ["UPDATE journal SET sealed = ?", state]);
  const job = /job record [0-9a-f]{64} .*does not open/;
  forge("job-of-another-state", "JOURNAL", job, "UPDATE job SET state = 'done' WHERE state = 'sent'");
  forge("job-of-another-revision", "JOURNAL", job, "UPDATE job SET revision = revision + 1");
  forge("job-of-another-chain", "JOURNAL", /names another chain/, "UPDATE job SET lease_key = zeroblob(32)");
  forge(
    "job-of-another-account",
    "JOURNAL",
    /names another account/,
    "UPDATE job SET lane_key = zeroblob(32)",
  );
  forge("job-passed-off-as-settled", "JOURNAL", job, "UPDATE job SET state = 'settled' WHERE state = 'sent'");
  const allOfIt = ["journal", "job", "lane", "claim"].map((table) => `DELETE FROM ${table}`);
  forge("gone-with-its-rows", "VAULT_CORRUPT", missing, ...allOfIt);
  const [before] = rowsOf(earlier, "SELECT sealed, revision, state FROM job WHERE state = 'seen'");
  const back = "UPDATE job SET sealed = ?, revision = ?, state = ?, lane_key = NULL WHERE state = 'denied'";
  forge("job-rolled-back", "JOURNAL", changed, [back, ...Object.values(before ?? {})]);
  const removed = "UPDATE removed_wallet SET generation = generation + 1";
  forge("removed-wallet-of-another-time", "VAULT_CORRUPT", /removed wallet record .* does not open/, removed);
}

interface JournalSources {
  readonly vault: string;
  /** What it holds. */
  readonly wallets: readonly WalletEntry[];
  /** A backup of it. */
  readonly backup: string;
  /** Its content. */
  readonly before: Buffer;
  /** It, with the next change written into it. */
  readonly after: string;
  /** The content of another vault. */
  readonly other: Buffer;
}

/** Files beside which a rollback journal lies. */
export function addJournals(
  kit: Kit,
  { vault, backup, wallets, before, after, other }: JournalSources,
): void {
  const none: Damage = () => undefined;
  kit.good("crashed", after, kit.password, wallets, { journal: journalOf(before) });
  kit.good("crashed-before-writing", vault, kit.password, wallets, {
    journal: journalOf(before, undefined, { records: 0 }),
  });
  const refuse = (name: string, names: RegExp, journal: Uint8Array, base = after) =>
    kit.bad(`journal-${name}`, base, "VAULT_CORRUPT", names, none, { journal });
  refuse("of-another-vault", /made for another file/, journalOf(other));
  refuse("of-a-crash-beside-a-backup", /made for another file/, journalOf(before), backup);
  refuse(
    "that-cuts",
    /made for a file of 1 pages/,
    journalHeader({ records: 0, pagesBefore: 1, pageSize: 4096 }),
  );
  refuse("without-first-page", /does not hold the first page/, journalOf(before, [2, 3]));
  refuse("cut-short", /it is damaged/, journalOf(before).subarray(0, -1));
  const named = Buffer.concat([journalOf(before), superJournalName("another-file")]);
  refuse("of-several-files", /change of several files/, named);
  refuse("that-is-none", /not a journal of SQLite/, Buffer.from("notes\n".repeat(200)));
}
