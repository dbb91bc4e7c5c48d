import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseExactJson } from "../../../../chains/codec/exact-json.ts";
import { Secret } from "../../../../providers/secret.ts";
import { readOriginalWalletFile } from "../../../../src/vault/import/original-wallet-file.ts";
import { caught } from "../caught.ts";
import { encryptOriginalFile } from "../encrypt-original-file.ts";

const folder = join(import.meta.dir, "../../../vectors/legacy-wallet-dat");
const passwords: Record<string, string> = JSON.parse(readFileSync(join(folder, "passwords.json"), "utf8"));
const file = (name: string) => readFileSync(join(folder, `${name}.dat`));
const read = (content: Uint8Array | string, password: string) =>
  readOriginalWalletFile(Buffer.from(content), new Secret(password));

describe("files that the original wrote", () => {
  test("are all here", () => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".dat") && name !== "zero-byte.dat");
    expect(names.map((name) => name.slice(0, -4)).toSorted()).toEqual(Object.keys(passwords).toSorted());
  });

  test.each(Object.entries(passwords))("%s holds what its JSON says, in its order", (name, password) => {
    const text = readFileSync(join(folder, `${name}.json`), "utf8");
    const expected = Object.entries(parseExactJson(text) as object).map(([signatureId, record]) => ({
      signatureId,
      record,
    }));
    const wallets = read(file(name), password);
    expect(wallets).toEqual(expected);
    expect(wallets.map(({ record }) => Object.keys(record))).toEqual(
      expected.map(({ record }) => Object.keys(record)),
    );
  });

  test("a file of no bytes holds no wallets, whatever the password", () => {
    expect(read(file("zero-byte"), "any")).toEqual([]);
  });
});

describe("base64 of an original wallet file may have", () => {
  const text = file("imported").toString();
  const lines = text.match(/.{1,64}/g) ?? [];
  test.each([
    ["a newline at the end", `${text}\n`],
    ["CRLF at the end", `${text}\r\n`],
    ["several lines", lines.join("\n")],
    ["several lines with CRLF", lines.join("\r\n")],
    ["a byte order mark", `\ufeff${text}`],
    ["white space around it", ` \t\n${text}\n \n`],
  ])("%s", (_name, content) => {
    expect(read(content, "import-me")).toEqual(read(text, "import-me"));
  });
});

describe("a file that no version wrote is called damaged", () => {
  const bytes = Buffer.from(file("imported").toString(), "base64");
  const encode = (content: Uint8Array) => Buffer.from(content).toString("base64");
  test.each([
    ["base64 cut short", file("imported").subarray(0, -1).toString()],
    ["bytes missing at the end", encode(bytes.subarray(0, -1))],
    ["a header only", encode(bytes.subarray(0, 16))],
    ["a part of the header only", encode(bytes.subarray(0, 10))],
    ["another beginning", encode(Buffer.concat([Buffer.from("Salted_!"), bytes.subarray(8)]))],
    ["a character that is not base64", `${file("imported").toString().slice(0, -4)}!!!!`],
    ["base64 for web addresses", `U2FsdGVkX1-_${"A".repeat(52)}`],
    ["loose bits at the end of the base64", encode(bytes.subarray(0, 33)).replace(/.(=*)$/, "/$1")],
  ])("%s", async (_name, content) => {
    const error = await caught(() => read(content, "import-me"));
    expect([error.code, error.exitStatus]).toEqual(["IMPORT_DAMAGED", 65]);
  });
});

describe("a file that does not open: wrong password or damaged", () => {
  test.each([
    ["another password", file("imported").toString(), "import-Me"],
    [
      "the password in another composition",
      file("unicode-nfd-password").toString(),
      passwords["unicode-nfd-password"]!.normalize("NFC"),
    ],
    [
      "a padding that is not PKCS#7",
      encryptOriginalFile("{}", "p", Buffer.from("0102030405060708090a0b0c0d02", "hex")),
      "p",
    ],
    ["a padding of 0", encryptOriginalFile("{}", "p", Buffer.alloc(14)), "p"],
    ["text that is not UTF-8", encryptOriginalFile(Buffer.from('{"a":{"b":"\xff"}}', "latin1")), "p"],
    ["text that is not JSON", encryptOriginalFile('{"a":'), "p"],
    ["JSON after a byte order mark", encryptOriginalFile("\ufeff{}"), "p"],
    ["JSON nested beyond reason", encryptOriginalFile("[".repeat(1_000_000)), "p"],
  ])("%s", async (_name, content, password) => {
    const error = await caught(() => read(content, password));
    expect([error.code, error.exitStatus]).toEqual(["IMPORT_UNREADABLE", 77]);
    expect(error.message).toContain("wrong password, or the file is damaged");
    expect(error.cause).toBeUndefined();
  });

  test("with any wrong password", async () => {
    for (let n = 0; n < 2000; n++) {
      const error = await caught(() => read(file("one-char-password"), `wrong ${n}`));
      expect(error.code).toBe("IMPORT_UNREADABLE");
    }
  });
});

test("padding of an original wallet file by a whole block is right", () => {
  expect(read(encryptOriginalFile('{"a":{"b":"12"}}'), "p")).toEqual([
    { signatureId: "a", record: { b: "12" } },
  ]);
});
