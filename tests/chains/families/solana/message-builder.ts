/** Writes Solana messages byte by byte, apart from the library that reads them. */
import { base58 } from "@scure/base";
import type { PendingTransaction } from "../../../../chains/chain.ts";

export interface TestInstruction {
  readonly program: string;
  /** Addresses; in a version 0 message also positions behind the static accounts. */
  readonly accounts: readonly (string | number)[];
  readonly data: Uint8Array;
}

export interface TestMessage {
  readonly version?: number;
  /** Writable signers, the fee payer first. */
  readonly signers: readonly string[];
  readonly readonlySigners?: readonly string[];
  readonly writable?: readonly string[];
  readonly readonly?: readonly string[];
  readonly instructions: readonly TestInstruction[];
  readonly lookups?: readonly {
    readonly table: string;
    readonly writable: number[];
    readonly readonly: number[];
  }[];
  readonly blockhash?: Uint8Array;
  /** What a version 1 message asks for. */
  readonly resources?: {
    /** Lamports. */
    readonly priorityFee?: bigint;
    /** Compute units. */
    readonly unitLimit?: number;
    /** Bytes. */
    readonly accountsDataLimit?: number;
    /** Bytes. */
    readonly heapSize?: number;
  };
}

/** The bytes of a message. */
export function messageBytes(message: TestMessage): Buffer {
  return message.version === 1 ? version1Bytes(message) : olderBytes(message);
}

/** SIMD-0385 */
function version1Bytes(message: TestMessage): Buffer {
  const {
    signers,
    readonlySigners = [],
    writable = [],
    readonly = [],
    instructions,
    resources = {},
  } = message;
  const accounts = [...signers, ...readonlySigners, ...writable, ...readonly];
  const place = (account: string | number): number =>
    typeof account === "number" ? account : accounts.indexOf(account);
  const { priorityFee, unitLimit, accountsDataLimit, heapSize } = resources;
  const values = [
    ...(priorityFee === undefined ? [] : [Number(priorityFee & 0xffffffffn), Number(priorityFee >> 32n)]),
    ...[unitLimit, accountsDataLimit, heapSize].filter((value) => value !== undefined),
  ];
  const mask =
    (priorityFee === undefined ? 0 : 0b11) |
    (unitLimit === undefined ? 0 : 0b100) |
    (accountsDataLimit === undefined ? 0 : 0b1000) |
    (heapSize === undefined ? 0 : 0b10000);
  return Buffer.concat([
    Buffer.of(0x81, signers.length + readonlySigners.length, readonlySigners.length, readonly.length),
    uint32(mask),
    message.blockhash ?? new Uint8Array(32).fill(9),
    Buffer.of(instructions.length, accounts.length),
    ...accounts.map((address) => base58.decode(address)),
    ...values.map(uint32),
    ...instructions.map(({ program, accounts: used, data }) =>
      Buffer.of(place(program), used.length, data.length & 0xff, data.length >> 8),
    ),
    ...instructions.flatMap(({ accounts: used, data }) => [Buffer.from(used.map(place)), data]),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function olderBytes(message: TestMessage): Buffer {
  const { signers, readonlySigners = [], writable = [], readonly = [], instructions, version } = message;
  const accounts = [...signers, ...readonlySigners, ...writable, ...readonly];
  const place = (account: string | number): number =>
    typeof account === "number" ? account : accounts.indexOf(account);
  return Buffer.concat([
    version === undefined ? Buffer.alloc(0) : Buffer.of(0x80 | version),
    Buffer.of(signers.length + readonlySigners.length, readonlySigners.length, readonly.length),
    list(accounts.map((address) => base58.decode(address))),
    message.blockhash ?? new Uint8Array(32).fill(9),
    list(
      instructions.map(({ program, accounts: used, data }) =>
        Buffer.concat([
          Buffer.of(place(program)),
          list(used.map((account) => Buffer.of(place(account)))),
          compact(data.length),
          data,
        ]),
      ),
    ),
    version === undefined
      ? Buffer.alloc(0)
      : list(
          (message.lookups ?? []).map(({ table, writable: written, readonly: read }) =>
            Buffer.concat([
              base58.decode(table),
              list(written.map((at) => Buffer.of(at))),
              list(read.map((at) => Buffer.of(at))),
            ]),
          ),
        ),
  ]);
}

/** The instruction of the system program that transfers lamports. */
export function systemTransfer(from: string, to: string | number, lamports: bigint): TestInstruction {
  const data = Buffer.alloc(12);
  data.writeUInt32LE(2);
  data.writeBigUInt64LE(lamports, 4);
  return { program: SYSTEM, accounts: [from, to], data };
}

export const SYSTEM = "11111111111111111111111111111111";

export function pendingOf(
  message: Uint8Array,
  more: Readonly<Record<string, unknown>> = {},
): PendingTransaction {
  return {
    id: "64c2a1b2c3d4e5f601234567",
    chain: "SOL",
    serializedTransaction: JSON.stringify({ txData: Buffer.from(message).toString("hex"), ...more }),
    hashes: ["wallet"],
    signatures: [],
  };
}

function list(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat([compact(items.length), ...items]);
}

/** The compact-u16 encoding: 7 bits a byte, the lowest first. */
function compact(value: number): Buffer {
  return value < 0x80 ? Buffer.of(value) : Buffer.of((value & 0x7f) | 0x80, value >> 7);
}
