/**
 * The wire format of Solana: messages (legacy, version 0 and version 1), and the transaction that carries one with its signatures.
 * https://solana.com/docs/core/transactions/versioned-transactions
 * https://github.com/solana-foundation/solana-improvement-documents/blob/main/proposals/0385-transaction-v1.md
 */

import { base58 } from "@scure/base";
import {
  getCompiledTransactionMessageDecoder,
  getCompiledTransactionMessageEncoder,
} from "@solana/transaction-messages";
import { ChainError } from "../../error.ts";

const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
/** Of the first byte of a message: set where the other bits are a version. */
const VERSION_FLAG = 0x80;

/** What the network takes of a version: the bytes of a transaction with its signatures, and counts in its message. */
interface Limits {
  readonly bytes: number;
  readonly accounts: number;
  readonly signers: number;
  readonly instructions: number;
}

/** Legacy and version 0: what fits into one packet. Instructions count accounts in one byte. */
const PACKET_LIMITS: Limits = { bytes: 1232, accounts: 256, signers: 127, instructions: 65_535 };
/** SIMD-0385, "Transaction Constraints". */
const VERSION_1_LIMITS: Limits = { bytes: 4096, accounts: 64, signers: 12, instructions: 64 };

/** An instruction with its accounts as addresses; `undefined` for one that only a lookup table on the chain knows. */
export interface Instruction {
  readonly program: string;
  readonly accounts: readonly (string | undefined)[];
  /** Each of them with what the message says of it, see {@link accountRoles}. */
  readonly roles: readonly string[];
  readonly data: Uint8Array;
}

/** A message that was read completely. */
export interface SolanaMessage {
  readonly bytes: Uint8Array;
  /** Addresses whose signatures the transaction carries, in this order; the first one pays the fee. */
  readonly signers: readonly [string, ...string[]];
  readonly instructions: readonly Instruction[];
  /** Where the 32 bytes of the blockhash begin. */
  readonly blockhashOffset: number;
  /**
   * Lamports that a version 1 message pays beside the fee of its signatures. `undefined` in older ones, whose instructions
   * of the compute budget program say it; in version 1 the network ignores those.
   */
  readonly priorityFee: bigint | undefined;
}

type Decoded = ReturnType<ReturnType<typeof getCompiledTransactionMessageDecoder>["decode"]>;
type Version1 = Extract<Decoded, { version: 1 }>;

interface CompiledInstruction {
  readonly programIndex: number;
  readonly accountIndices: readonly number[];
  readonly data: Uint8Array;
}

/** A decoded message, the same for all versions. */
interface Compiled extends Pick<Decoded, "version" | "header" | "staticAccounts"> {
  readonly blockhash: string;
  readonly instructions: readonly CompiledInstruction[];
  readonly lookups: readonly {
    readonly lookupTableAddress: string;
    readonly writableIndexes: readonly number[];
    readonly readonlyIndexes: readonly number[];
  }[];
  readonly priorityFee: bigint | undefined;
}

/**
 * Reads the bytes of a message, and refuses those the network would refuse for their form.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function parseMessage(bytes: Uint8Array): SolanaMessage {
  const compiled = decode(bytes);
  const problem = problemOf(compiled, bytes);
  if (problem !== undefined) throw refuse(problem);
  const { staticAccounts, header } = compiled;
  const [feePayer, ...others] = staticAccounts.slice(0, header.numSignerAccounts);
  if (feePayer === undefined) throw refuse("no account signs it");

  const blockhashOffset = blockhashOffsetOf(compiled);
  const blockhash = bytes.subarray(blockhashOffset, blockhashOffset + KEY_BYTES);
  if (base58.encode(blockhash) !== compiled.blockhash) throw refuse("its blockhash is not where it must be");

  const roles = accountRoles(compiled);
  const instructions = compiled.instructions.map(({ programIndex, accountIndices, data }) => ({
    program: staticAccounts[programIndex] ?? "",
    accounts: accountIndices.map((index) => staticAccounts[index]),
    roles: accountIndices.map((index) => roles[index] ?? ""),
    data: Uint8Array.from(data),
  }));
  const { priorityFee } = compiled;
  return { bytes, signers: [feePayer, ...others], instructions, blockhashOffset, priorityFee };
}

/** The message with another blockhash; every other byte stays as it is. */
export function withBlockhash({ bytes, blockhashOffset }: SolanaMessage, blockhash: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(blockhash, blockhashOffset);
  return changed;
}

/**
 * The bytes of a transaction: the signatures and their number before the message, from version 1 on the signatures alone
 * behind it.
 *
 * @param signatures of 64 bytes each, in the order of the message's signers
 */
export function encodeTransaction(message: Uint8Array, signatures: readonly Uint8Array[]): Uint8Array {
  if (versionOf(message) === 1) return Buffer.concat([message, ...signatures]);
  // A packet holds 19 signatures at most: their number takes one byte.
  return Buffer.concat([Uint8Array.of(signatures.length), ...signatures, message]);
}

/** The number of a message's version; `undefined` for a legacy one. */
function versionOf([first = 0]: Uint8Array): number | undefined {
  return first < VERSION_FLAG ? undefined : first - VERSION_FLAG;
}

/** In version 1: version, three counts and the mask come before it; in older ones the accounts with their number do. */
function blockhashOffsetOf({ version, staticAccounts }: Compiled): number {
  if (version === 1) return 8;
  return (version === "legacy" ? 4 : 5) + KEY_BYTES * staticAccounts.length;
}

function decode(bytes: Uint8Array): Compiled {
  const version = versionOf(bytes);
  if (version !== undefined && version > 1) throw refuse(`its version ${version} is not known`);
  assertSize(bytes, 1);
  let decoded: Decoded;
  let encoded: ArrayLike<number>;
  try {
    decoded = getCompiledTransactionMessageDecoder().decode(bytes);
    encoded = getCompiledTransactionMessageEncoder().encode(decoded);
  } catch (cause) {
    throw refuse("it is not a whole legacy, version 0 or version 1 message", cause);
  }
  if (!Buffer.from(encoded).equals(bytes)) throw refuse("it has bytes that do not belong to the message");
  return decoded.version === 1 ? ofVersion1(decoded) : ofOlderVersion(decoded);
}

function ofOlderVersion(decoded: Exclude<Decoded, { version: 1 }>): Compiled {
  const { version, header, staticAccounts, lifetimeToken, instructions } = decoded;
  return {
    version,
    header,
    staticAccounts,
    blockhash: lifetimeToken,
    instructions: instructions.map(({ programAddressIndex, accountIndices = [], data }) => ({
      programIndex: programAddressIndex,
      accountIndices,
      data: data === undefined ? new Uint8Array() : Uint8Array.from(data),
    })),
    lookups: ("addressTableLookups" in decoded ? decoded.addressTableLookups : undefined) ?? [],
    priorityFee: undefined,
  };
}

function ofVersion1(decoded: Version1): Compiled {
  const { version, header, staticAccounts, lifetimeToken, instructionHeaders } = decoded;
  return {
    version,
    header,
    staticAccounts,
    blockhash: lifetimeToken,
    instructions: decoded.instructionPayloads.map((payload, index) => ({
      programIndex: instructionHeaders[index]?.programAccountIndex ?? 0,
      accountIndices: payload.instructionAccountIndices,
      data: Uint8Array.from(payload.instructionData),
    })),
    lookups: [],
    priorityFee: priorityFeeOf(decoded),
  };
}

/** Bits of the mask that says which resources a version 1 message asks for; each stands for 4 bytes. */
const PRIORITY_FEE_BITS = 0b00011;
const HEAP_SIZE_BIT = 0b10000;
const KNOWN_BITS = 0b11111;
/** Bytes that the heap of a version 1 message may have. */
const HEAP = { step: 1024, from: 32 * 1024, to: 256 * 1024 };

/**
 * Lamports; 0 where the message asks for none.
 *
 * @throws ChainError `INVALID_TRANSACTION` when it asks for a resource that no network gives
 */
function priorityFeeOf({ configMask, configValues }: Version1): bigint {
  if ((configMask & ~KNOWN_BITS) !== 0) throw refuse("it asks for a resource that is not known");
  const heapSize = configMask & HEAP_SIZE_BIT ? Number(configValues.at(-1)?.value) : HEAP.from;
  if (heapSize % HEAP.step !== 0 || heapSize < HEAP.from || heapSize > HEAP.to) {
    throw refuse(`it asks for a heap of ${heapSize} bytes`);
  }
  return configMask & PRIORITY_FEE_BITS ? BigInt(configValues[0]?.value ?? 0n) : 0n;
}

/** @throws ChainError `INVALID_TRANSACTION` when the transaction has more bytes than the network takes */
function assertSize(message: Uint8Array, signers: number): void {
  const version = versionOf(message);
  const { bytes } = version === 1 ? VERSION_1_LIMITS : PACKET_LIMITS;
  const size = message.length + SIGNATURE_BYTES * signers + (version === 1 ? 0 : 1);
  if (size > bytes) throw refuse(`with its signatures it has more than ${bytes} bytes`);
}

function problemOf(compiled: Compiled, bytes: Uint8Array): string | undefined {
  const { version, header, staticAccounts, instructions, lookups } = compiled;
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = header;
  const limits = version === 1 ? VERSION_1_LIMITS : PACKET_LIMITS;
  assertSize(bytes, numSignerAccounts);
  if (numReadonlySignerAccounts >= numSignerAccounts) return "no account can pay its fee";
  if (numSignerAccounts + numReadonlyNonSignerAccounts > staticAccounts.length) {
    return "it counts more accounts than it has";
  }
  if (new Set(staticAccounts).size !== staticAccounts.length) return "it names an account twice";
  const taken = lookups.map(({ readonlyIndexes, writableIndexes }) => [
    ...readonlyIndexes,
    ...writableIndexes,
  ]);
  if (taken.some(({ length }) => length === 0)) return "it names a lookup table and takes nothing from it";
  const accounts = staticAccounts.length + taken.flat().length;
  if (accounts > limits.accounts) return `it has more than ${limits.accounts} accounts`;
  if (numSignerAccounts > limits.signers) return `it has more than ${limits.signers} signers`;
  if (instructions.length > limits.instructions)
    return `it has more than ${limits.instructions} instructions`;
  const isOutOfRange = instructions.some(
    ({ programIndex, accountIndices }) =>
      programIndex === 0 ||
      programIndex >= staticAccounts.length ||
      accountIndices.some((index) => index >= accounts),
  );
  return isOutOfRange ? "an instruction names an account or a program that it does not have" : undefined;
}

/**
 * Each account as text: the address, or the table and the place in it for one that only a lookup table on the chain knows,
 * then its roles. In the order in which instructions count accounts: static ones, then those that tables make writable,
 * then the others of tables.
 */
function accountRoles({ header, staticAccounts, lookups }: Compiled): readonly string[] {
  const { numSignerAccounts, numReadonlySignerAccounts, numReadonlyNonSignerAccounts } = header;
  const fixed = staticAccounts.map((address, index) => {
    const isSigner = index < numSignerAccounts;
    const isWritable = isSigner
      ? index < numSignerAccounts - numReadonlySignerAccounts
      : index < staticAccounts.length - numReadonlyNonSignerAccounts;
    return `${address}${isSigner ? " signer" : ""}${isWritable ? " writable" : ""}`;
  });
  const lookedUp = (["writableIndexes", "readonlyIndexes"] as const).flatMap((kind) =>
    lookups.flatMap(({ lookupTableAddress, [kind]: indices }) =>
      indices.map(
        (index) => `${lookupTableAddress}/${index}${kind === "writableIndexes" ? " writable" : ""}`,
      ),
    ),
  );
  return [...fixed, ...lookedUp];
}

function refuse(problem: string, cause?: unknown): ChainError {
  return new ChainError("INVALID_TRANSACTION", `The Solana message (txData) cannot be signed: ${problem}.`, {
    cause,
  });
}
