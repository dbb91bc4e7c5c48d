/**
 * The fee of a Solana transaction: the base fee of its signatures and the prioritization fee, which a version 1 message names
 * itself and an older one sets by instructions of the compute budget program.
 * https://solana.com/docs/core/fees
 */

import type { Instruction, SolanaMessage } from "./encode.ts";

export const COMPUTE_BUDGET_PROGRAM = "ComputeBudget111111111111111111111111111111";

const LAMPORTS_PER_SIGNATURE = 5000n;
const MICROLAMPORTS_PER_LAMPORT = 1_000_000n;
/** What the network allows each instruction where the transaction sets no limit, and what it allows at most. */
const UNITS_PER_INSTRUCTION = 200_000n;
const MAX_UNITS = 1_400_000n;

const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;

/** The most that a transaction can cost its fee payer, in lamports. */
export function highestFee({ signers, instructions, priorityFee }: SolanaMessage): bigint {
  return LAMPORTS_PER_SIGNATURE * BigInt(signers.length) + (priorityFee ?? budgetedFee(instructions));
}

/** The prioritization fee that a legacy or version 0 message sets by instructions, in lamports. */
function budgetedFee(instructions: readonly Instruction[]): bigint {
  const budget = instructions.filter(({ program }) => program === COMPUTE_BUDGET_PROGRAM);
  const price = budgetValue(budget, SET_COMPUTE_UNIT_PRICE) ?? 0n;
  const limit = budgetValue(budget, SET_COMPUTE_UNIT_LIMIT);
  const units = limit ?? UNITS_PER_INSTRUCTION * BigInt(instructions.length - budget.length);
  const priority = price * (units < MAX_UNITS ? units : MAX_UNITS);
  return (priority + MICROLAMPORTS_PER_LAMPORT - 1n) / MICROLAMPORTS_PER_LAMPORT;
}

function budgetValue(budget: readonly Instruction[], method: number): bigint | undefined {
  const data = budget.find((instruction) => instruction.data[0] === method)?.data;
  if (data === undefined) return undefined;
  // Both are little-endian: the limit in 4 bytes, the price in 8.
  return data.slice(1).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
