/**
 * Reads the good vault files of both formats with nothing but what docs/vault-format.md says, other libraries and no code of src/.
 */
import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { gcm } from "@noble/ciphers/aes.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { useSharedFolder } from "../../temporary-folder.ts";
import { goodKitFiles, type KitFile, unpack } from "./vault-kit.ts";

const folder = useSharedFolder();

interface VaultRow {
  readonly format_version: number;
  readonly vault_id: Uint8Array;
  readonly manifest: Uint8Array;
}
interface SlotRow {
  readonly slot_id: number;
  readonly kind: string;
  readonly parameters: string;
  readonly commitment: Uint8Array;
  readonly wrapped_key: Uint8Array;
  readonly checksum: Uint8Array;
}
interface WalletRow {
  /** `wallet_key`; `record_id` in format 1. */
  readonly id: Uint8Array;
  readonly sealed: Uint8Array;
}

const integer = (value: number | bigint, bytes: number) =>
  hexToBytes(
    BigInt(value)
      .toString(16)
      .padStart(bytes * 2, "0"),
  );

function LP(...parts: (string | number | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) => {
    if (typeof part === "string") return utf8ToBytes(part);
    return typeof part === "number" ? integer(part, 8) : part;
  });
  return concatBytes(...bytes.flatMap((part) => [integer(part.length, 4), part]));
}

const HKDF = (key: Uint8Array, salt: Uint8Array, info: Uint8Array) => hkdf(sha256, key, salt, info, 32);
const HMAC = (key: Uint8Array, x: Uint8Array) => hmac(sha256, key, x);

type Bytes = Uint8Array;
type Open = (purpose: string, id: Bytes, sealed: Bytes) => Record<string, unknown>;

interface JournalTables {
  readonly journal: { readonly lease_key: Bytes; readonly sealed: Bytes }[];
  readonly job: {
    readonly job_key: Bytes;
    readonly lease_key: Bytes;
    readonly state: string;
    readonly revision: number;
    readonly sealed: Bytes;
  }[];
  readonly lane: { readonly lane_key: Bytes; readonly lease_key: Bytes; readonly sealed: Bytes }[];
  readonly claim: { readonly claim_key: Bytes; readonly lease_key: Bytes; readonly job_key: Bytes }[];
}

function tablesOf(database: Sqlite): JournalTables {
  const all = (table: string) => [table, database.query(`SELECT * FROM ${table}`).all()] as const;
  return Object.fromEntries(["journal", "job", "lane", "claim"].map(all)) as unknown as JournalTables;
}

/** Every journal's digest and number of jobs by state, and every job's key and chain. */
function readJournals(tables: JournalTables, open: Open, KH: (purpose: string, x: Bytes) => Bytes): void {
  for (const { lease_key, sealed } of tables.journal) {
    const isOurs = (row: { readonly lease_key: Bytes }) =>
      bytesToHex(row.lease_key) === bytesToHex(lease_key);
    const jobs = tables.job.filter(isOurs);
    const parts = [
      ...jobs.map((row) => LP("job", row.job_key, lease_key, row.state, row.sealed)),
      ...tables.lane.filter(isOurs).map((row) => LP("lane", row.lane_key, lease_key, row.sealed)),
      ...tables.claim.filter(isOurs).map((row) => LP("claim", row.claim_key, lease_key, row.job_key)),
    ];
    const hashes = parts.map((part) => BigInt(`0x${bytesToHex(KH("journal-digest", part))}`));
    const digest = hashes.reduce((sum, hash) => (sum + hash) % 2n ** 256n, 0n);
    const counts = Object.entries(Object.groupBy(jobs, ({ state }) => state));
    expect(open("journal", lease_key, sealed)).toEqual({
      counter: expect.any(Number),
      digest: bytesToHex(integer(digest, 32)),
      jobs: Object.fromEntries(counts.map(([state, rows = []]) => [state, rows.length])),
    });
    for (const { job_key, state, revision, sealed: job } of jobs) {
      if (state === "settled") continue;
      const { id, chain, network } = open(`job/${state}/${revision}`, job_key, job);
      expect(bytesToHex(KH("job", utf8ToBytes(`${id}`)))).toBe(bytesToHex(job_key));
      expect(bytesToHex(KH("lease", utf8ToBytes(`${network}\n${chain}`)))).toBe(bytesToHex(lease_key));
    }
  }
}

async function read(file: string, { format, password }: KitFile) {
  // Not read-only: what a crash broke off is undone first.
  const database = new Sqlite(file);
  const [vault] = database.query("SELECT * FROM vault").all() as [VaultRow];
  const slots = database.query("SELECT * FROM key_slot ORDER BY slot_id").all() as SlotRow[];
  const wallets = database
    .query(`SELECT ${format === 1 ? "record_id" : "wallet_key"} AS id, sealed FROM wallet`)
    .all() as WalletRow[];
  const tables = format === 1 ? undefined : tablesOf(database);
  database.close();
  const rootKey = await unlock(vault, slots, password);

  const open = (purpose: string, id: Uint8Array, sealed: Uint8Array) => {
    expect(sealed[0]).toBe(1);
    const info = concatBytes(utf8ToBytes("tatum-kms/v1/"), utf8ToBytes(purpose), new Uint8Array(1), id);
    const key = HKDF(rootKey, vault.vault_id, info);
    const additionalData = LP(purpose, vault.vault_id, id);
    const text = gcm(key, sealed.subarray(1, 13), additionalData).decrypt(sealed.subarray(13));
    expect(purpose === "wallet" ? text.length % 512 : 0).toBe(0);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  };
  const KH = (purpose: string, x: Uint8Array) =>
    HMAC(HKDF(rootKey, vault.vault_id, utf8ToBytes(`tatum-kms/v1-hash/${purpose}\0`)), x);

  const hashes = wallets.map((row) =>
    BigInt(`0x${bytesToHex(KH("wallet-digest", concatBytes(row.id, row.sealed)))}`),
  );
  const digest = hashes.reduce((sum, hash) => (sum + hash) % 2n ** 256n, 0n);
  const slotParts = slots.flatMap((slot) => [
    slot.slot_id,
    slot.kind,
    slot.parameters,
    slot.commitment,
    slot.wrapped_key,
    slot.checksum,
  ]);
  const hasJournals = tables !== undefined && tables.journal.length > 0;
  const opened = wallets
    .map((row) => open("wallet", row.id, row.sealed))
    .sort((a, b) => b.position - a.position);
  const manifest = open("manifest", new Uint8Array(), vault.manifest);
  expect(manifest).toEqual({
    generation: expect.any(Number),
    count: wallets.length,
    digest: bytesToHex(integer(digest, 32)),
    slots: bytesToHex(KH("slot-digest", LP(...slotParts))),
    ...(format === 2 && { nextPosition: expect.any(Number) }),
    ...(hasJournals && { journals: expect.any(Array) }),
    ...("indexed" in manifest && { indexed: opened.filter((wallet) => "firstAddress" in wallet).length }),
    ...("restoredAt" in manifest && { restoredAt: expect.any(Number) }),
    ...("backup" in manifest && {
      backup: { at: expect.any(Number), nextPosition: expect.any(Number) },
    }),
  });
  expect(vault.format_version).toBe(format);
  if (format === 2) {
    const keys = opened.map(({ signatureId }) => bytesToHex(KH("wallet-key", utf8ToBytes(signatureId))));
    expect(keys.toSorted()).toEqual(wallets.map(({ id }) => bytesToHex(id)).toSorted());
    if (tables !== undefined) readJournals(tables, open, KH);
    const listed = ((manifest["journals"] ?? []) as string[]).map((name) =>
      bytesToHex(KH("lease", utf8ToBytes(name.replace(" ", "\n")))),
    );
    expect(listed.sort()).toEqual(tables?.journal.map((row) => bytesToHex(row.lease_key)).sort() ?? []);
  }
  return opened.map(({ signatureId, record }) => [signatureId, record]);
}

const derived = new Map<string, Uint8Array>();

/** Files that were made from one vault share its slots; this Argon2 takes two seconds. */
async function slotKeys(password: string, parameters: string): Promise<Uint8Array> {
  const known = derived.get(`${password} ${parameters}`);
  if (known !== undefined) return known;
  const { memory, passes, parallelism, salt } = JSON.parse(parameters);
  const options = { m: memory, t: passes, p: parallelism, version: 0x13, dkLen: 64 };
  const keys = await argon2idAsync(utf8ToBytes(password.normalize("NFC")), hexToBytes(salt), options);
  derived.set(`${password} ${parameters}`, keys);
  return keys;
}

async function unlock(vault: VaultRow, slots: SlotRow[], password: string): Promise<Uint8Array> {
  for (const slot of slots) {
    const { slot_id, kind, parameters, commitment, wrapped_key } = slot;
    const columns = [vault.vault_id, slot_id, kind, parameters] as const;
    const checksum = sha256(LP("tatum-kms/v1/slot-checksum", ...columns, commitment, wrapped_key));
    expect(bytesToHex(checksum)).toBe(bytesToHex(slot.checksum));
    if (kind !== "password") continue;
    const identity = LP("tatum-kms/v1/slot", ...columns);
    const keys = await slotKeys(password, parameters);
    if (bytesToHex(HMAC(keys.subarray(32), identity)) !== bytesToHex(commitment)) continue;
    return gcm(keys.subarray(0, 32), wrapped_key.subarray(0, 12), identity).decrypt(wrapped_key.subarray(12));
  }
  throw new Error("wrong password");
}

test.each(goodKitFiles.map((file) => [`format-${file.format}/${file.file}`, file] as const))(
  "%s opens with what the document of the vault format says",
  async (_name, file) => {
    const wallets = await read(unpack(file, folder("vault")), file);
    // JSON.parse loses the digits of large integers; the values are compared elsewhere.
    const comparable = (value: unknown) =>
      JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? Number(member) : member));
    expect(comparable(wallets)).toEqual(comparable(file.wallets));
  },
  60_000,
);
