/**
 * The Solana message, legacy or version 0: header, account addresses, recent blockhash, compiled instructions.
 * https://solana.com/docs/core/transactions/transaction-structure
 * https://solana.com/docs/core/transactions/versioned-transactions
 */

import { base58 } from "@scure/base";
import { getCompiledTransactionMessageDecoder, getCompiledTransactionMessageEncoder } from "@solana/web3.js";
import { ChainError } from "../../error.ts";

/** What fits into one packet: the largest transaction, signatures included. */
const MAX_TRANSACTION_BYTES = 1232;
const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
/** Instructions count accounts in one byte. */
const MAX_ACCOUNTS = 256;

/** An instruction with its accounts as addresses; `undefined` for one that only a lookup table on the chain knows. */
export interface Instruction {
  readonly program: string;
  readonly accounts: readonly (string | undefined)[];
  /** Each of them with what the message says of it, see {@link accountRoles}. */
  readonly roles: readonly string[];
  readonly data: Uint8Array;
}

/** A legacy or version 0 message that was read completely. */
export interface SolanaMessage {
  readonly bytes: Uint8Array;
  /** Addresses whose signatures the transaction carries, in this order; the first one pays the fee. */
  readonly signers: readonly [string, ...string[]];
  readonly instructions: readonly Instruction[];
  /** Where the 32 bytes of the blockhash begin. */
  readonly blockhashOffset: number;
}

type Compiled = ReturnType<ReturnType<typeof getCompiledTransactionMessageDecoder>["decode"]>;

/**
 * Reads the bytes of a message, and refuses those the network would refuse for their form.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function parseMessage(bytes: Uint8Array): SolanaMessage {
  const compiled = decode(bytes);
  const problem = problemOf(compiled, bytes);
  if (problem !== undefined) throw refuse(problem);
  const { staticAccounts, header, lifetimeToken } = compiled;
  const [feePayer, ...others] = staticAccounts.slice(0, header.numSignerAccounts);
  if (feePayer === undefined) throw refuse("no account signs it");

  // Before the accounts: the version (not in a legacy message), three counts, the number of accounts.
  const blockhashOffset = (compiled.version === "legacy" ? 4 : 5) + KEY_BYTES * staticAccounts.length;
  const blockhash = bytes.subarray(blockhashOffset, blockhashOffset + KEY_BYTES);
  if (base58.encode(blockhash) !== lifetimeToken) throw refuse("its blockhash is not where it must be");

  const roles = accountRoles(compiled);
  const instructions = compiled.instructions.map(({ programAddressIndex, accountIndices = [], data }) => ({
    program: staticAccounts[programAddressIndex] ?? "",
    accounts: accountIndices.map((index) => staticAccounts[index]),
    roles: accountIndices.map((index) => roles[index] ?? ""),
    data: data === undefined ? new Uint8Array() : Uint8Array.from(data),
  }));
  return { bytes, signers: [feePayer, ...others], instructions, blockhashOffset };
}

/** The message with another blockhash; every other byte stays as it is. */
export function withBlockhash({ bytes, blockhashOffset }: SolanaMessage, blockhash: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(blockhash, blockhashOffset);
  return changed;
}

function decode(bytes: Uint8Array): Compiled {
  if (bytes.length + 1 + SIGNATURE_BYTES > MAX_TRANSACTION_BYTES) throw tooLarge();
  let compiled: Compiled;
  let encoded: ArrayLike<number>;
  try {
    compiled = getCompiledTransactionMessageDecoder().decode(bytes);
    encoded = getCompiledTransactionMessageEncoder().encode(compiled);
  } catch (cause) {
    throw refuse("it is not a whole legacy or version 0 message", cause);
  }
  if (!Buffer.from(encoded).equals(bytes)) throw refuse("it has bytes that do not belong to the message");
  return compiled;
}

function problemOf(compiled: Compiled, bytes: Uint8Array): string | undefined {
  const { header, staticAccounts, instructions } = compiled;
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = header;
  if (compiled.version !== "legacy" && compiled.version !== 0)
    return `its version ${compiled.version} is not known`;
  if (1 + SIGNATURE_BYTES * numSignerAccounts + bytes.length > MAX_TRANSACTION_BYTES) throw tooLarge();
  if (numReadonlySignerAccounts >= numSignerAccounts) return "no account can pay its fee";
  if (numSignerAccounts + numReadonlyNonSignerAccounts > staticAccounts.length) {
    return "it counts more accounts than it has";
  }
  if (new Set(staticAccounts).size !== staticAccounts.length) return "it names an account twice";
  const tables = ("addressTableLookups" in compiled ? compiled.addressTableLookups : undefined) ?? [];
  const lookups = tables.map(
    ({ readableIndices, writableIndices }) => readableIndices.length + writableIndices.length,
  );
  if (lookups.includes(0)) return "it names a lookup table and takes nothing from it";
  const accounts = lookups.reduce((sum, count) => sum + count, staticAccounts.length);
  if (accounts > MAX_ACCOUNTS) return "it has more than 256 accounts";
  const isOutOfRange = instructions.some(
    ({ programAddressIndex, accountIndices = [] }) =>
      programAddressIndex === 0 ||
      programAddressIndex >= staticAccounts.length ||
      accountIndices.some((index) => index >= accounts),
  );
  return isOutOfRange ? "an instruction names an account or a program that it does not have" : undefined;
}

/**
 * Each account as text: the address, or the table and the place in it for one that only a lookup table on the chain knows,
 * then its roles. In the order in which instructions count accounts: static ones, then those that tables make writable,
 * then the others of tables.
 */
function accountRoles(compiled: Compiled): readonly string[] {
  const { header, staticAccounts } = compiled;
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = header;
  const tables = ("addressTableLookups" in compiled ? compiled.addressTableLookups : undefined) ?? [];
  const fixed = staticAccounts.map((address, index) => {
    const isSigner = index < numSignerAccounts;
    const isWritable = isSigner
      ? index < numSignerAccounts - numReadonlySignerAccounts
      : index < staticAccounts.length - numReadonlyNonSignerAccounts;
    return `${address}${isSigner ? " signer" : ""}${isWritable ? " writable" : ""}`;
  });
  const lookedUp = (["writableIndices", "readableIndices"] as const).flatMap((kind) =>
    tables.flatMap(({ lookupTableAddress, [kind]: indices }) =>
      indices.map(
        (index) => `${lookupTableAddress}/${index}${kind === "writableIndices" ? " writable" : ""}`,
      ),
    ),
  );
  return [...fixed, ...lookedUp];
}

function tooLarge(): ChainError {
  return refuse(`with its signatures it has more than ${MAX_TRANSACTION_BYTES} bytes`);
}

function refuse(problem: string, cause?: unknown): ChainError {
  return new ChainError("INVALID_TRANSACTION", `The Solana message (txData) cannot be signed: ${problem}.`, {
    cause,
  });
}
