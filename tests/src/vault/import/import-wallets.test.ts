import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringifyExactJson } from "../../../../chains/codec/exact-json.ts";
import { Secret } from "../../../../providers/secret.ts";
import { importWallets } from "../../../../src/vault/import/import-wallets.ts";
import { readImportFile } from "../../../../src/vault/import/read-import-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../caught.ts";
import { freshVault } from "../fresh-vault.ts";

const path = useTemporaryFolder();
const originals = join(import.meta.dir, "../../../vectors/legacy-wallet-dat");
const readOriginal = (name: string, password: string) =>
  readImportFile(join(originals, `${name}.dat`), () => [new Secret(password)]);
const noPassword = (): never => {
  throw new Error("The password was asked for.");
};
const wallet = (signatureId: string, record: Parameters<typeof importWallets>[1][number]["record"]) => ({
  signatureId,
  record,
});
const ethereum = { privateKey: "0x01", chain: "ETH", testnet: true };

describe("a file to import", () => {
  test("of the original exports from the vault in the order it had", async () => {
    const vault = await freshVault(path("vault"));
    const result = await importWallets(vault, await readOriginal("thousand", "batch-1000-s"));
    expect(result).toEqual({
      imported: 1000,
      skipped: 0,
      perChain: { ETH: 1000 },
      warnings: [],
    });
    const expected = JSON.parse(readFileSync(join(originals, "thousand.json"), "utf8"));
    expect(await vault.exportAll()).toEqual(Object.entries(expected));
    await vault.close();
  });

  test("may be the JSON of an export, without a password", async () => {
    const entries = [
      ["new", { ...ethereum, big: 123456789012345678901n }],
      ["old", ethereum],
    ] as const;
    for (const text of [
      stringifyExactJson(Object.fromEntries(entries), 2),
      `\ufeff${stringifyExactJson(Object.fromEntries(entries))}\n`,
    ]) {
      writeFileSync(path("export.json"), text);
      expect(await readImportFile(path("export.json"), noPassword)).toEqual(
        entries.map(([signatureId, record]) => ({ signatureId, record })),
      );
    }
  });

  test("of no bytes holds nothing", async () => {
    expect(await readImportFile(join(originals, "zero-byte.dat"), noPassword)).toEqual([]);
  });

  test.each([
    ["CANNOT_READ", "missing", undefined],
    ["IMPORT_DAMAGED", "text", "hello"],
    ["IMPORT_DAMAGED", "not UTF-8", Buffer.from('{"a":{"b":"\xff"}}', "latin1")],
    ["IMPORT_DAMAGED", "a vault", "SQLite format 3\0"],
  ] as const)("is refused with %s: %s", async (code, name, content) => {
    if (content !== undefined) writeFileSync(path(name), content);
    const error = await caught(() => readImportFile(path(name), noPassword));
    expect([error.code, error.cause]).toEqual([code, code === "CANNOT_READ" ? error.cause : undefined]);
  });

  test("of the original that is damaged or locked leaves the vault alone", async () => {
    const vault = await freshVault(path("vault"));
    const before = readFileSync(path("vault"));
    writeFileSync(path("cut.dat"), readFileSync(join(originals, "imported.dat")).subarray(0, 700));
    const attempts: [string, string][] = [
      [path("cut.dat"), "import-me"],
      [join(originals, "imported.dat"), "wrong"],
    ];
    for (const [file, password] of attempts) {
      await caught(async () =>
        importWallets(vault, await readImportFile(file, () => [new Secret(password)])),
      );
    }
    await vault.close();
    expect(readFileSync(path("vault")).equals(before)).toBe(true);
  });
});

describe("wallets that the vault holds already", () => {
  test("are skipped and counted when they are the same, in any order of fields", async () => {
    const vault = await freshVault(path("vault"));
    await importWallets(vault, [wallet("a", ethereum), wallet("b", ethereum)]);
    const { testnet, chain, privateKey } = ethereum;
    const result = await importWallets(vault, [
      wallet("c", ethereum),
      wallet("b", { testnet, chain, privateKey }),
    ]);
    expect(result).toMatchObject({
      imported: 1,
      skipped: 1,
      perChain: { ETH: 1 },
    });
    expect((await vault.wallets()).map(({ signatureId }) => signatureId)).toEqual(["c", "a", "b"]);
    await vault.close();
  });

  test("stop the whole import when they are others, naming up to ten", async () => {
    const vault = await freshVault(path("vault"));
    const ids = Array.from({ length: 12 }, (_, n) => `id-${n}`);
    await importWallets(
      vault,
      ids.map((id) => wallet(id, ethereum)),
    );
    const { generation } = vault;
    const others = ids.map((id) => wallet(id, { ...ethereum, privateKey: "0x02" }));
    const error = await caught(() => importWallets(vault, [wallet("fresh", ethereum), ...others]));
    expect([error.code, error.exitStatus]).toEqual(["IMPORT_CONFLICT", 65]);
    expect(error.message).toContain(`${ids.slice(0, 10).join(", ")} and 2 more`);
    expect(error.message).not.toContain("0x0");
    expect([vault.generation, await vault.get("fresh")]).toEqual([generation, undefined]);
    await vault.close();
  });
});

describe("odd entries are kept and named, without their values", () => {
  test.each([
    [{ ...ethereum, note: "SECRET" }, [["note", "is not a field this program knows"]]],
    [{ ...ethereum, xpub: 5 }, [["xpub", "is a number instead of text"]]],
    [{ ...ethereum, testnet: "SECRET" }, [["testnet", "is a string instead of true or false"]]],
    [{ privateKey: "SECRET", chain: "ETH" }, [["testnet", "is missing"]]],
    [{ ...ethereum, chain: "SECRET" }, [["chain", "is not a chain this program knows"]]],
    [{ privateKey: "SECRET", testnet: true }, [["chain", "is missing"]]],
    [
      { address: "SECRET", chain: "ETH", testnet: true },
      [[undefined, "holds no mnemonic, secret or private key"]],
    ],
    [
      { mnemonic: null, secret: ["SECRET"], chain: "ETH", testnet: true },
      [
        ["mnemonic", "is null instead of text"],
        ["secret", "is a list instead of text"],
        [undefined, "holds no mnemonic, secret or private key"],
      ],
    ],
  ] as const)("%j", async (record, expected) => {
    const vault = await freshVault(path("vault"));
    const { warnings } = await importWallets(vault, [wallet("odd", record)]);
    expect(warnings.map(({ field, problem }) => [field, problem])).toEqual(expected.map((pair) => [...pair]));
    expect(warnings.every(({ signatureId }) => signatureId === "odd")).toBe(true);
    expect(JSON.stringify(warnings)).not.toContain("SECRET");
    expect(await vault.get("odd")).toEqual(record);
    await vault.close();
  });
});
