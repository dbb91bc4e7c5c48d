/** Amounts of the UTXO family. */
import { wholeNumber } from "../../codec/quantity.ts";

/** An amount of satoshi in a payload, from 0 to `maximum`. */
export const satoshiSchema = (maximum: bigint) => wholeNumber(maximum);
