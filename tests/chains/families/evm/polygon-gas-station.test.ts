import { describe, expect, test } from "bun:test";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { polygon } from "../../../../chains/matic.ts";
import { RECIPIENT, requestOf } from "./evm-requests.ts";
import { type Exchange, environmentOf } from "./fake-environment.ts";

const STATION = "https://gasstation.polygon.technology/v2";
const GWEI = 10n ** 9n;

const stationSays = (response: JsonValue): Exchange => ({ method: "GET", path: STATION, response });
const nodeSays = (gwei: number): Exchange => ({
  method: "POST",
  path: "/v3/polygon/web3/test-api-key",
  requestBodySubset: { method: "eth_gasPrice", params: [] },
  response: { result: `0x${(BigInt(gwei) * GWEI).toString(16)}` },
});

async function priced(exchanges: readonly Exchange[], warnings: string[] = [], requests: string[] = []) {
  const environment = environmentOf(exchanges, {
    thirdParties: polygon.facts.thirdParties,
    warnings,
    requests,
  });
  const payload = { to: RECIPIENT, gas: 21_000, nonce: 1, chainId: 80002 };
  const { filledIn } = await polygon.sign(requestOf(polygon, payload), environment);
  return BigInt(filledIn["gasPrice"]!) / GWEI;
}

test("the operator can redirect the station by its name", () => {
  expect(polygon.facts.thirdParties).toEqual({ POLYGON_GAS: { mainnet: STATION, testnet: STATION } });
});

test.each([
  [59.371, 60n],
  [59, 59n],
  [0.1, 30n],
  [1234.5, 1235n],
])("%d gwei of Polygon's gas station are %d", async (maxFee, gwei) => {
  const requests: string[] = [];
  expect(await priced([stationSays({ fast: { maxFee } }), nodeSays(99)], [], requests)).toBe(gwei);
  expect(requests).toEqual([`GET ${STATION}`]);
});

describe("the node's price is used, and the operator told,", () => {
  const down: readonly Exchange[] = [];

  test("when the station cannot be asked", async () => {
    const warnings: string[] = [];
    expect(await priced([...down, nodeSays(99)], warnings)).toBe(99n);
    expect(warnings).toEqual([expect.stringContaining("gas station")]);
  });

  test.each([
    null,
    "closed for repairs",
    {},
    { fast: {} },
    { fast: { maxFee: "59" } },
    { fast: { maxFee: -1 } },
    { fast: { maxFee: Number.POSITIVE_INFINITY } },
  ])("when the station says %j", async (answer) => {
    const warnings: string[] = [];
    expect(await priced([stationSays(answer), nodeSays(99)], warnings)).toBe(99n);
    expect(warnings).toHaveLength(1);
  });

  test("but no less than 30 gwei", async () => {
    expect(await priced([nodeSays(29)])).toBe(30n);
  });
});

test("a price of Polygon's gas station above the bound is refused", async () => {
  await expect(priced([stationSays({ fast: { maxFee: 1e30 } }), nodeSays(99)])).rejects.toThrow(
    "TATUM_KMS_MAX_GAS_PRICE_MATIC",
  );
});
