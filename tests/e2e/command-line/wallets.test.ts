/** Making, storing, reading and removing wallets. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Installation, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const words = `${"abandon ".repeat(11)}about`;
/** The xpub of these words on ETH, and their key and address at index 0 and 1 (tests/vectors/wallets/ETH.json). */
const vector = (
  (await Bun.file(join(import.meta.dir, "../../vectors/wallets/ETH.json")).json()) as {
    testnet: boolean;
    mnemonic: string;
    wallet: { xpub: string };
    keys: { index: number; address: string; privateKey: string }[];
  }[]
).find(({ testnet, mnemonic }) => !testnet && mnemonic === words)!;
const [atZero, atOne] = vector.keys;

const installation = new Installation();
afterAll(() => installation.remove());

function resultOf({ status, stdout, stderr }: Run): Record<string, unknown> {
  expect(status, stderr).toBe(0);
  // As the original prints it: JSON with two spaces.
  expect(stdout).toBe(`${JSON.stringify(JSON.parse(stdout), null, 2)}\n`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function run(args: readonly string[], input?: string): Promise<Run> {
  return installation.run(args, input === undefined ? {} : { input: `${input}\n` });
}

async function storedId(args: readonly string[], input?: string): Promise<string> {
  return resultOf(await run(args, input))["signatureId"] as string;
}

beforeAll(async () => {
  await run(["generatemanagedwallet", "LTC"]);
});

describe("generatewallet", () => {
  test("prints a wallet of 24 words and stores nothing", async () => {
    const empty = new Installation();
    const wallet = resultOf(await empty.run(["generatewallet", "ETH"]));
    expect(Object.keys(wallet)).toEqual(["xpub", "mnemonic"]);
    expect((wallet["mnemonic"] as string).split(" ")).toHaveLength(24);
    expect(Object.keys(resultOf(await empty.run(["generatewallet", "BTC"])))).toEqual(["mnemonic", "xpub"]);
    expect(existsSync(join(empty.home, ".tatumrc"))).toBe(false);
    empty.remove();
  });

  test("makes another one each time", async () => {
    const [first, second] = [await run(["generatewallet", "ETH"]), await run(["generatewallet", "ETH"])];
    expect(first.stdout).not.toBe(second.stdout);
  });
});

describe("generatemanagedwallet", () => {
  test("prints the signature ID and xpub of what it stores, with the network", async () => {
    const printed = resultOf(await run(["generatemanagedwallet", "BTC", "--testnet"]));
    expect(Object.keys(printed)).toEqual(["signatureId", "xpub"]);
    expect(printed["signatureId"]).toMatch(UUID);
    const stored = resultOf(await run(["getmanagedwallet", printed["signatureId"] as string]));
    expect(Object.keys(stored)).toEqual(["mnemonic", "xpub", "chain", "testnet"]);
    expect(stored).toMatchObject({ xpub: printed["xpub"], chain: "BTC", testnet: true });
  });
});

describe("storemanagedwallet", () => {
  test("says where other wallets have the first address of the mnemonic, beside the result", async () => {
    const stored = await run(["storemanagedwallet", "SOL"], words);
    const { address } = resultOf(stored);
    expect(stored.stderr).toContain(
      `The first address of this wallet is ${address}, at m/44'/501'/0'/0'/0'. For the same mnemonic, Phantom, Solflare ` +
        "and Trezor show another one, at m/44'/501'/0'/0'.",
    );
    expect((await run(["storemanagedwallet", "TRON"], words)).stderr).not.toContain("first address");
  });

  test("stores the wallet of the words, whatever blanks are between them", async () => {
    const typed = `  ${words.replaceAll(" ", "   ")} `;
    const printed = resultOf(await run(["storemanagedwallet", "ETH"], typed));
    expect(printed).toEqual({ signatureId: expect.stringMatching(UUID) as string, xpub: vector.wallet.xpub });
    expect(resultOf(await run(["getmanagedwallet", printed["signatureId"] as string]))).toEqual({
      xpub: vector.wallet.xpub,
      mnemonic: words,
      chain: "ETH",
      testnet: false,
    });
  });

  test.each([
    ["a wrong checksum", "abandon ".repeat(12)],
    ["a word of no list", `${"abandon ".repeat(11)}canarybird`],
    ["too few words", "abandon ".repeat(11)],
    ["words in capitals", words.toUpperCase()],
    ["no words", ""],
  ])("refuses %s", async (_what, mnemonic) => {
    const failure = failureOf(await run(["storemanagedwallet", "ETH"], mnemonic));
    expect(failure).toMatchObject({ status: 65, code: "INVALID_INPUT" });
    expect(failure.error).toStartWith("Not a BIP-39 mnemonic");
  });
});

describe("a private key", () => {
  const key = atOne!.privateKey;
  let id: string;

  test("is stored after its address was shown", async () => {
    const stored = await run(["storemanagedprivatekey", "ETH"], key);
    expect(stored.stderr).toBe(`Address of the key: ${atOne!.address}\n`);
    const printed = resultOf(stored);
    id = printed["signatureId"] as string;
    expect(printed).toEqual({ signatureId: expect.stringMatching(UUID) as string });
  });

  test.each([[[]], [["2147483647"]]])(
    "is printed as stored, and its own address with it, at index %j",
    async (index) => {
      expect(resultOf(await run(["getprivatekey", id, ...index]))).toEqual({ privateKey: key });
      expect(resultOf(await run(["getaddress", id, ...index]))).toEqual({ address: atOne!.address });
    },
  );

  test("is all that its entry holds", async () => {
    expect(resultOf(await run(["getmanagedwallet", id]))).toEqual({
      privateKey: key,
      chain: "ETH",
      testnet: false,
    });
  });

  test.each([
    ["ETH", "0x1234"],
    ["ETH", "z".repeat(64)],
    ["ETH", "0".repeat(64)],
    ["ETH", "f".repeat(64)],
    ["ETH", ""],
    ["BTC", "not a key"],
    ["BTC", "L4p2b9VAf8k5aUahF1JCJUzZkgNEAqLfq8DDdQiyAprQAKSbu8hg"],
  ])("of %s is refused when it is none: %j", async (chain, text) => {
    const failure = failureOf(await run(["storemanagedprivatekey", chain], text));
    expect(failure).toMatchObject({ status: 65, code: "INVALID_INPUT" });
  });
});

describe("a mnemonic wallet", () => {
  let id: string;
  beforeAll(async () => {
    id = await storedId(["storemanagedwallet", "ETH"], words);
  });

  test("has a key and an address at every index", async () => {
    for (const { index, privateKey, address } of [atZero!, atOne!]) {
      expect(resultOf(await run(["getprivatekey", id, String(index)]))).toEqual({ privateKey });
      expect(resultOf(await run(["getaddress", id, String(index)]))).toEqual({ address });
    }
  });

  test("has an address at the last index", async () => {
    expect(resultOf(await run(["getaddress", id, "2147483647"]))["address"]).toMatch(/^0x[0-9a-f]{40}$/);
  });

  test("needs an index", async () => {
    for (const command of ["getprivatekey", "getaddress"]) {
      expect(failureOf(await run([command, id]))).toMatchObject({
        status: 64,
        error: `Wallet ${id} is mnemonic based: give the derivation index.`,
      });
    }
  });
});

describe("generatemanagedprivatekeybatch", () => {
  test("prints one line for each key it stores", async () => {
    const { status, stdout, stderr } = await run([
      "generatemanagedprivatekeybatch",
      "ETH",
      "105",
      "--testnet",
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(105);
    const keys = lines.map((line) => JSON.parse(line) as { signatureId: string; address: string });
    expect(lines).toEqual(
      keys.map(({ signatureId, address }) => `{"signatureId":"${signatureId}","address":"${address}"}`),
    );
    // What was made last is exported first.
    const stored = Object.entries(
      JSON.parse((await run(["export"])).stdout) as Record<string, Record<string, unknown>>,
    ).slice(0, 105);
    expect(stored.map(([id]) => id)).toEqual(keys.map(({ signatureId }) => signatureId).reverse());
    for (const [, record] of stored) {
      expect(record).toEqual({
        privateKey: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string,
        chain: "ETH",
        testnet: true,
      });
    }
    const { signatureId, address } = keys[50]!;
    expect(resultOf(await run(["getaddress", signatureId]))).toEqual({ address });
  });
});

describe("a signature ID that the vault does not hold", () => {
  test.each([
    [["getmanagedwallet", "x"]],
    [["getprivatekey", "x", "0"]],
    [["getaddress", "x", "0"]],
    [["removewallet", "x"]],
    [["getmanagedwallet", "__proto__"]],
  ])("is named by %j", async (args) => {
    expect(failureOf(await run(args))).toEqual({
      status: 66,
      code: "NO_SUCH_WALLET",
      error: `No such wallet for signatureId '${args[1]}'.`,
      hint: "tatum-kms wallet list shows all wallets.",
    });
  });
});

describe("removewallet", () => {
  test("removes that wallet alone, prints nothing, and finds nothing the second time", async () => {
    const before = Object.keys(JSON.parse((await run(["export"])).stdout) as object);
    const id = await storedId(["generatemanagedwallet", "ETH"]);
    expect(await run(["removewallet", id])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(Object.keys(JSON.parse((await run(["export"])).stdout) as object)).toEqual(before);
    expect(failureOf(await run(["removewallet", id])).error).toBe(`No such wallet for signatureId '${id}'.`);
  });
});

describe("without a vault", () => {
  test.each([
    [["export"]],
    [["getmanagedwallet", "x"]],
    [["getprivatekey", "x", "0"]],
    [["getaddress", "x", "0"]],
    [["removewallet", "x"]],
    [["vault", "status"]],
    [["job", "list"]],
    [["daemon", "--testnet", "--api-key=x"]],
  ])("%j says so and makes none", async (args) => {
    const path = join(installation.home, "missing/wallet.dat");
    expect(failureOf(await run([...args, `--path=${path}`]))).toMatchObject({
      status: 66,
      code: "NO_WALLET_FILE",
      error: "No such wallet file.",
    });
    expect(existsSync(join(installation.home, "missing"))).toBe(false);
  });
});

describe("every command that opens a vault", () => {
  test("works on that of --path", async () => {
    const path = join(installation.home, "second.vault");
    const at = `--path=${path}`;
    const id = await storedId(["storemanagedwallet", "ETH", at], words);
    await run(["generatemanagedprivatekeybatch", "ETH", "1", at]);
    const exported = resultOf(await run(["export", at]));
    expect(Object.keys(exported)).toHaveLength(2);
    expect(resultOf(await run(["getaddress", id, "0", at]))).toEqual({ address: atZero!.address });
    expect(resultOf(await run(["getprivatekey", id, "0", at]))).toEqual({ privateKey: atZero!.privateKey });
    expect(resultOf(await run(["report", id, at]))).toHaveProperty("wallets");
    expect((await run(["removewallet", id, at])).status).toBe(0);
    expect(failureOf(await run(["getmanagedwallet", id, at])).status).toBe(66);
    expect(failureOf(await run(["getmanagedwallet", id])).status).toBe(66);
  });
});

describe("old entries of any shape", () => {
  const old = {
    "no-key": { privateKey: "this is no key", chain: "ETH", testnet: false },
    "gone-chain": { privateKey: "abc", mnemonic: "a b c", chain: "LUNA", testnet: false },
    "no-chain": { xpub: "x" },
    "old-words": { mnemonic: "this is not a valid mnemonic", chain: "ETH", testnet: false },
  };
  beforeAll(async () => {
    const file = join(installation.home, "old.json");
    writeFileSync(file, JSON.stringify(old));
    expect((await run(["import", file])).status).toBe(0);
  });

  test("are printed as they are", async () => {
    expect(resultOf(await run(["getmanagedwallet", "gone-chain"]))).toEqual(old["gone-chain"]);
    expect(resultOf(await run(["getprivatekey", "no-key"]))).toEqual({ privateKey: "this is no key" });
  });

  test("keep the keys they had, words that are no mnemonic too", async () => {
    expect(resultOf(await run(["getaddress", "old-words", "0"]))["address"]).toMatch(/^0x[0-9a-f]{40}$/);
  });

  test.each([
    ["no-key", /./],
    ["gone-chain", /^The blockchain of wallet gone-chain is not one of this version\.$/],
    ["no-chain", /^The blockchain of wallet no-chain is not one of this version\.$/],
  ])("%s has no address", async (id, error) => {
    const failure = failureOf(await run(["getaddress", id, "0"]));
    expect(failure).toMatchObject({ status: 65, code: "INVALID_INPUT" });
    expect(failure.error).toMatch(error);
    expect(failure.error).not.toContain("this is no key");
  });
});
