/** The commands that change a vault. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileKindAt } from "../../../src/store/sqlite/vault-file.ts";
import { readKitJson, unpack } from "../../src/vault/vault-kit.ts";
import { allWallets, installationWith, walletIds } from "../daemon/wallets.ts";
import { Installation } from "../executable.ts";
import type { Scenario, Survivors } from "./scenario.ts";
import { assertHolds, assertHoldsPrinted, type Content, contentOf, vaultPath } from "./surviving-vault.ts";

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const original = readFileSync(join(samples, "mixed-chains.dat"));
const originalWallets = JSON.parse(readFileSync(join(samples, "mixed-chains.json"), "utf8")) as Record<
  string,
  unknown
>;
const passwords = JSON.parse(readFileSync(join(samples, "passwords.json"), "utf8")) as Record<string, string>;
const originalPassword = passwords["mixed-chains"] ?? "";

const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "staple";
const { [walletIds.btc]: _, ...otherWallets } = allWallets;

const newVault = (name: string, args: readonly string[]): Scenario => ({
  name,
  args,
  prepare: async () => new Installation(),
  async check({ home, stdout, isOver }) {
    // Or nothing would be looked for.
    if (isOver && stdout === "") throw new Error("no wallet was printed");
    // Before the first wallet is printed there may be no vault yet, but never a part of one.
    if (stdout === "" && !isOver && !existsSync(vaultPath(home))) return;
    assertHoldsPrinted(await contentOf(vaultPath(home), PASSWORD), stdout);
  },
});

const changedVault = (
  name: string,
  args: readonly string[],
  check: (content: Content, survivors: Survivors) => void,
): Scenario => ({
  name,
  args,
  prepare: () => installationWith(),
  check: async (survivors) => check(await contentOf(vaultPath(survivors.home), PASSWORD), survivors),
});

const removal = changedVault("remove a wallet", ["removewallet", walletIds.btc], (content, { isOver }) => {
  assertHolds(content, otherWallets);
  if (isOver && content.wallets.has(walletIds.btc)) throw new Error("the removed wallet is back");
});

const passwordChange: Scenario = {
  name: "change the password",
  args: ["vault", "change-password"],
  options: { env: { TATUM_KMS_NEW_PASSWORD: NEW_PASSWORD } },
  prepare: () => installationWith(),
  async check({ home, stderr, isOver }) {
    const isChanged = isOver || stderr.includes("The password was changed.");
    const content = await contentOf(vaultPath(home), NEW_PASSWORD).catch((failure) => {
      if (isChanged) throw failure;
      return contentOf(vaultPath(home), PASSWORD);
    });
    assertHolds(content, allWallets);
  },
};

const backup: Scenario = {
  name: "back up",
  args: ["vault", "backup", "copy.dat"],
  prepare: () => installationWith(),
  async check({ home, stderr, isOver }) {
    assertHolds(await contentOf(vaultPath(home), PASSWORD), allWallets);
    const copy = join(home, "copy.dat");
    if (!isOver && !stderr.includes("is complete") && !existsSync(copy)) return;
    assertHolds(await contentOf(copy, PASSWORD), allWallets);
  },
};

const migration: Scenario = {
  name: "migrate",
  args: ["migrate"],
  options: { env: { TATUM_KMS_PASSWORD: originalPassword } },
  async prepare() {
    const installation = new Installation();
    mkdirSync(dirname(installation.vaultPath), { mode: 0o700 });
    copyFileSync(join(samples, "mixed-chains.dat"), installation.vaultPath);
    chmodSync(installation.vaultPath, 0o600);
    return installation;
  },
  async check({ home, stdout, isOver }) {
    const path = vaultPath(home);
    const isMigrated = isOver || stdout !== "";
    if (!isMigrated && (await fileKindAt(path)) === "original") {
      if (!readFileSync(path).equals(original)) throw new Error("the original file was changed");
      return;
    }
    assertHolds(await contentOf(path, originalPassword), originalWallets);
    const kept = `${path}.original`;
    if (!existsSync(kept) || !readFileSync(kept).equals(original))
      throw new Error("the original file is lost");
  },
};

const importing: Scenario = {
  name: "import",
  args: ["import", "wallets.json"],
  async prepare() {
    const installation = await installationWith();
    writeFileSync(join(installation.home, "wallets.json"), JSON.stringify(originalWallets));
    return installation;
  },
  async check({ home, stdout, isOver }) {
    const content = await contentOf(vaultPath(home), PASSWORD);
    assertHolds(content, allWallets);
    const imported = Object.keys(originalWallets).filter((id) => content.wallets.has(id));
    if (isOver || stdout !== "" || imported.length > 0) assertHolds(content, originalWallets);
  },
};

/** What a vault of the format before holds; see the kit's README. */
interface OldVault {
  readonly password: string;
  readonly wallets: readonly (readonly [id: string, record: unknown])[];
  readonly jobs: readonly { readonly id: string }[];
}

const oldVault = readKitJson("format-1/journal.json") as OldVault;

async function assertHoldsOld(path: string): Promise<void> {
  const content = await contentOf(path, oldVault.password);
  assertHolds(content, Object.fromEntries(oldVault.wallets));
  const ids = new Set(content.jobs.map(({ id }) => id));
  const lost = oldVault.jobs.find(({ id }) => !ids.has(id));
  if (lost !== undefined) throw new Error(`the job ${lost.id} is lost`);
}

const USER_VERSION_OFFSET = 60;
const formatOf = (path: string): number => readFileSync(path).readUInt32BE(USER_VERSION_OFFSET);

const conversion: Scenario = {
  name: "convert",
  args: ["vault", "status"],
  options: { env: { TATUM_KMS_PASSWORD: oldVault.password } },
  async prepare() {
    const installation = new Installation();
    mkdirSync(dirname(installation.vaultPath), { mode: 0o700 });
    unpack({ format: 1, file: "journal.vault" }, installation.vaultPath);
    return installation;
  },
  async check({ home, isOver }) {
    const path = vaultPath(home);
    const kept = `${path}.format-1`;
    // A change that was broken off is undone by whoever opens the vault.
    const isWhole = !existsSync(`${path}-journal`);
    if (isOver && formatOf(path) !== 2) throw new Error("the vault was not converted");
    // The way back is there before the vault is another one.
    if (isWhole && formatOf(path) === 2) {
      if (formatOf(kept) !== 1) throw new Error("the copy is another format");
      copyFileSync(kept, `${path}.back`);
      await assertHoldsOld(`${path}.back`);
    }
    await assertHoldsOld(path);
  },
};

export const vaultScenarios: readonly Scenario[] = [
  newVault("make a vault and its first wallet", ["generatemanagedwallet", "ETH"]),
  newVault("make a vault and a batch", ["generatemanagedprivatekeybatch", "ETH", "5"]),
  changedVault("add a wallet", ["generatemanagedwallet", "BTC"], (content, { stdout }) => {
    assertHolds(content, allWallets);
    assertHoldsPrinted(content, stdout);
  }),
  changedVault("add a batch", ["generatemanagedprivatekeybatch", "ETH", "150"], (content, { stdout }) => {
    assertHolds(content, allWallets);
    assertHoldsPrinted(content, stdout);
  }),
  removal,
  passwordChange,
  backup,
  migration,
  importing,
  conversion,
];
