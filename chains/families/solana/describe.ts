/**
 * The intents of a Solana transaction, read from its message alone.
 * https://solana.com/docs/core/transactions
 */

import type { Intent, PendingTransaction } from "../../chain.ts";
import { highestFee } from "./fee.ts";
import { intentsOfInstruction, mintsFixedBy } from "./instructions.ts";
import { parsePayload } from "./payload.ts";

/**
 * What a pending transaction does: the intents of each instruction in their order, then the most it can cost, in lamports.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction): readonly Intent[] {
  const { message } = parsePayload(pending);
  const [from] = message.signers;
  const facts = { feePayer: from, mints: mintsFixedBy(message.instructions) };
  return [
    ...message.instructions.flatMap((instruction) => intentsOfInstruction(instruction, facts)),
    { kind: "fee", amount: String(highestFee(message)), asset: "SOL", from },
  ];
}
