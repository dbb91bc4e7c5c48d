/** The wallet vectors of every supported chain through the executable; all indexes are tested in tests/chains. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadChain, tickers } from "../../../chains/index.ts";
import { Installation, newVaultNote } from "../executable.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

interface WalletVector {
  readonly chain: string;
  readonly testnet: boolean;
  readonly mnemonic?: string;
  readonly wallet: Readonly<Record<string, unknown>>;
  readonly keys: readonly { readonly index: number; readonly address: string; readonly privateKey: string }[];
}

const installation = new Installation();
afterAll(() => installation.remove());

async function vectorsOf(ticker: string): Promise<WalletVector[]> {
  const file = Bun.file(join(import.meta.dir, `../../vectors/wallets/${ticker}.json`));
  return (await file.json()) as WalletVector[];
}

/** Of each chain a wallet of each network, by the signature ID it gets here. */
const wallets = new Map<string, WalletVector>();
for (const ticker of tickers) {
  const vectors = await vectorsOf(ticker);
  for (const testnet of [false, true]) {
    const vector = vectors.find((each) => each.testnet === testnet && each.keys.length > 0);
    if (vector !== undefined) wallets.set(`${ticker}-${testnet ? "testnet" : "mainnet"}`, vector);
  }
}

beforeAll(async () => {
  const file = join(installation.home, "wallets.json");
  const content = Object.fromEntries([...wallets].map(([id, { wallet }]) => [id, wallet]));
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  const imported = await installation.run(["import", file]);
  expect(imported.status).toBe(0);
  // No warnings: every chain is known.
  expect(imported.stderr).toMatch(newVaultNote(installation.vaultPath));
});

async function printed(args: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await installation.run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** Stores a wallet; where other programs would show another address for its words, that is all that is told. */
async function stored(args: readonly string[], mnemonic: string): Promise<Record<string, string>> {
  const { status, stdout, stderr } = await installation.run(args, { input: `${mnemonic}\n` });
  expect(stderr).toMatch(/^(The first address of this wallet is [^\n]+\n)?$/);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Record<string, string>;
}

describe("an imported wallet has", () => {
  const ids = [...wallets.keys()];
  const onMainnet = ids.filter((id) => id.endsWith("mainnet"));
  const onTestnet = ids.filter((id) => id.endsWith("testnet"));

  test.concurrent.each(onMainnet)("the address of the vector: %s", async (id) => {
    const last = wallets.get(id)?.keys.at(-1);
    expect(await printed(["getaddress", id, String(last?.index)])).toEqual({ address: last?.address });
  });

  test.concurrent.each(onTestnet)("the private key of the vector: %s", async (id) => {
    const first = wallets.get(id)?.keys[0];
    expect(await printed(["getprivatekey", id, String(first?.index)])).toEqual({
      privateKey: first?.privateKey,
    });
  });
});

describe("storemanagedwallet makes the wallet of the vector from its words", () => {
  const made = new Map<string, WalletVector>();
  const withWords = [...wallets.values()].filter(({ mnemonic }) => mnemonic !== undefined);
  const oneOfEach = tickers.filter((ticker) => withWords.some(({ chain }) => chain === ticker));

  test.concurrent.each(oneOfEach)("%s", async (ticker) => {
    const vector = withWords.findLast(({ chain }) => chain === ticker) as WalletVector;
    const args = ["storemanagedwallet", ticker, ...(vector.testnet ? ["--testnet"] : [])];
    const { signatureId, ...told } = await stored(args, vector.mnemonic as string);
    const { xpub, address } = vector.wallet;
    expect(told).toEqual({
      ...(address !== undefined && { address: address as string }),
      ...(xpub !== undefined && { xpub: xpub as string }),
    });
    made.set(signatureId as string, vector);
  });

  test("with all its fields in their order", async () => {
    const exported = (await printed(["export"])) as Record<string, unknown>;
    expect(made.size).toBe(oneOfEach.length);
    for (const [id, { wallet }] of made) expect(JSON.stringify(exported[id])).toBe(JSON.stringify(wallet));
  });
});

test("there are vectors for every supported chain", async () => {
  expect([...new Set([...wallets.values()].map(({ chain }) => chain))].sort()).toEqual([...tickers].sort());
  for (const ticker of tickers) expect((await loadChain(ticker))?.facts.ticker).toBe(ticker);
});
