import { describe, expect, test } from "bun:test";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ethereum } from "../../../../chains/eth.ts";
import type { EvmChain } from "../../../../chains/families/evm/chain.ts";
import { loadChain, tickers } from "../../../../chains/index.ts";
import { harmony } from "../../../../chains/one.ts";
import { evmChains, testedEvmChain } from "./evm-chains.ts";
import { RECIPIENT, requestOf, SENDER } from "./evm-requests.ts";
import { type EnvironmentOptions, type Exchange, environmentOf } from "./fake-environment.ts";

const CHECKSUMMED_SENDER = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F";
const byTicker = evmChains.map((chain) => [chain.facts.ticker, chain] as const);

/** A healthy testnet: nonce 12, gas 60000 and 7 gwei or what the chain's price source makes of it. */
function answers({ facts }: EvmChain): readonly Exchange[] {
  const path = facts.node.path.replace("{key}", "test-api-key");
  const rpc = (method: string, result: JsonValue): Exchange => ({
    method: "POST",
    path,
    requestBodySubset: { method, params: [] },
    response: { result },
  });
  const get = (url: string, response: JsonValue): Exchange => ({ method: "GET", path: url, response });
  return [
    rpc(facts.node.chainIdMethod, `0x${facts.chainIds.testnet[0]!.toString(16)}`),
    rpc(facts.gasEstimate.method, "0xea60"),
    ...["eth_getTransactionCount", "klay_getTransactionCount"].map((method) => rpc(method, "0xc")),
    ...["eth_gasPrice", "klay_gasPrice"].map((method) => rpc(method, "0x1a13b8600")),
    ...["ethereum", "bsc", "xdc"].map((name) =>
      get(`/v3/${name}/transaction/count/${CHECKSUMMED_SENDER}`, 12),
    ),
    get("/v3/blockchain/fee/ETH", { medium: 7_000_000_000 }),
    get("https://gasstation.polygon.technology/v2", { fast: { maxFee: 59.371 } }),
  ];
}

const sign = (chain: EvmChain, payload: object, options: EnvironmentOptions = {}) =>
  chain.sign(
    requestOf(chain, payload),
    environmentOf(answers(chain), { thirdParties: chain.facts.thirdParties, ...options }),
  );

/** A transaction for which no chain needs a price, a nonce or a chain id. */
const explicit = ({ facts }: EvmChain, more: object = {}) => ({
  to: RECIPIENT,
  value: "1",
  gas: 60_000,
  gasPrice: 7_000_000_000,
  nonce: 3,
  chainId: Number(facts.chainIds.testnet[0]),
  ...more,
});

test("every chain of the family is in the registry, in its place", async () => {
  const expected = ["ETH", "MATIC", "KLAY", "CELO", "BSC", "XDC", "ONE", "KCS"];
  expect(tickers.filter((ticker) => expected.includes(ticker))).toEqual(expected);
  for (const chain of evmChains) expect(await loadChain(chain.facts.ticker)).toBe(chain);
});

test("every EVM network runs but Harmony's", () => {
  for (const chain of evmChains) {
    if (chain !== harmony) expect(chain.facts.status).toEqual({ kind: "live" });
  }
  expect(harmony.facts.status).toMatchObject({ kind: "sunset", date: "2026-09-10" });
});

test("no two EVM networks share a chain id", () => {
  const chainIds = evmChains.flatMap(({ facts }) => [...facts.chainIds.mainnet, ...facts.chainIds.testnet]);
  expect(new Set(chainIds).size).toBe(chainIds.length);
});

describe.each(byTicker)("%s", (ticker, chain) => {
  test("makes wallets, addresses and keys", () => {
    const wallet = chain.generateWallet("mainnet");
    const address = chain.deriveAddress(wallet, 1, "mainnet");
    const privateKey = chain.derivePrivateKey(wallet, 1, "mainnet");
    expect(address).toMatch(ticker === "XDC" ? /^xdc[0-9a-f]{40}$/ : /^0x[0-9a-f]{40}$/);
    expect(chain.parsePrivateKey(privateKey, "mainnet").address).toBe(address);
    expect(chain.restoreWallet(wallet.mnemonic!, "mainnet")).toEqual(wallet);
  });

  test("fills in what is missing", async () => {
    const { gasPrice = 7n, gas = 60_000n } = testedEvmChain(chain);
    expect((await sign(chain, { to: RECIPIENT })).filledIn).toEqual({
      nonce: "12",
      gas: String(gas),
      gasPrice: String(gasPrice * 10n ** 9n),
      chainId: String(chain.facts.chainIds.testnet[0]),
    });
  });

  test("gives the transactions of one sender consecutive nonces, in the order received", async () => {
    const sequences = new Map<string, bigint>();
    const used: bigint[] = [];
    for (let value = 0; value < 4; value++) {
      const { sequence } = await sign(chain, { to: RECIPIENT, value }, { sequences });
      expect(sequence!.account).toBe(SENDER);
      sequences.set(sequence!.account, sequence!.number + 1n);
      used.push(sequence!.number);
    }
    expect(used).toEqual([12n, 13n, 14n, 15n]);
  });

  test.each([
    ["0x01", { accessList: [{ address: RECIPIENT, storageKeys: [] }] }],
    ["0x02", { gasPrice: undefined, maxFeePerGas: 9_000_000_000, maxPriorityFeePerGas: 1 }],
    ["0xf8", {}],
  ])("signs a transaction that begins with %s", async (start, members) => {
    const { payload, filledIn } = await sign(chain, explicit(chain, members));
    expect(payload).toStartWith(start);
    expect(filledIn).toEqual({});
  });

  test("refuses the chain ids of other networks, from the payload and from the node", async () => {
    const mismatch = { code: "NETWORK_MISMATCH" };
    const payload = explicit(chain);
    const { chainId: _, ...asking } = payload;
    const network = "mainnet";
    await expect(sign(chain, payload, { network })).rejects.toMatchObject(mismatch);
    await expect(sign(chain, asking, { network })).rejects.toMatchObject(mismatch);
    await expect(sign(chain, { ...payload, chainId: 5 })).rejects.toMatchObject(mismatch);
  });

  test("keeps every digit of an amount above 2^53", async () => {
    const { payload } = await sign(chain, explicit(chain, { value: 123456789012345678n }));
    expect(payload).toContain(`8801b69b4ba630f34e`);
  });

  test("has its own settings", async () => {
    const refused = async (name: string, value: string, code: string) =>
      await expect(sign(chain, explicit(chain), { settings: { [name]: value } })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(name),
      });
    await refused(`TATUM_KMS_MAX_FEE_${ticker}`, "419999999999999", "UNSAFE_TRANSACTION");
    await refused(`TATUM_KMS_MAX_GAS_PRICE_${ticker}`, "6999999999", "UNSAFE_TRANSACTION");
    await refused(`TATUM_KMS_${ticker}_CHAIN_ID`, "31337", "NETWORK_MISMATCH");
  });

  test("refuses a fee above its bound", async () => {
    const { maxFee, maxGasPrice } = chain.facts;
    const settings = { [`TATUM_KMS_MAX_GAS_PRICE_${ticker}`]: String(maxFee) };
    const gasPrice = maxFee / 60_000n;
    expect(await sign(chain, explicit(chain, { gasPrice }), { settings })).toBeDefined();
    await expect(sign(chain, explicit(chain, { gasPrice: gasPrice + 1n }), { settings })).rejects.toThrow(
      `TATUM_KMS_MAX_FEE_${ticker}`,
    );
    await expect(sign(chain, explicit(chain, { gasPrice: maxGasPrice + 1n }))).rejects.toThrow(
      `TATUM_KMS_MAX_GAS_PRICE_${ticker}`,
    );
  });
});

test.each(byTicker.filter(([ticker]) => ticker !== "CELO"))("%s has no fee currencies", async (_, chain) => {
  await expect(sign(chain, explicit(chain, { feeCurrency: RECIPIENT }))).rejects.toThrow(
    "feeCurrency is not supported",
  );
});

test("gasLimit is another name of gas in an EVM payload", async () => {
  const { gas, ...payload } = explicit(ethereum);
  const named = await sign(ethereum, { ...payload, gasLimit: "0xea60" });
  expect(named.payload).toBe((await sign(ethereum, { ...payload, gas })).payload);
  await expect(sign(ethereum, { ...payload, gas, gasLimit: 60_001 })).rejects.toThrow(
    "gas and gasLimit differ",
  );
});
