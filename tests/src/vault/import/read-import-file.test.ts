import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { Secret } from "../../../../providers/secret.ts";
import { readImportFile } from "../../../../src/vault/import/read-import-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../caught.ts";
import { freshVault } from "../fresh-vault.ts";

const inFolder = useTemporaryFolder();

const never = (): Secret[] => {
  throw new Error("It was asked for a password.");
};

function file(content: string | Uint8Array): string {
  const path = inFolder("wallets.json");
  writeFileSync(path, content);
  return path;
}

test("the JSON of export is read without a password", async () => {
  const path = file('{"a":{"privateKey":"k","chain":"ETH","testnet":true}}');
  expect(await readImportFile(path, never)).toEqual([
    { signatureId: "a", record: { privateKey: "k", chain: "ETH", testnet: true } },
  ]);
});

test("an empty file to import holds no wallets", async () => {
  expect(await readImportFile(file(""), never)).toEqual([]);
});

test("a file that is not there, or is a folder, cannot be read", async () => {
  mkdirSync(inFolder("folder"));
  for (const name of ["missing", "folder"]) {
    expect(await caught(() => readImportFile(inFolder(name), never))).toMatchObject({ code: "CANNOT_READ" });
  }
});

test("a vault is told from a file to import", async () => {
  await (await freshVault(inFolder("vault"))).close();
  expect(await caught(() => readImportFile(inFolder("vault"), never))).toMatchObject({
    code: "IMPORT_DAMAGED",
    message: expect.stringContaining("is a vault of this program"),
  });
});

test("what is neither is damaged, and the error does not quote it", async () => {
  for (const content of ['{"a":{"privateKey":"k-canary"', Uint8Array.of(0x7b, 0xff, 0x7d)]) {
    const refused = await caught(() => readImportFile(file(content), never));
    expect(refused.code).toBe("IMPORT_DAMAGED");
    expect(`${refused.message} ${refused.hint} ${refused.cause}`).not.toContain("canary");
  }
});

const wallets = '{"a":{"privateKey":"k","chain":"ETH","testnet":true}}';

test("a pipe that somebody named is read, and only once", async () => {
  Bun.spawnSync(["mkfifo", "-m", "600", inFolder("pipe")]);
  const writer = Bun.spawn(["sh", "-c", 'printf %s "$2" >"$1"', "sh", inFolder("pipe"), wallets]);
  expect(await readImportFile(inFolder("pipe"), never)).toHaveLength(1);
  await writer.exited;
});

test("a file that others could have written is refused, also by its folder", async () => {
  const path = file(wallets);
  chmodSync(path, 0o666);
  expect(await caught(() => readImportFile(path, never))).toMatchObject({
    code: "CANNOT_READ",
    message: expect.stringContaining("can be written by every user (mode 0666)"),
    hint: expect.stringContaining(`chmod 600 ${path}`),
  });
  chmodSync(path, 0o660);
  expect((await caught(() => readImportFile(path, never))).code).toBe("CANNOT_READ");
  expect(await readImportFile(path, never, { access: { allowGroup: true } })).toHaveLength(1);
});

test("that others can read the wallets of a file to import is told", async () => {
  const told: string[] = [];
  const warn = (text: string): void => void told.push(text);
  chmodSync(file(wallets), 0o600);
  await readImportFile(inFolder("wallets.json"), never, { warn });
  expect(told).toEqual([]);
  chmodSync(inFolder("wallets.json"), 0o644);
  await readImportFile(inFolder("wallets.json"), never, { warn });
  expect(told).toEqual([expect.stringContaining("mode 0644")]);
});
