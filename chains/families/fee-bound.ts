/**
 * The highest fee that is signed without asking, on chains whose transactions name their fee; the operator can set another.
 */
import type { ChainEnvironment } from "../chain.ts";
import { ChainError } from "../error.ts";

export interface FeeBound {
  readonly ticker: string;
  /** The smallest unit of the coin in the plural, such as `lamports`. */
  readonly unit: string;
  /** The bound in this unit where the operator sets none. */
  readonly standard: bigint;
}

/**
 * Refuses a fee that only a mistake can explain. The operator sets the bound with `TATUM_KMS_MAX_FEE_<TICKER>`, in the
 * smallest unit of the coin.
 *
 * @param fee the most the transaction can cost, in the smallest unit.
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertFeeWithinBound(
  fee: bigint,
  { ticker, unit, standard }: FeeBound,
  environment: Pick<ChainEnvironment, "setting">,
): void {
  const name = `TATUM_KMS_MAX_FEE_${ticker}`;
  const setting = environment.setting(name);
  if (setting !== undefined && !/^\d{1,20}$/.test(setting)) {
    throw new ChainError("UNSAFE_TRANSACTION", `${name} must be a whole number of ${unit}.`);
  }
  const bound = setting === undefined ? standard : BigInt(setting);
  if (fee <= bound) return;
  throw new ChainError(
    "UNSAFE_TRANSACTION",
    `The fee of ${fee} ${unit} is above the bound of ${bound} ${unit}. Raise ${name} if it is meant.`,
  );
}
