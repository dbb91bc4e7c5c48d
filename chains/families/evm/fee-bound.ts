/**
 * The highest gas price and the highest fee that are signed, on chains of the EVM family.
 * Gas and its price: https://ethereum.github.io/yellowpaper/paper.pdf, https://eips.ethereum.org/EIPS/eip-1559
 */
import type { ChainEnvironment } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { EvmFacts } from "./facts.ts";
import type { EvmTransaction } from "./serialize.ts";

/**
 * Refuses a gas price or a fee that only a mistake or a lying node can explain. Explicit values are checked as well.
 * Where a token pays the fee, the bounds count in its smallest unit.
 *
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertFeeWithinBounds(
  transaction: EvmTransaction,
  facts: EvmFacts,
  environment: ChainEnvironment,
): void {
  const price = "maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
  const check = (what: string, wei: bigint, setting: string, standard: bigint): void => {
    const bound = boundOf(setting, standard, environment);
    if (wei <= bound) return;
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `The ${what} of ${wei} wei is above the bound of ${bound} wei. Raise ${setting} if it is meant.`,
    );
  };
  check("gas price", price, `TATUM_KMS_MAX_GAS_PRICE_${facts.ticker}`, facts.maxGasPrice);
  check("fee", price * transaction.gas, `TATUM_KMS_MAX_FEE_${facts.ticker}`, facts.maxFee);
}

function boundOf(name: string, standard: bigint, environment: ChainEnvironment): bigint {
  const setting = environment.setting(name);
  if (setting === undefined) return standard;
  if (!/^[0-9]{1,78}$/.test(setting)) {
    throw new ChainError("UNSAFE_TRANSACTION", `${name} must be a whole number of wei.`);
  }
  return BigInt(setting);
}
