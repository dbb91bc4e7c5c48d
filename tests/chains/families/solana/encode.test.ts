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

describe("a Solana message", () => {
  test.each([
    ["legacy", legacy],
    ["version 0", v0],
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
    ["version 1", messageBytes({ ...v0, version: 1 }), "version 1"],
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

  test("every truncation is refused", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseMessage(bytes.subarray(0, length))).toThrow("cannot be signed");
    }
  });
});
