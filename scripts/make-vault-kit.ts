/**
 * The vault kit of this format, tests/vectors/vault/format-2: good vault files, and damaged or forged ones with the error that each has to give,
 * made by `bun scripts/make-vault-kit.ts`. Keys and salts are new in every run.
 */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../providers/secret.ts";
import type { WalletEntry } from "../src/vault/wallet-changes.ts";
import { openVaultAt } from "../tests/src/vault/vault-at.ts";
import { sql } from "./vault-kit/damage.ts";
import { addDamagedFiles } from "./vault-kit/damaged-files.ts";
import {
  addForgedJournals,
  addForgedKeySlots,
  addForgedParameters,
  addForgedRecords,
  addForgedSchemas,
  addJournals,
  addOversizedValues,
  addRolledBackFiles,
} from "./vault-kit/forged-files.ts";
import { recordJobs } from "./vault-kit/jobs.ts";
import { Kit, type Said } from "./vault-kit/kit.ts";

const vectors = join(import.meta.dir, "../tests/vectors");

/** The newest comes last. Nobody funds these. */
const wallets: readonly WalletEntry[] = [
  [
    "0b5c6d2e-6f5b-4ed5-9a5e-3f6a0d5f5a01",
    { privateKey: `0x${"11".repeat(32)}`, chain: "ETH", testnet: true },
  ],
  [
    "0b5c6d2e-6f5b-4ed5-9a5e-3f6a0d5f5a02",
    { mnemonic: `${"test ".repeat(11)}junk`, xpub: "tpub", chain: "BTC", testnet: false },
  ],
  [
    'any text, é 密 🔐, "quoted"',
    { secret: "sEd7", address: "rKbm", chain: "XRP", testnet: false, note: "ключ" },
  ],
  [
    "old",
    { privateKey: "k", big: 123456789012345678901234567890n, list: [1, null, { a: 1.5 }], chain: null },
  ],
  ["long", { privateKey: "0123456789abcdef".repeat(200), chain: "SOL", testnet: true }],
];

const kit = new Kit(join(vectors, "vault/format-2"));
const { password } = kit;
const composed = "zweites Paßwort \u00e9";
const earlier = kit.path("earlier");

const empty = await kit.makeVault("empty", password, async () => undefined);
const vault = await kit.makeVault("vault", password, (made) => made.add(wallets));
const other = await kit.makeVault("other", password, (made) => made.add(wallets));
const changed = await kit.makeVault("changed", "first", async (made) => {
  await made.add(wallets);
  await made.backup(earlier);
  await made.remove("old");
  await made.changePassword(new Secret(composed));
});
const remaining = wallets.filter(([signatureId]) => signatureId !== "old");

kit.good("empty", empty, password, []);
kit.good("wallets", vault, password, wallets);
kit.good("changed", changed, composed, remaining);
kit.good("changed", changed, composed.normalize("NFD"), remaining);
kit.wrongPassword("wallets", "Correct horse battery staple");
kit.wrongPassword("changed", "first");

addDamagedFiles(kit, vault);
addForgedRecords(kit, vault, other);
addForgedKeySlots(kit, vault, other);
addForgedParameters(kit, vault);
addForgedSchemas(kit, vault);
addRolledBackFiles(kit, changed, earlier, composed);
const worked = await kit.makeVault("worked", password, async (made) => {
  await made.add(wallets);
  await made.remove("long");
  await recordJobs(made, kit.path("worked-before"));
});
kit.good("journals", worked, password, wallets.slice(0, -1));
addForgedJournals(kit, worked, kit.path("worked-before"));
const backup = kit.path("backup");
const leased = await kit.makeVault("leased", password, async (made) => {
  await made.add(wallets);
  await made.store.transaction((session) =>
    session.execute(
      "INSERT INTO lease VALUES (zeroblob(32), zeroblob(16), 9007199254740991, 9007199254740991, 0, -1)",
    ),
  );
});
kit.bad("lease-forged", leased, "VAULT_CORRUPT", /a lease row has an unexpected/, () => undefined);
const [ethereum = "", bitcoin = "", , removed = "", solana = ""] = wallets.map(
  ([signatureId]) => signatureId,
);
const said: Said = {
  labels: { [ethereum]: "Treasury Ä", [solana]: "payouts" },
  groups: { [ethereum]: ["hot", "emea"] },
  firstAddresses: { [ethereum]: "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A", [bitcoin]: "bc1qmade-up" },
  removed: [removed],
  restoredAt: Date.UTC(2026, 10, 28),
};
const named = await kit.makeVault("named", password, async (made) => {
  await made.add(wallets);
  await made.directory.edit(
    wallets.map(([signatureId]) => ({
      signatureId,
      edit: () => ({
        label: said.labels[signatureId],
        groups: said.groups[signatureId],
        firstAddress: said.firstAddresses[signatureId],
      }),
    })),
  );
  await made.remove(removed, Date.UTC(2200, 0));
  await made.backup(kit.path("named-backup"));
  await made.markRestored(said.restoredAt, async () => undefined);
});
kit.good("named", named, password, remaining, { says: said });
kit.bad(
  "removed-wallet-forged",
  named,
  "VAULT_CORRUPT",
  /removed wallet/,
  sql("UPDATE removed_wallet SET sealed = (SELECT sealed FROM wallet LIMIT 1)"),
);
const after = kit.path("after");
copyFileSync(vault, after);
const next = await openVaultAt(after, new Secret(password));
await next.backup(backup);
await next.add([["next", { privateKey: "k", chain: "ETH", testnet: true }]]);
await next.close();
addOversizedValues(kit, worked);
addJournals(kit, {
  vault,
  backup,
  wallets,
  before: readFileSync(vault),
  after,
  other: readFileSync(other),
});
const original = join(vectors, "legacy-wallet-dat/mixed-chains.dat");
kit.bad("original-file", original, "VAULT_IS_ORIGINAL", /tatum-kms 8/, () => undefined);

kit.finish();
