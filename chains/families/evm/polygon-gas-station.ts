/** The gas price of Polygon's gas station: https://docs.polygon.technology/tools/gas/polygon-gas-station/ */
import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import { JsonDecimal } from "../../codec/exact-json.ts";
import { readAnswer } from "../payload.ts";
import type { EvmFacts, GasPriceSource } from "./facts.ts";
import { nodeGasPrice } from "./node.ts";

const GWEI = 10n ** 9n;
/** Validators have long refused less. */
const LOWEST_GWEI = 30;

const stationAnswer = v.object(
  {
    fast: v.object(
      {
        maxFee: v.pipe(
          v.union([v.number(), v.instance(JsonDecimal)], "must be a number"),
          v.transform(Number),
          v.finite("must be finite"),
          v.minValue(0, "is negative"),
        ),
      },
      "must have the field maxFee",
    ),
  },
  "must have the field fast",
);

/**
 * The price Polygon's gas station calls fast, rounded up to whole gwei; the node's when the station cannot be asked or
 * gives no usable answer. Never below 30 gwei.
 *
 * @param station name of the third party in the chain's facts
 */
export function polygonGasStation(station: string): GasPriceSource {
  return async (facts, environment) => {
    const price = (await stationPrice(station, environment)) ?? (await nodePrice(facts, environment));
    const lowest = BigInt(LOWEST_GWEI) * GWEI;
    return price > lowest ? price : lowest;
  };
}

const nodePrice = (facts: EvmFacts, environment: ChainEnvironment) =>
  nodeGasPrice("eth_gasPrice")(facts, environment);

async function stationPrice(station: string, environment: ChainEnvironment): Promise<bigint | undefined> {
  try {
    const answer = await environment.askThirdParty(station, { method: "GET", path: "" });
    return BigInt(Math.ceil(readAnswer(answer, "the gas station", stationAnswer).fast.maxFee)) * GWEI;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    environment.warn(`The gas price comes from the node, because the gas station has none: ${reason}`);
    return undefined;
  }
}
