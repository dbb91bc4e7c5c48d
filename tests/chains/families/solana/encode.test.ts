import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { base58 } from "@scure/base";
import { parseMessage, withBlockhash } from "../../../../chains/families/solana/encode.ts";
import { messageBytes, SYSTEM, systemTransfer, type TestMessage } from "./message-builder.ts";

const [payer, owner, recipient, table] = [1, 2, 3, 4].map(() => base58.encode(randomBytes(32))) as [
  string,
  string,
  string,
  string,
];
const transfer = systemTransfer(payer, recipient, 5n);
const legacy: TestMessage = {
  signers: [payer],
  writable: [recipient],
  readonly: [SYSTEM],
  instructions: [transfer],
};
const v0: TestMessage = { ...legacy, version: 0 };
const v1: TestMessage = { ...legacy, version: 1 };

describe("a Solana message", () => {
  test.each([
    ["legacy", legacy],
    ["version 0", v0],
    ["version 1", v1],
    ["version 1 that asks for resources", { ...v1, resources: { priorityFee: 7n, unitLimit: 500 } }],
  ])("%s: signers, instructions and the place of the blockhash", (_, message) => {
    const blockhash = randomBytes(32);
    const bytes = messageBytes({ ...message, signers: [payer, owner], blockhash });
    const parsed = parseMessage(bytes);
    expect(parsed.signers).toEqual([payer, owner]);
    expect(parsed.instructions).toMatchObject([
      { ...transfer, data: Uint8Array.from(transfer.data) },
    ] as object[]);
    expect(bytes.subarray(parsed.blockhashOffset, parsed.blockhashOffset + 32)).toEqual(blockhash);

    const fresh = randomBytes(32);
    expect(withBlockhash(parsed, fresh)).toEqual(
      Uint8Array.from(messageBytes({ ...message, signers: [payer, owner], blockhash: fresh })),
    );
  });

  test("an account of a lookup table has no address here", () => {
    const lookups = [{ table, writable: [7], readonly: [] }];
    const { instructions } = parseMessage(
      messageBytes({ ...v0, writable: [], lookups, instructions: [systemTransfer(payer, 2, 5n)] }),
    );
    expect(instructions[0]!.accounts).toEqual([payer, undefined]);
  });

  const bytes = messageBytes(legacy);
  const changed = (position: number, value: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[position] = value;
    return copy;
  };
  const big = { ...systemTransfer(payer, recipient, 5n), data: Buffer.alloc(1100) };

  test.each([
    ["nothing", Buffer.alloc(0), "not a whole"],
    ["a byte too few", bytes.subarray(0, -1), "not a whole"],
    ["a byte too many", Buffer.concat([bytes, Buffer.of(0)]), "bytes that do not belong"],
    ["version 2", messageBytes({ ...v0, version: 2 }), "version 2"],
    ["the highest version", Buffer.of(0xff), "version 127"],
    ["no signer", changed(0, 0), "can pay"],
    ["a fee payer that is read-only", changed(1, 1), "can pay"],
    ["more signers than accounts", changed(0, 4), "more accounts than it has"],
    ["an account twice", messageBytes({ ...legacy, writable: [recipient, payer] }), "twice"],
    [
      "an instruction with an account out of range",
      messageBytes({ ...legacy, instructions: [systemTransfer(payer, 3, 5n)] }),
      "does not have",
    ],
    [
      "an instruction whose program pays the fee",
      messageBytes({ ...legacy, instructions: [{ ...transfer, program: payer }] }),
      "does not have",
    ],
    [
      "a lookup table that is not used",
      messageBytes({ ...v0, lookups: [{ table, writable: [], readonly: [] }] }),
      "lookup table",
    ],
    ["more than a packet", messageBytes({ ...legacy, instructions: [big] }), "more than 1232 bytes"],
    [
      "more than a packet together with its signatures",
      messageBytes({
        ...legacy,
        signers: [payer, owner],
        instructions: [{ ...big, data: Buffer.alloc(950) }],
      }),
      "more than 1232 bytes",
    ],
    [
      "a length in a longer form than needed",
      Buffer.concat([bytes.subarray(0, 3), Buffer.of(0x83, 0), bytes.subarray(4)]),
      "cannot be signed",
    ],
  ])("%s is refused", (_, given, problem) => {
    expect(() => parseMessage(given)).toThrow(problem);
  });

  test.each([
    ["legacy", legacy],
    ["version 0", v0],
    ["version 1", { ...v1, resources: { priorityFee: 7n, heapSize: 32768 } }],
  ])("every truncation of %s is refused", (_, message) => {
    const whole = messageBytes(message);
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseMessage(whole.subarray(0, length))).toThrow("cannot be signed");
    }
  });
});

describe("a Solana message of version 1", () => {
  const addresses = (count: number): string[] =>
    Array.from({ length: count }, () => base58.encode(randomBytes(32)));
  /** A message of so many bytes, by the data of its instruction. */
  const ofSize = (size: number, signers = [payer]): Buffer => {
    const message = { ...v1, signers };
    const plain = { ...message, instructions: [{ ...transfer, data: Buffer.alloc(0) }] };
    const data = Buffer.alloc(size - messageBytes(plain).length);
    return messageBytes({ ...message, instructions: [{ ...transfer, data }] });
  };
  const masked = (mask: number): Buffer => {
    const bytes = messageBytes(v1);
    bytes.writeUInt32LE(mask, 4);
    return bytes;
  };

  test("it names its prioritization fee itself, of every size", () => {
    const feeOf = (priorityFee?: bigint): bigint | undefined =>
      parseMessage(messageBytes({ ...v1, resources: priorityFee === undefined ? {} : { priorityFee } }))
        .priorityFee;
    expect(feeOf()).toBe(0n);
    expect(feeOf(0n)).toBe(0n);
    expect(feeOf(2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    expect(parseMessage(messageBytes(v0)).priorityFee).toBeUndefined();
  });

  test("it has up to 4096 bytes together with its signatures, and not one more", () => {
    expect(parseMessage(ofSize(4096 - 64)).signers).toEqual([payer]);
    expect(() => parseMessage(ofSize(4096 - 63))).toThrow("more than 4096 bytes");
    expect(parseMessage(ofSize(4096 - 128, [payer, owner])).signers).toEqual([payer, owner]);
    expect(() => parseMessage(ofSize(4096 - 127, [payer, owner]))).toThrow("more than 4096 bytes");
  });

  test.each([
    ["64 accounts", { ...v1, readonly: [SYSTEM, ...addresses(61)] }],
    ["12 signers", { ...v1, signers: [payer, ...addresses(11)] }],
    ["64 instructions", { ...v1, instructions: Array.from({ length: 64 }, () => transfer) }],
    ["the smallest heap", { ...v1, resources: { heapSize: 32 * 1024 } }],
    ["the largest heap", { ...v1, resources: { heapSize: 256 * 1024 } }],
    ["all resources", { ...v1, resources: { priorityFee: 1n, unitLimit: 2, accountsDataLimit: 3 } }],
  ])("%s are taken", (_, message: TestMessage) => {
    expect(parseMessage(messageBytes(message)).signers[0]).toBe(payer);
  });

  test.each([
    ["65 accounts", messageBytes({ ...v1, readonly: [SYSTEM, ...addresses(62)] }), "more than 64 accounts"],
    ["13 signers", messageBytes({ ...v1, signers: [payer, ...addresses(12)] }), "more than 12 signers"],
    [
      "65 instructions",
      messageBytes({ ...v1, instructions: Array.from({ length: 65 }, () => transfer) }),
      "more than 64 instructions",
    ],
    ["half a prioritization fee", masked(0b01), "not a whole"],
    ["the other half of one", masked(0b10), "not a whole"],
    ["a resource that nobody knows", masked(0b100000), "resource that is not known"],
    ["the highest bit of the mask", masked(0x80000000), "resource that is not known"],
    ["a heap too small", messageBytes({ ...v1, resources: { heapSize: 31 * 1024 } }), "a heap of 31744"],
    ["a heap too large", messageBytes({ ...v1, resources: { heapSize: 257 * 1024 } }), "a heap of 263168"],
    ["a heap of no whole KiB", messageBytes({ ...v1, resources: { heapSize: 32769 } }), "a heap of 32769"],
    ["an account twice", messageBytes({ ...v1, writable: [recipient, payer] }), "twice"],
    ["its signature behind it", Buffer.concat([messageBytes(v1), Buffer.alloc(64)]), "do not belong"],
    [
      "an account out of range",
      messageBytes({ ...v1, instructions: [systemTransfer(payer, 3, 5n)] }),
      "does not have",
    ],
    [
      "a program that pays the fee",
      messageBytes({ ...v1, instructions: [{ ...transfer, program: payer }] }),
      "does not have",
    ],
  ])("%s is refused", (_, given, problem) => {
    expect(() => parseMessage(given)).toThrow(problem);
  });
});
