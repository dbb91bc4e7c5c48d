import { describe, expect, test } from "bun:test";
import type { ChainEnvironment, PendingTransaction, Signer } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { loadChain } from "../../../../chains/index.ts";
import type { ExampleWallet } from "../../../../src/sandbox/chains/chain.ts";
import { exampleNames, examplePayment } from "../../../../src/sandbox/chains/index.ts";
import bitcoinSigning from "../../../vectors/signing/BTC.json";
import bitcoinWallets from "../../../vectors/wallets/BTC.json";
import ethereumWallets from "../../../vectors/wallets/ETH.json";
import litecoinWallets from "../../../vectors/wallets/LTC.json";
import { SandboxClient, WALLET } from "../sandbox-client.ts";

/** What a chain asks while signing, answered by the sandbox. */
function sandboxEnvironment(client: SandboxClient): ChainEnvironment {
  const withKey = (path: string): string => path.replace("{key}", "test-api-key");
  return {
    network: "testnet",
    get: async (path) => (await client.json("GET", withKey(path))) as JsonValue,
    post: async (path, body) => (await client.json("POST", withKey(path), body)) as JsonValue,
    rpc: async (path, method, params) => {
      const call = { jsonrpc: "2.0", id: 1, method, params };
      const { result } = (await client.json("POST", withKey(path), call)) as { result: JsonValue };
      return result;
    },
    askThirdParty: (name) => Promise.reject(new Error(`The examples need no third party such as ${name}.`)),
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (_account, counted) => counted,
    setting: () => undefined,
    now: () => Date.now(),
    pause: async () => {},
    warn: () => undefined,
  };
}

const TESTNET = { signatureId: WALLET, network: "testnet" } as const;
const keys: Record<string, { address: string; privateKey: string }> = {
  BTC: bitcoinWallets.find(({ testnet }) => testnet)!.keys[0]!,
  LTC: litecoinWallets.find(({ testnet }) => testnet)!.keys[0]!,
  ETH: ethereumWallets.find(({ testnet }) => testnet)!.keys[0]!,
};
const all = ["ETH", "BTC", "LTC"].flatMap((ticker) =>
  exampleNames(ticker).map((name) => [ticker, name] as const),
);

function wallet(ticker: string, more: Partial<ExampleWallet> = {}): ExampleWallet {
  return { ...TESTNET, address: keys[ticker]!.address, ...more };
}

describe("an example payment", () => {
  test.each(all)("of %s (%s) is a pending transaction the queue takes", async (ticker, name) => {
    await using client = new SandboxClient();
    const payment = await examplePayment(ticker, wallet(ticker), name);
    await client.enqueue(payment);
    const pending = await client.json("POST", `/v3/kms/pending/${ticker}`, { signatureIds: [WALLET] });
    expect(pending).toMatchObject([{ chain: ticker, hashes: [WALLET] }]);
  });

  test.each(all)("of %s (%s) is understood by the chain as a transfer", async (ticker, name) => {
    const payment = await examplePayment(ticker, wallet(ticker), name);
    const chain = await loadChain(ticker);
    const transaction = { id: "7317a0f5ebeff9fe0efe25ff", signatures: [], ...payment };
    const to = keys[ticker]!.address;
    const intents = chain!.describe(transaction, "testnet");
    const transfers = intents.flatMap((intent) =>
      intent.kind === "transfer" ? [intent.to.toLowerCase()] : [],
    );
    expect(transfers).toContain(to.toLowerCase());
  });

  test.each(all)("of %s (%s) is signed by its chain and completed by the broadcast", async (ticker, name) => {
    await using client = new SandboxClient({ testnet: true });
    const id = await client.enqueue(await examplePayment(ticker, wallet(ticker), name));
    const chain = (await loadChain(ticker))!;
    const [transaction] = (await client.json("GET", `/v3/kms/pending/${ticker}`)) as [PendingTransaction];
    const { key } = chain.parsePrivateKey(keys[ticker]!.privateKey, "testnet");
    const signer: Signer = { signatureId: WALLET, kind: "private-key", key: () => Promise.resolve(key) };
    const request = { transaction: { ...transaction, signatures: [] }, signers: [signer] };
    const signed = await chain.sign(request, sandboxEnvironment(client));
    const body = { txData: signed.payload, signatureId: id };
    expect(await client.json("POST", chain.facts.broadcastPath, body)).toEqual({
      txId: signed.transactionId,
    });
    expect(await client.json("GET", `/v3/kms/${id}`)).toMatchObject({ txId: signed.transactionId });
  });

  test("names the index of a mnemonic wallet where each chain expects it", async () => {
    expect(await examplePayment("ETH", wallet("ETH", { index: 0 }))).toMatchObject({
      hashes: [WALLET],
      index: 0,
    });
    expect(await examplePayment("BTC", wallet("BTC", { index: 4 }))).toMatchObject({
      hashes: [],
      signatures: [{ id: WALLET, index: 4 }],
    });
  });

  test("states its hash as the API computes it", async () => {
    const vector = bitcoinSigning.find(({ name }) => name === "p2wpkh-1in-with-change")!;
    const { inputs } = JSON.parse(vector.pending.serializedTransaction);
    const [spent] = inputs;
    const input = { transactionId: spent.prevTxId, outputIndex: spent.outputIndex, satoshis: 1_000_000 };
    const payment = await examplePayment("BTC", wallet("BTC", { input }));
    const parsed = JSON.parse(payment.serializedTransaction);
    // Signing a segwit input does not change the id: what the network would see is what `hash` says.
    const raw =
      `0200000001${Buffer.from(spent.prevTxId, "hex").reverse().toString("hex")}` +
      `${Buffer.from(Uint32Array.of(spent.outputIndex).buffer).toString("hex")}00ffffffff01` +
      `${Buffer.from(BigUint64Array.of(998_000n).buffer).toString("hex")}16${parsed.outputs[0].script}00000000`;
    const once = new Bun.CryptoHasher("sha256").update(raw, "hex").digest();
    const twice = new Bun.CryptoHasher("sha256").update(once).digest();
    expect(parsed.hash).toBe(Buffer.from(twice).reverse().toString("hex"));
  });

  test("refuses an address of another type or network, and an example that does not exist", () => {
    expect(examplePayment("BTC", wallet("LTC"))).rejects.toThrow(RangeError);
    expect(examplePayment("BTC", wallet("BTC", { network: "mainnet" }))).rejects.toThrow(RangeError);
    expect(examplePayment("ETH", wallet("ETH"), "other")).rejects.toThrow(RangeError);
  });
});
