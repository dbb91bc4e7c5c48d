/**
 * The intents of a Solana transaction, read from its message alone: instructions of the System, Compute Budget, SPL Token,
 * Token-2022, Associated Token Account and Memo programs.
 * https://github.com/solana-program/token, https://github.com/solana-program/memo
 */

import { bytesToHex } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base58 } from "@scure/base";
import type { Intent, PendingTransaction } from "../../chain.ts";
import type { Instruction } from "./encode.ts";
import { COMPUTE_BUDGET_PROGRAM, highestFee } from "./fee.ts";
import { parsePayload } from "./payload.ts";

/** Programs by their addresses. */
const SYSTEM_PROGRAM = "11111111111111111111111111111111";
const ASSOCIATED_TOKEN_PROGRAM = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";

/** SPL Token and SPL Token-2022: their transfers have the same form. */
const TOKEN_PROGRAMS: readonly string[] = [
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
];

const MEMO_PROGRAMS: readonly string[] = [
  "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
  "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
];

/** Mint addresses by token account, as far as the transaction itself fixes them. */
type KnownMints = ReadonlyMap<string, string>;

/** What the rest of the message says about what an instruction means. */
interface MessageFacts {
  readonly feePayer: string;
  readonly mints: KnownMints;
}

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

/**
 * What an instruction does; opaque unless every byte of it is understood. Nothing for a compute budget: it only
 * decides the fee.
 */
function intentsOfInstruction(instruction: Instruction, facts: MessageFacts): readonly Intent[] {
  const { program, data } = instruction;
  if (program === COMPUTE_BUDGET_PROGRAM && isBudget(data)) return [];
  if (MEMO_PROGRAMS.includes(program)) return [{ kind: "data", hex: bytesToHex(data) }];
  const intent = readInstruction(instruction, facts);
  if (intent !== undefined) return [intent];
  return [{ kind: "opaque", reason: opaqueReason(instruction) }];
}

function opaqueReason({ program, roles, data }: Instruction): string {
  const content = JSON.stringify([roles, bytesToHex(data)]);
  const digest = bytesToHex(sha256(utf8ToBytes(content)));
  return `an instruction of the program ${program} that is not decoded (SHA-256 ${digest})`;
}

/** Token accounts that the transaction creates: creating one fixes its mint. */
function mintsFixedBy(instructions: readonly Instruction[]): KnownMints {
  const created = instructions.filter(isTokenAccountCreation);
  return new Map(
    created.flatMap(({ accounts: [, account, , mint] }) =>
      account === undefined || mint === undefined ? [] : [[account, mint] as const],
    ),
  );
}

function readInstruction(instruction: Instruction, facts: MessageFacts): Intent | undefined {
  const { program } = instruction;
  if (program === SYSTEM_PROGRAM) return readSystem(instruction);
  if (program === ASSOCIATED_TOKEN_PROGRAM) return readTokenAccountCreation(instruction);
  if (TOKEN_PROGRAMS.includes(program)) return readToken(instruction, facts);
  return undefined;
}

/** The system program counts its instructions in 4 bytes: 0 creates an account, 2 transfers, 4 advances a nonce. */
function readSystem({ program, accounts, data }: Instruction): Intent | undefined {
  const view = viewOf(data);
  const method = data.length < 4 ? undefined : view.getUint32(0, true);
  const [from, to] = accounts;
  if (from === undefined || to === undefined) return undefined;
  if (method === 2 && data.length === 12 && accounts.length === 2) {
    return { kind: "transfer", from, to, amount: String(view.getBigUint64(4, true)), asset: "SOL" };
  }
  if (method === 0 && data.length === 52 && accounts.length === 2) {
    const [amount, space] = [view.getBigUint64(4, true), view.getBigUint64(12, true)];
    const owner = base58.encode(data.subarray(20));
    return call(program, "createAccount", [to, String(space), owner], from, String(amount));
  }
  if (method === 4 && data.length === 4 && accounts.length === 3 && accounts[2] !== undefined) {
    return call(program, "advanceNonceAccount", [from, accounts[2]]);
  }
  return undefined;
}

/**
 * SPL Token: 3 is Transfer (of a mint that it does not name), 12 is TransferChecked. The authority, be it
 * the owner's or a delegate's, is shown where it is not the fee payer's.
 */
function readToken(
  { program, accounts, data }: Instruction,
  { feePayer, mints }: MessageFacts,
): Intent | undefined {
  const isTransfer = data[0] === 3 && data.length === 9;
  const isChecked = data[0] === 12 && data.length === 10;
  if (!isTransfer && !isChecked) return undefined;
  const amount = String(viewOf(data).getBigUint64(1, true));
  const [from, second, third, fourth] = accounts;
  const [named, to, owner] = isChecked ? [second, third, fourth] : [undefined, second, third];
  if (from === undefined || to === undefined || owner === undefined) return undefined;
  const asset = isChecked ? named : (mints.get(to) ?? mints.get(from));
  if (asset === undefined)
    return isChecked ? undefined : call(program, "transfer", [from, to, owner, amount], owner);
  const authority = owner === feePayer ? {} : { authority: owner };
  return { kind: "transfer", from, to, amount, asset, ...authority };
}

function readTokenAccountCreation(instruction: Instruction): Intent | undefined {
  const [payer, account, owner, mint] = instruction.accounts;
  if (!isTokenAccountCreation(instruction)) return undefined;
  if (payer === undefined || account === undefined || owner === undefined || mint === undefined)
    return undefined;
  const method = instruction.data[0] === 1 ? "createIdempotent" : "create";
  return call(instruction.program, method, [account, owner, mint], payer);
}

function isTokenAccountCreation({ program, accounts, data }: Instruction): boolean {
  const isCreation = data.length === 0 || (data.length === 1 && (data[0] ?? 0) <= 1);
  // The programs that it hands the account to; another one could do anything with it.
  const [, , , , system, token] = accounts;
  const hasKnownPrograms = system === SYSTEM_PROGRAM && TOKEN_PROGRAMS.includes(token ?? "");
  return program === ASSOCIATED_TOKEN_PROGRAM && isCreation && hasKnownPrograms;
}

/** RequestHeapFrame, SetComputeUnitLimit, SetComputeUnitPrice, SetLoadedAccountsDataSizeLimit. */
function isBudget(data: Uint8Array): boolean {
  const lengths = new Map([
    [1, 5],
    [2, 5],
    [3, 9],
    [4, 5],
  ]);
  return lengths.get(data[0] ?? 0) === data.length;
}

function call(to: string, method: string, args: readonly string[], from?: string, amount = "0"): Intent {
  return { kind: "contract-call", ...(from !== undefined && { from }), to, amount, method, arguments: args };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
