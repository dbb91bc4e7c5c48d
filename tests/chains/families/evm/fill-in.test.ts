import { describe, expect, test } from "bun:test";
import type { PendingTransaction } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ethereum } from "../../../../chains/eth.ts";
import { RECIPIENT, requestOf, SENDER } from "./evm-requests.ts";
import { type EnvironmentOptions, type Exchange, environmentOf } from "./fake-environment.ts";

const NODE = "/v3/ethereum/web3/test-api-key";
const COUNT = "/v3/ethereum/transaction/count/0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F";
const FEE = "/v3/blockchain/fee/ETH";

const GWEI = 10n ** 9n;
const WITHDRAWAL = { withdrawalId: "5e68c66581f2ee32bc354088" };
const EVERYTHING = {
  to: RECIPIENT,
  value: "1",
  gas: "21000",
  gasPrice: "1000000000",
  nonce: 7,
  chainId: 11155111,
};

const rpc = (method: string, response: JsonValue, path = NODE): Exchange => ({
  method: "POST",
  path,
  requestBodySubset: { method, params: [] },
  response: response as JsonValue,
});
const get = (path: string, response: JsonValue): Exchange => ({ method: "GET", path, response });

/** What a healthy network answers; a request that is named replaces the answer. */
function answers(other: Partial<Record<"chainId" | "gas" | "count" | "fee", JsonValue>> = {}): Exchange[] {
  const { chainId = "0xaa36a7", gas = "0x5208", count = 12, fee = { medium: 3_000_000_000 } } = other;
  return [
    rpc("eth_chainId", { result: chainId }),
    rpc("eth_estimateGas", { result: gas }),
    get(COUNT, count),
    get(FEE, fee),
  ];
}

const sign = (
  payload: unknown,
  exchanges: readonly Exchange[] = answers(),
  options: EnvironmentOptions = {},
  more: Partial<PendingTransaction> = {},
) => ethereum.sign(requestOf(ethereum, payload, more), environmentOf(exchanges, options));

describe("what the payload says", () => {
  test("is used without a request, and nothing is recorded as filled in", async () => {
    expect(await sign(EVERYTHING, [])).toMatchObject({
      filledIn: {},
      sequence: { account: SENDER, number: 7n },
    });
  });

  test("that is missing is asked for and recorded", async () => {
    expect(await sign({ to: RECIPIENT })).toMatchObject({
      filledIn: { nonce: "12", gas: "21000", gasPrice: "3000000000", chainId: "11155111" },
      sequence: { account: SENDER, number: 12n },
    });
  });

  test("is completed without a gas price for EIP-1559", async () => {
    const requests: string[] = [];
    const payload = { to: RECIPIENT, maxFeePerGas: 30n * GWEI, maxPriorityFeePerGas: GWEI };
    expect((await sign(payload, answers(), { requests })).filledIn).toEqual({
      nonce: "12",
      gas: "21000",
      chainId: "11155111",
    });
    expect(requests).not.toContain(`GET ${FEE}`);
  });
});

describe("the gas limit", () => {
  test("is estimated for the whole transaction, quantities as short as they get", async () => {
    const call = {
      from: SENDER,
      to: RECIPIENT,
      value: "0x0",
      data: "0xabcd",
      nonce: "0x7",
      maxFeePerGas: "0xf",
      maxPriorityFeePerGas: "0x1",
      chainId: "0xaa36a7",
      accessList: [{ address: RECIPIENT, storageKeys: [`0x${"00".repeat(32)}`] }],
    };
    const estimate: Exchange = {
      method: "POST",
      path: NODE,
      requestBodySubset: { method: "eth_estimateGas", params: [call] },
      response: { result: "0x7530" },
    };
    const payload = {
      ...call,
      value: "0x00",
      data: "ABCD",
      nonce: "07",
      maxFeePerGas: 15,
      maxPriorityFeePerGas: "1",
      chainId: 11155111,
    };
    expect((await sign(payload, [estimate])).filledIn).toEqual({ gas: "30000" });
  });

  test("of a withdrawal is estimated although the payload has one", async () => {
    const exchanges = answers({ gas: "0x5826" });
    expect((await sign(EVERYTHING, exchanges, {}, WITHDRAWAL)).filledIn).toEqual({ gas: "22566" });
  });

  test("of a withdrawal is the payload's when the node refuses to estimate", async () => {
    const warnings: string[] = [];
    const refusal = [rpc("eth_estimateGas", { error: { message: "execution reverted" } })];
    expect((await sign(EVERYTHING, refusal, { warnings }, WITHDRAWAL)).filledIn).toEqual({});
    expect(warnings).toEqual([expect.stringContaining("21000")]);
  });

  test("that is missing is an error when the node refuses to estimate", async () => {
    const refusal = [rpc("eth_estimateGas", { error: { message: "execution reverted" } })];
    const { gas: _, ...payload } = EVERYTHING;
    await expect(sign(payload, refusal)).rejects.toMatchObject({
      code: "NODE_REFUSED",
      message: "execution reverted",
    });
  });
});

describe("the nonce", () => {
  const nonceOf = async (payload: object, count: number, sequences = new Map<string, bigint>()) =>
    (await sign({ ...EVERYTHING, ...payload }, answers({ count }), { sequences })).sequence?.number;

  test("is the count of the node when the journal knows none", async () => {
    expect(await nonceOf({ nonce: undefined }, 12)).toBe(12n);
  });

  test("is the larger one of the node's and the journal's", async () => {
    expect(await nonceOf({ nonce: undefined }, 12, new Map([[SENDER, 15n]]))).toBe(15n);
    expect(await nonceOf({ nonce: undefined }, 16, new Map([[SENDER, 15n]]))).toBe(16n);
  });

  test("goes up within one round, in the order received", async () => {
    const sequences = new Map<string, bigint>();
    const used: (bigint | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const number = await nonceOf({ nonce: undefined, value: i }, 12, sequences);
      used.push(number);
      sequences.set(SENDER, number! + 1n);
    }
    expect(used).toEqual([12n, 13n, 14n, 15n]);
  });

  test("that is explicit is used as it is", async () => {
    expect(await nonceOf({ nonce: 3 }, 12, new Map([[SENDER, 15n]]))).toBe(3n);
  });

  test("0 is what it says for an account that has sent nothing", async () => {
    expect(await nonceOf({ nonce: 0 }, 0, new Map([[SENDER, 1n]]))).toBe(0n);
  });

  test("0 is filled in again for an account that has sent before, unless the gas is estimated", async () => {
    expect(await nonceOf({ nonce: 0 }, 12)).toBe(12n);
    expect(await nonceOf({ nonce: 0 }, 12, new Map([[SENDER, 15n]]))).toBe(15n);
    expect(await nonceOf({ nonce: 0, gas: undefined }, 12)).toBe(0n);
  });
});

describe("the chain id", () => {
  const mismatch = { code: "NETWORK_MISMATCH" };
  const { chainId: _, ...ASKED } = EVERYTHING;
  const setting = (value: string) => ({ settings: { TATUM_KMS_ETH_CHAIN_ID: value } });

  test.each([
    ["mainnet", "0xaa36a7"],
    ["mainnet", "0x38"],
    ["testnet", "0x1"],
    ["testnet", "0x0"],
  ] as const)("of a %s daemon is not the node's %s", async (network, chainId) => {
    await expect(sign(ASKED, answers({ chainId }), { network })).rejects.toMatchObject(mismatch);
  });

  test("of the payload has to be one of the network too", async () => {
    await expect(sign({ ...ASKED, chainId: 1 }, [])).rejects.toMatchObject(mismatch);
    await expect(sign({ ...ASKED, chainId: 56 }, [], { network: "mainnet" })).rejects.toMatchObject(mismatch);
    expect(await sign({ ...ASKED, chainId: 1 }, [], { network: "mainnet" })).toMatchObject({ filledIn: {} });
  });

  test("can be set by the operator, and is the only one then", async () => {
    const local = await sign(ASKED, answers({ chainId: "0x7a69" }), setting("31337"));
    expect(local.filledIn).toEqual({ chainId: "31337" });
    await expect(sign(ASKED, answers(), setting("31337"))).rejects.toMatchObject(mismatch);
  });

  test.each(["1", "0x7a69", "", "0", "-1", "31337 "])("cannot be set to %j on testnet", async (value) => {
    await expect(sign(ASKED, answers({ chainId: "0x1" }), setting(value))).rejects.toThrow(
      "TATUM_KMS_ETH_CHAIN_ID",
    );
  });
});

describe("the node is asked with testnetType", () => {
  const asked = async (testnetType: string, network: "mainnet" | "testnet") => {
    const chainId = network === "mainnet" ? "0x1" : "0x4268";
    const exchanges = [
      rpc("eth_chainId", { result: chainId }),
      rpc("eth_chainId", { result: chainId }, `${NODE}?testnetType=${testnetType}`),
    ];
    const requests: string[] = [];
    const { chainId: _, ...payload } = EVERYTHING;
    await sign(payload, exchanges, { network, requests, settings: { TESTNET_TYPE: testnetType } });
    return requests;
  };

  test("on testnet, when TESTNET_TYPE names a kind of it", async () => {
    expect(await asked("ethereum-holesky", "testnet")).toEqual([
      "eth_chainId /v3/ethereum/web3/{key}?testnetType=ethereum-holesky",
    ]);
  });

  test("but not on mainnet, and not with a value it does not know", async () => {
    const plain = ["eth_chainId /v3/ethereum/web3/{key}"];
    expect(await asked("ethereum-holesky", "mainnet")).toEqual(plain);
    expect(await asked("ethereum-ropsten", "testnet")).toEqual(plain);
  });
});

describe("the bounds of the fee", () => {
  const unsafe = (name: string) => ({ code: "UNSAFE_TRANSACTION", message: expect.stringContaining(name) });
  const PRICE = "TATUM_KMS_MAX_GAS_PRICE_ETH";
  const FEE_BOUND = "TATUM_KMS_MAX_FEE_ETH";

  test("stop an absurd gas price, whoever names it", async () => {
    const absurd = 10_001n * GWEI;
    await expect(sign({ ...EVERYTHING, gasPrice: absurd }, [])).rejects.toMatchObject(unsafe(PRICE));
    await expect(sign({ to: RECIPIENT }, answers({ fee: { medium: absurd } }))).rejects.toMatchObject(
      unsafe(PRICE),
    );
    const market = { ...EVERYTHING, gasPrice: undefined, maxFeePerGas: absurd, maxPriorityFeePerGas: 1 };
    await expect(sign(market, [])).rejects.toMatchObject(unsafe(PRICE));
  });

  test("stop an absurd fee, whoever names the gas limit", async () => {
    const costly = { ...EVERYTHING, gasPrice: 10_000n * GWEI };
    expect(await sign({ ...costly, gas: 100_000 }, [])).toMatchObject({ filledIn: {} });
    await expect(sign({ ...costly, gas: 100_001 }, [])).rejects.toMatchObject(unsafe(FEE_BOUND));
    const estimated = { ...costly, gas: undefined };
    await expect(sign(estimated, answers({ gas: "0xffffffffffffffff" }))).rejects.toMatchObject(
      unsafe(FEE_BOUND),
    );
  });

  test("are the operator's when set", async () => {
    const settings = { [PRICE]: "999999999" };
    await expect(sign(EVERYTHING, [], { settings })).rejects.toMatchObject(unsafe(PRICE));
    await expect(sign(EVERYTHING, [], { settings: { [FEE_BOUND]: "0" } })).rejects.toMatchObject(
      unsafe(FEE_BOUND),
    );
    const raised = { [PRICE]: String(20_000n * GWEI), [FEE_BOUND]: String(10n ** 19n) };
    const costly = { ...EVERYTHING, gas: 100_001, gasPrice: 10_001n * GWEI };
    expect(await sign(costly, [], { settings: raised })).toMatchObject({ filledIn: {} });
  });

  test.each(["1e18", "0x1", "-1", "", "1 ETH"])("cannot be set to %j", async (value) => {
    await expect(sign(EVERYTHING, [], { settings: { [FEE_BOUND]: value } })).rejects.toMatchObject(
      unsafe("whole number of wei"),
    );
  });
});

describe("an answer of another shape is refused", () => {
  const invalid = { code: "NODE_ANSWER_INVALID" };
  const notHex = [null, "", "0x", "21000", "0xg", "-0x1", 21000, -1, true, [], {}, `0x${"f".repeat(200)}`];
  const notInteger = [null, "12", "0xc", -1, 1.5, 1e300, 2n ** 64n, true, [], {}];

  test.each(notHex)("chain id %p", async (chainId) => {
    await expect(sign({ to: RECIPIENT }, answers({ chainId }))).rejects.toMatchObject(invalid);
  });

  test.each([...notHex, "0x10000000000000000"])("gas %p", async (gas) => {
    await expect(sign({ to: RECIPIENT }, answers({ gas }))).rejects.toMatchObject(invalid);
  });

  test.each([...notInteger, 2n ** 53n])("transaction count %p", async (count) => {
    await expect(sign({ to: RECIPIENT }, answers({ count }))).rejects.toMatchObject(invalid);
  });

  test.each([
    null,
    37,
    "37",
    [],
    {},
    { medium: 0 },
    { fast: 1, slow: 1 },
    ...notInteger.slice(0, 6).map((medium) => ({ medium })),
  ])("fee %p", async (fee) => {
    await expect(sign({ to: RECIPIENT }, answers({ fee }))).rejects.toMatchObject(invalid);
  });

  test("and not quoted", async () => {
    await expect(sign({ to: RECIPIENT }, answers({ gas: "hostile text" }))).rejects.not.toThrow("hostile");
  });
});
