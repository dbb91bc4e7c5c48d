import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Secret } from "../../../../providers/secret.ts";
import { readImportFile } from "../../../../src/vault/import/read-import-file.ts";
import { caught } from "../caught.ts";
import { freshVault } from "../fresh-vault.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";

const inFolder = useTemporaryFolder();

const never = (): Promise<Secret> => {
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

test("an empty file holds no wallets", async () => {
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
