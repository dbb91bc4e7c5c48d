import { describe, expect, test } from "bun:test";
import { celo } from "../../../../chains/celo.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { pendingOf, RECIPIENT, requestOf, SENDER } from "../evm/evm-requests.ts";
import { type EnvironmentOptions, type Exchange, environmentOf } from "../evm/fake-environment.ts";

const CUSD = "0x874069fa1eb16d44d622f2e0ca25eea172369bc1";
const CHECKSUMMED_CUSD = "0x874069Fa1Eb16D44d622F2e0Ca25eeA172369bC1";
const LEGACY = { TATUM_KMS_CELO_LEGACY: "true" };
const ALFAJORES = 44787;
const EXPLICIT = { to: RECIPIENT, value: "0x1", gasLimit: "0x186a0", nonce: 3, chainId: ALFAJORES };
const MARKET = { maxFeePerGas: "0x12a05f200", maxPriorityFeePerGas: "0x1" };

const rpc = (method: string, result: JsonValue, params: readonly JsonValue[] = []): Exchange => ({
  method: "POST",
  path: "/v3/blockchain/node/CELO/test-api-key",
  requestBodySubset: { method, params },
  response: { result },
});

function answers(gasPrice = "0x5d21dba00", chainId = ALFAJORES): readonly Exchange[] {
  return [
    rpc("eth_chainId", `0x${chainId.toString(16)}`),
    rpc("eth_gasPrice", gasPrice),
    rpc("eth_getTransactionCount", "0xc", [SENDER, "latest"]),
    rpc("eth_estimateGas", "0xea60"),
  ];
}

const sign = (payload: object, options: EnvironmentOptions = {}, exchanges = answers()) =>
  celo.sign(requestOf(celo, payload), environmentOf(exchanges, options));

describe("the encoding of a Celo transaction", () => {
  const start = async (payload: object, options?: EnvironmentOptions) =>
    (await sign({ ...EXPLICIT, ...payload }, options)).payload.slice(0, 4);

  test("is Ethereum's when CELO pays the fee", async () => {
    expect(await start({ gasPrice: "0x12a05f200" })).toBe("0xf8");
    expect(await start({ gasPrice: "0x12a05f200", accessList: [] })).toBe("0x01");
    expect(await start(MARKET)).toBe("0x02");
  });

  test.each([
    { gasPrice: "0x12a05f200" },
    {},
    MARKET,
    { ...MARKET, type: "0x7b" },
    { gasPrice: "0x12a05f200", accessList: [{ address: RECIPIENT, storageKeys: [] }] },
  ])("is CIP-64 when a token pays it: %j", async (fees) => {
    expect(await start({ ...fees, feeCurrency: CUSD })).toBe("0x7b");
  });

  test("is the old one only when the operator asks for it, and never for the types that came later", async () => {
    const old = { settings: LEGACY };
    const { payload } = await sign({ ...EXPLICIT, gasPrice: "0x12a05f200" }, old);
    // nonce, gas price, gas limit, and three empty fields before the recipient
    expect(payload.slice(6)).toStartWith(`0385012a05f200830186a080808094${RECIPIENT.slice(2)}`);
    expect(await start({ ...MARKET, feeCurrency: CUSD }, old)).toBe("0x7b");
    expect(await start(MARKET, old)).toBe("0x02");
    const off = { settings: { TATUM_KMS_CELO_LEGACY: "false" } };
    expect(await start({ gasPrice: "0x12a05f200", feeCurrency: CUSD }, off)).toBe("0x7b");
  });

  test.each([
    [{ type: 2, ...MARKET, feeCurrency: CUSD }, "transaction type 2 has no feeCurrency"],
    [{ type: "0x7b", ...MARKET }, "transaction type 123 is not supported"],
    [{ feeCurrency: "0x12" }, "feeCurrency must be an address"],
    [{ gatewayFee: "0x1" }, "gatewayFee is not supported"],
    [{ gatewayFeeRecipient: RECIPIENT }, "gatewayFeeRecipient is not supported"],
  ])("is refused for %j", async (members, message) => {
    await expect(sign({ ...EXPLICIT, ...members })).rejects.toThrow(message);
  });
});

describe("the gas price in a token", () => {
  const priced = async (feeCurrency: string, gasPrice: string, settings = {}) => {
    const exchanges = [rpc("eth_gasPrice", gasPrice, [feeCurrency]), ...answers("0x1")];
    return (await sign({ ...EXPLICIT, feeCurrency }, { settings }, exchanges)).filledIn;
  };

  test("is the node's price in that token, paid in full", async () => {
    const price = { maxFeePerGas: "5000000000", maxPriorityFeePerGas: "5000000000" };
    expect(await priced(RECIPIENT, "0x12a05f200")).toEqual(price);
    expect(await priced(CUSD, "0x12a05f200", LEGACY)).toEqual({ gasPrice: "5000000000" });
  });

  test.each([
    ["0x1dcd6500", "1000000000"],
    ["0x1dcd6501", "500000001"],
  ])("of %s Celo Dollar is %s", async (answer, price) => {
    expect(await priced(CUSD, answer)).toMatchObject({ maxFeePerGas: price });
  });

  test("has no floor in another token or another spelling", async () => {
    expect(await priced(RECIPIENT, "0x1")).toMatchObject({ maxFeePerGas: "1" });
    expect(await priced(CHECKSUMMED_CUSD, "0x1")).toMatchObject({ maxFeePerGas: "1" });
  });

  test("is bound like one in CELO", async () => {
    const settings = { TATUM_KMS_MAX_FEE_CELO: "499999999999999" };
    const payload = { ...EXPLICIT, ...MARKET, feeCurrency: CUSD };
    await expect(sign(payload, { settings })).rejects.toThrow("TATUM_KMS_MAX_FEE_CELO");
    expect(await sign(payload)).toMatchObject({ filledIn: {} });
  });
});

test("the estimate knows the price and the token, and gets 100000 gas added", async () => {
  const call = { from: SENDER, to: RECIPIENT, gas: "0x0", maxFeePerGas: "0x5d21dba00", feeCurrency: CUSD };
  const exchanges = [rpc("eth_estimateGas", "0x5208", [call]), ...answers().slice(0, 3)];
  const payload = { ...EXPLICIT, gasLimit: "0", feeCurrency: CUSD };
  expect((await sign(payload, {}, exchanges)).filledIn).toMatchObject({ gas: "121000" });
});

describe("the chain id of Celo", () => {
  test.each([ALFAJORES, 11142220])("may be %d on testnet", async (chainId) => {
    const { chainId: _, ...payload } = EXPLICIT;
    expect((await sign(payload, {}, answers(undefined, chainId))).filledIn).toMatchObject({
      chainId: String(chainId),
    });
  });

  test("of the payload has to be the node's", async () => {
    await expect(sign({ ...EXPLICIT, chainId: 11142220 })).rejects.toMatchObject({
      code: "NETWORK_MISMATCH",
      message: "The transaction has chain id 11142220, but the node has 44787.",
    });
  });
});

test("nonce 0 of an account that has sent before is filled in again", async () => {
  expect((await sign({ ...EXPLICIT, nonce: 0 })).sequence?.number).toBe(12n);
});

test("a fee of Celo in a token is shown in that token", () => {
  const payload = { ...EXPLICIT, ...MARKET, feeCurrency: CHECKSUMMED_CUSD };
  expect(celo.describe(pendingOf(payload), "testnet")).toContainEqual({
    kind: "fee",
    amount: "500000000000000",
    asset: CUSD,
  });
});
