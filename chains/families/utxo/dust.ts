import { OP } from "@scure/btc-signer/script.js";
import { ChainError } from "../../error.ts";
import type { RawTransaction } from "./raw-transaction.ts";

/**
 * Refuses an output that nodes would not relay because of its amount. Outputs that carry data (OP_RETURN) may be 0.
 *
 * @param dustLimit satoshi; `undefined` for coins without a fixed one.
 * @throws ChainError `UNSAFE_TRANSACTION`
 */
export function assertNoDust(outputs: RawTransaction["outputs"], dustLimit: bigint | undefined): void {
  if (dustLimit === undefined) return;
  const index = outputs.findIndex(({ amount, script }) => amount < dustLimit && script[0] !== OP.RETURN);
  if (index < 0) return;
  throw new ChainError(
    "UNSAFE_TRANSACTION",
    `Output ${index} holds ${outputs[index]?.amount} satoshi. Nodes refuse outputs below ${dustLimit} satoshi (dust).`,
  );
}
