import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../executable.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const wallets = {
  words: { xpub: "xpub", mnemonic: "canary words", chain: "ETH", testnet: true },
  key: { privateKey: "canary", chain: "ETH", testnet: false },
  secret: { address: "r", secret: "canary", chain: "XRP", testnet: false },
  odd: { mnemonic: 12, xpub: 1, chain: null, testnet: "true" },
  nothing: { chain: "ETH", testnet: false },
  solana: { mnemonic: "canary words", address: "a", privateKey: "canary", chain: "SOL", testnet: false },
};

beforeAll(async () => {
  const file = join(installation.home, "wallets.json");
  writeFileSync(file, JSON.stringify(wallets));
  expect((await installation.run(["import", file])).status).toBe(0);
});

async function report(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await installation.run(["report", ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).not.toContain("canary");
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("report", () => {
  test("without signature IDs tells of the installation", async () => {
    const { version } = (await Bun.file("package.json").json()) as { version: string };
    const printed = await report();
    expect(printed).toEqual({
      system: {
        kmsVersion: version,
        nodeVersion: `bun ${Bun.version}`,
        store: { type: "LOCAL", exists: true },
      },
      wallets: {},
      apiKey: "N/A",
    });
    expect(Object.keys(printed)).toEqual(["system", "wallets", "apiKey"]);
  });

  test("tells the kind of each wallet, its chain and network, and what is wrong with it", async () => {
    const ids = " words,key , secret,odd,nothing,,solana,missing,other";
    expect(await report(ids, "--api-key=0123456789abcdefghij")).toMatchObject({
      wallets: {
        words: { type: "MNEMONIC", chain: "ETH", testnet: true },
        key: { type: "PRIVATE_KEY", chain: "ETH", testnet: false },
        secret: { type: "SECRET", chain: "XRP", testnet: false },
        odd: {
          type: "MNEMONIC",
          chain: null,
          testnet: "true",
          warnings: [
            "Field 'chain' is not string. Its type is: object",
            "Field 'mnemonic' is not string. Its type is: number",
            "Field 'xpub' is not string. Its type is: number",
            "Field 'testnet' is not boolean. Its type is: string",
          ],
        },
        nothing: {
          type: "OTHER",
          warnings: [
            "Wallet type is not recognized: it holds no mnemonic, private key, secret or key in a token",
          ],
        },
        solana: { type: "MNEMONIC", chain: "SOL", testnet: false },
      },
      apiKey: "0123************ghij",
      warnings: ["No wallet found for signatureId: missing", "No wallet found for signatureId: other"],
    });
  });

  test("leaves empty lists of warnings out", async () => {
    const printed = await report("words,solana");
    expect(printed).not.toHaveProperty("warnings");
    expect(printed["wallets"]).toEqual({
      words: { type: "MNEMONIC", chain: "ETH", testnet: true },
      solana: { type: "MNEMONIC", chain: "SOL", testnet: false },
    });
  });

  test("without a vault says that there is none, and asks for no password", async () => {
    const run = await installation.run(["report", "words", "--path=missing"], {
      env: { TATUM_KMS_PASSWORD: "" },
    });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({
      system: { store: { type: "LOCAL", exists: false } },
      wallets: {},
      warnings: ["No wallet found for signatureId: words"],
    });
  });
});
