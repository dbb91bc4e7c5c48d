/**
 * The highest fee that is signed without asking, on chains whose transactions tell what they cost at most; the operator can
 * set another. Whoever builds a transaction with a wrong fee or a wrong change can burn all that is spent.
 */
import type { ChainEnvironment } from "../chain.ts";
import { ChainError } from "../error.ts";

/** What a chain counts its fees in: the smallest unit of its coin. */
export interface FeeUnit {
  /** In the plural. */
  readonly name: string;
  /** So many decimals of the coin it is. */
  readonly decimals: number;
  /** More digits are no amount. */
  readonly digits: number;
  /** What the chain's price of a transaction is for, where that has a bound of its own. */
  readonly pricedPer?: "virtual byte" | "gas";
}

export const satoshi: FeeUnit = { name: "satoshi", decimals: 8, digits: 19, pricedPer: "virtual byte" };
export const wei: FeeUnit = { name: "wei", decimals: 18, digits: 78, pricedPer: "gas" };
export const lamports: FeeUnit = { name: "lamports", decimals: 9, digits: 20 };
export const drops: FeeUnit = { name: "drops", decimals: 6, digits: 20 };
export const stroops: FeeUnit = { name: "stroops", decimals: 7, digits: 20 };
export const lovelace: FeeUnit = { name: "lovelace", decimals: 6, digits: 20 };
export const egldUnits: FeeUnit = { name: "units of 10^-18 EGLD", decimals: 18, digits: 20 };

/** A bound, and where the operator sets it: `TATUM_KMS_MAX_FEE_<TICKER>`, or one that `kind` names in place of `FEE`. */
export interface FeeBound {
  readonly ticker: string;
  readonly unit: FeeUnit;
  /** The highest amount where the operator sets none, in the unit. */
  readonly highest: bigint;
  readonly kind?: "GAS_PRICE" | "FEE_RATE";
}

/** What a transaction pays, held against a bound. */
export interface Payment {
  readonly name: "fee" | "gas price";
  /** In the unit of the bound. */
  readonly amount: bigint;
  /** For how many virtual bytes it is, where the bound is one for each of them. */
  readonly virtualBytes?: number;
}

/**
 * The bound with the operator's amount in place of the standard, where the operator sets one.
 *
 * @throws ChainError `UNSAFE_TRANSACTION` when the setting is not a whole number of the unit.
 */
export function operatorsBound(bound: FeeBound, environment: Pick<ChainEnvironment, "setting">): FeeBound {
  const { unit } = bound;
  const name = settingOf(bound);
  const setting = environment.setting(name);
  if (setting === undefined) return bound;
  if (/^\d+$/.test(setting) && setting.length <= unit.digits) return { ...bound, highest: BigInt(setting) };
  throw new ChainError("UNSAFE_TRANSACTION", `${name} must be a whole number of ${unit.name}.`);
}

/**
 * Refuses a payment that only a mistake can explain.
 *
 * @param bound with the amount that counts, as {@link operatorsBound} gives it.
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertWithin(bound: FeeBound, { name, amount, virtualBytes }: Payment): void {
  const { unit, highest } = bound;
  if (amount <= highest * BigInt(virtualBytes ?? 1)) return;
  const [size, per] =
    virtualBytes === undefined ? ["", ""] : [` for ${virtualBytes} virtual bytes`, " per virtual byte"];
  throw new ChainError(
    "UNSAFE_TRANSACTION",
    `The ${name} of ${amount} ${unit.name}${size} is above the bound of ${highest} ${unit.name}${per}. ` +
      `Raise ${settingOf(bound)} if it is meant.`,
  );
}

/**
 * Refuses a fee above the operator's bound, else the standard one.
 *
 * @param fee the most the transaction can cost, in the unit of the bound.
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertFeeWithinBound(
  fee: bigint,
  bound: FeeBound,
  environment: Pick<ChainEnvironment, "setting">,
): void {
  assertWithin(operatorsBound(bound, environment), { name: "fee", amount: fee });
}

function settingOf({ ticker, kind }: FeeBound): string {
  return `TATUM_KMS_MAX_${kind ?? "FEE"}_${ticker}`;
}
