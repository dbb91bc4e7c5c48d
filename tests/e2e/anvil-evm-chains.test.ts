/** Every chain of the EVM family signs for a real node with its chain id; the node takes, mines and executes it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ChainEnvironment, Network, SignedTransaction } from "../../chains/chain.ts";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import type { EvmChain } from "../../chains/families/evm/chain.ts";
import { evmChains } from "../chains/families/evm/evm-chains.ts";
import { pendingOf, RECIPIENT, signerOf } from "../chains/families/evm/evm-requests.ts";
import { type Anvil, startAnvil } from "./anvil.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;
const VALUE = 123_456_789_012_345_678n;

async function callNode(url: string, method: string, params: readonly JsonValue[]): Promise<JsonValue> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { error, result } = (await response.json()) as { error?: { message: string }; result: JsonValue };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

/** The Tatum API with the node behind it. */
function environmentOf(url: string, network: Network, sequences: Map<string, bigint>): ChainEnvironment {
  const count = async (account: string) =>
    Number(await callNode(url, "eth_getTransactionCount", [account, "latest"]));
  return {
    network,
    async get(path) {
      const account = /\/transaction\/count\/(0x[0-9a-fA-F]{40})$/.exec(path)?.[1];
      return account === undefined ? { medium: Number(2n * GWEI) } : count(account);
    },
    post: () => Promise.reject(new Error("No POST is needed to sign.")),
    // Kaia's nodes have their own names for the methods.
    rpc: (_path, method, params) =>
      callNode(url, method.replace("klay_chainID", "eth_chainId").replace("klay_", "eth_"), params),
    askThirdParty: async () => ({ fast: { maxFee: 30.5 } }),
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (account, counted) => {
      const next = sequences.get(account) ?? 0n;
      return next > counted ? next : counted;
    },
    setting: () => undefined,
    now: () => Date.now(),
    pause: async () => {},
    warn: () => undefined,
  };
}

const networks = ["mainnet", "testnet"] as const;
const cases = evmChains.flatMap((chain) =>
  networks.flatMap((network) =>
    chain.facts.chainIds[network].map(
      (chainId) => [chain.facts.ticker, Number(chainId), chain, network] as const,
    ),
  ),
);

describe.each(cases)("%s with chain id %d", (_, chainId, chain: EvmChain, network) => {
  const sequences = new Map<string, bigint>();
  let node: Anvil;
  let wallet: ReturnType<EvmChain["generateWallet"]>;
  let sender: string;

  const sign = (payload: object): Promise<SignedTransaction> =>
    chain.sign(
      {
        transaction: pendingOf(payload, { index: 7 }),
        signers: [signerOf("signature-id", wallet, chain, network)],
      },
      environmentOf(node.url, network, sequences),
    );
  const broadcast = ({ payload }: SignedTransaction) =>
    callNode(node.url, "eth_sendRawTransaction", [payload]);
  /** The node mines after it has answered. */
  const receipt = async (id: string): Promise<JsonValue> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const found = await callNode(node.url, "eth_getTransactionReceipt", [id]);
      if (found !== null) return found;
      await Bun.sleep(10);
    }
    throw new Error(`Transaction ${id} was not mined.`);
  };
  const balance = async () =>
    BigInt(String(await callNode(node.url, "eth_getBalance", [RECIPIENT, "latest"])));

  beforeAll(async () => {
    node = await startAnvil({ chainId });
    wallet = chain.generateWallet(network);
    sender = chain.deriveAddress(wallet, 7, network).replace(/^xdc/, "0x");
    await callNode(node.url, "anvil_setBalance", [sender, `0x${(10n * ETHER).toString(16)}`]);
  });
  afterAll(() => node.stop());

  test.each([
    ["a transfer of which the payload says nothing but recipient and amount", "0x0", {}],
    ["an EIP-1559 transfer", "0x2", { maxFeePerGas: 40n * GWEI, maxPriorityFeePerGas: GWEI }],
    [
      "an EIP-2930 transfer",
      "0x1",
      // More than anvil estimates: Sepolia has the rules of a later fork, under which an access list costs more.
      { accessList: [{ address: RECIPIENT, storageKeys: [] }], gasPrice: 40n * GWEI, gas: 30_000n },
    ],
  ])("%s is mined", async (_what, type, fees) => {
    const before = await balance();
    const signed = await sign({ to: RECIPIENT, value: VALUE, ...fees });
    expect<JsonValue>(await broadcast(signed)).toBe(signed.transactionId);
    expect(await receipt(signed.transactionId)).toMatchObject({
      status: "0x1",
      from: sender,
      to: RECIPIENT,
      type,
    });
    expect((await balance()) - before).toBe(VALUE);
  });

  test("transactions signed before the first is sent are mined in the order received", async () => {
    const signed: SignedTransaction[] = [];
    for (let i = 0; i < 3; i++) {
      const transaction = await sign({ to: RECIPIENT, value: i });
      sequences.set(transaction.sequence!.account, transaction.sequence!.number + 1n);
      signed.push(transaction);
    }
    for (const transaction of signed) await broadcast(transaction);
    for (const { transactionId } of signed)
      expect(await receipt(transactionId)).toMatchObject({ status: "0x1" });
  });
});
