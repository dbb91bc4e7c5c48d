/** No secret comes out of a command that fails, wherever it went in. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tickers } from "../../../chains/index.ts";
import { executable, Installation, type RunOptions } from "../executable.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const password = "Kanarienvogel-Passwort";
const apiKey = "KanarienvogelKey-0123456789-Ende";
const key = "ca9a5ebadcafe0ca9a5ebadcafe0ca9a5ebadcafe0ca9a5ebadcafe0ca9a5e01";
const word = "kanarienvogel";
const mnemonic = `${"abandon ".repeat(11)}${word}`;
/** Parts of the secrets, long enough to stand nowhere by chance. */
const canaries = ["Kanarienvogel", word, apiKey.slice(4, -4), key.slice(0, 12), key.slice(-12), "abandon"];

const env = {
  TATUM_KMS_PASSWORD: password,
  TATUM_KMS_NEW_PASSWORD: `${password}-2`,
  TATUM_KMS_IMPORT_PASSWORD: `${password}-3`,
  TATUM_API_KEY: apiKey,
};

async function expectSilence(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { status, stdout, stderr } = await installation.run(args, {
    ...options,
    env: { ...env, ...options.env },
  });
  expect(status).not.toBe(0);
  expect(stdout).toBe("");
  for (const canary of canaries) expect(stderr).not.toContain(canary);
}

function file(name: string, content: string): string {
  writeFileSync(join(installation.home, name), content);
  return join(installation.home, name);
}

beforeAll(async () => {
  const wallets = { one: { privateKey: "not-a-key-but-kanarienvogel", mnemonic, chain: "ETH", testnet: 1 } };
  const { status, stderr } = await installation.run(
    ["import", file("wallets.json", JSON.stringify(wallets))],
    { env },
  );
  expect(status).toBe(0);
  for (const canary of canaries) expect(stderr).not.toContain(canary);
});

describe("a failing command says nothing of the secrets", () => {
  test.each([
    [["export"], { env: { TATUM_KMS_PASSWORD: `${password}-wrong` } }],
    [["export", "--path=missing"], {}],
    [["export"], { env: { TATUM_KMS_PASSWORD: "" }, input: `${password}-wrong\n` }],
    [
      ["generatemanagedwallet", "ETH", "--path=new"],
      { env: { TATUM_KMS_PASSWORD: "" }, input: `${password}\n${password}-\n` },
    ],
    [["getmanagedwallet", "two"], {}],
    [["daemon", "--chain=NOPE"], {}],
    [["daemon", "--testnet", "--api-key", apiKey, "--period=x"], {}],
    [["daemon", "--testnet"], { env: { TATUM_API_URL: `ftp://user:${password}@host` } }],
    [["daemon", "--external-url", `not a url ${password}`], {}],
    [
      ["vault", "change-password"],
      { env: { TATUM_KMS_NEW_PASSWORD: "" }, input: `${password}\n${password}!\n` },
    ],
  ] as [string[], RunOptions][])("%j", async (args, options) => {
    await expectSilence(args, options);
  });

  test("when a key or mnemonic is not valid, on every chain", async () => {
    for (const ticker of tickers) {
      await expectSilence(["storemanagedwallet", ticker], { input: `${mnemonic}\n` });
      for (const input of [`${key}ff\n`, `0x${key.slice(2)}zz\n`, `s${word}\n`]) {
        await expectSilence(["storemanagedprivatekey", ticker], { input });
      }
    }
  });

  test("when they stand where they do not belong", async () => {
    for (const args of [
      ["storemanagedprivatekey", "ETH", key],
      ["storemanagedprivatekey", key],
      ["storemanagedwallet", ...mnemonic.split(" ")],
      ["storemanagedwallet", "ETH", mnemonic],
      ["storemanagedwallet", mnemonic],
      ["getaddress", "id", key],
      ["generatemanagedprivatekeybatch", "ETH", key],
      [key],
      [mnemonic],
      [`--password=${password}`, "export"],
      ["export", "--private-key", key],
      ["export", password],
      [`--testnet=${password}`, "export"],
      ["daemon", "--testnet", `--chain=${mnemonic}`],
      ["daemon", "--testnet", `--period=${password}`],
      ["daemon", "--testnet", `--external-url-method=${password}`],
      ["job", "list", password],
    ]) {
      await expectSilence(args);
    }
  });

  test("when a file to import is damaged", async () => {
    const whole = JSON.stringify({ a: { privateKey: key, mnemonic, chain: "ETH", testnet: false } });
    for (const [number, content] of [
      whole.slice(0, -3),
      whole.slice(1),
      `${whole}${key}`,
      whole.replace(`"${key}"`, key),
      `[${whole}]`,
      `{"a":"${key}"}`,
      `{"a":{"privateKey":"${key}","privateKey":"${key}"}}`,
      mnemonic,
      "",
    ]
      .filter((text) => text !== "")
      .entries()) {
      await expectSilence(["import", file(`damaged-${number}.json`, content), "--path=none"]);
    }
  });

  test("when a stored key is not valid", async () => {
    const wallets = {
      two: { privateKey: `0x${key}ff`, chain: "BTC", testnet: false },
      three: { privateKey: word, chain: "ETH" },
    };
    expect(
      (await installation.run(["import", file("odd.json", JSON.stringify(wallets))], { env })).status,
    ).toBe(0);
    for (const id of ["two", "three"]) await expectSilence(["getaddress", id, "0"]);
    await expectSilence(["getaddress", "one"]);
  });
});

test("the program starts no other program and shows no secret in its own arguments", async () => {
  const child = Bun.spawn([executable, "storemanagedprivatekey", "ETH"], {
    env: { HOME: installation.home, TATUM_KMS_PASSWORD: "" },
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  });
  child.stdin.write(`${key}\n`);
  child.stdin.flush();
  // It has read the key when it tells the address, and waits for the password.
  await child.stderr.getReader().read();
  const process = `/proc/${child.pid}`;
  expect(readFileSync(`${process}/cmdline`, "utf8")).toBe(`${executable}\0storemanagedprivatekey\0ETH\0`);
  for (const thread of readdirSync(`${process}/task`)) {
    expect(readFileSync(`${process}/task/${thread}/children`, "utf8")).toBe("");
  }
  child.kill();
  await child.exited;
});
