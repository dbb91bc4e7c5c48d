import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { ChainError } from "../../../../chains/error.ts";
import { parsePayload } from "../../../../chains/families/bitcoin-cash/payload.ts";
import { encode, payload, pending, receiver, transactionOf } from "./payment.ts";

const SUPPLY = 21_000_000n * 10n ** 8n;

test("a payload is a transaction and the amounts it spends", () => {
  const parsed = parsePayload(pending(payload([5_000, 7_000])), SUPPLY);
  expect(parsed).toEqual({
    ...transactionOf([5_000, 7_000]),
    spentOutputs: [{ amount: 5_000n }, { amount: 7_000n }],
  });
});

test("hex may be in upper case, the list may have blanks", () => {
  const [transaction = ""] = payload([5_000]).split(":");
  expect(parsePayload(pending(`${transaction.toUpperCase()}:[ 5000 ]`), SUPPLY).spentOutputs).toEqual([
    { amount: 5_000n },
  ]);
});

test("amounts of a Bitcoin Cash payload keep all their digits", () => {
  const { spentOutputs } = parsePayload(pending(payload([SUPPLY - 1n])), SUPPLY);
  expect(spentOutputs).toEqual([{ amount: SUPPLY - 1n }]);
});

test("version 1 of a Bitcoin Cash payload becomes version 2", () => {
  expect(parsePayload(pending(payload([5_000], { version: 1 })), SUPPLY).version).toBe(2);
});

describe("a Bitcoin Cash payload is refused", () => {
  const [good = ""] = payload([5_000]).split(":");
  const { inputs, outputs } = transactionOf([5_000]);
  test.each([
    ["without a colon", good, "no colon"],
    ["without a transaction", ":[5000]", "does not begin with a raw transaction"],
    [
      "with something that is not hex",
      `${good.slice(0, -1)}z:[5000]`,
      "does not begin with a raw transaction",
    ],
    ["with half a byte", `${good}0:[5000]`, "does not begin with a raw transaction"],
    ["that ends too early", `${good.slice(0, -2)}:[5000]`, "does not begin with a raw transaction"],
    ["with something behind the transaction", `${good}00:[5000]`, "does not begin with a raw transaction"],
    ["with a witness", `${withWitness(good)}:[5000]`, "does not begin with a raw transaction"],
    [
      "with a length in more bytes than needed",
      `${withLongLength(good)}:[5000]`,
      "does not begin with a raw",
    ],
    ["with version 3", payload([5_000], { version: 3 }), "Version 3 is not known"],
    ["with version 0", payload([5_000], { version: 0 }), "Version 0 is not known"],
    ["without inputs", `${encode({ ...transactionOf([]), outputs })}:[]`, "no inputs or no outputs"],
    ["without outputs", payload([5_000], { outputs: [] }), "no inputs or no outputs"],
    [
      "with a script at an input",
      payload([5_000], { inputs: inputs.map((input) => ({ ...input, finalScriptSig: receiver })) }),
      "Input 0 has a script already",
    ],
    [
      "with one output spent twice",
      payload([5_000, 5_000], { inputs: [...inputs, ...inputs] }),
      "Two inputs spend the same output",
    ],
    ["with amounts that are not JSON", `${good}:[5000`, "is not JSON"],
    ["with nothing behind the colon", `${good}:`, "is not JSON"],
    ["with amounts that are no list", `${good}:5000`, "The list of amounts is not understood"],
    ["with too few amounts", `${good}:[]`, "1 inputs, but 0 amounts"],
    ["with too many amounts", `${good}:[5000,1]`, "1 inputs, but 2 amounts"],
    ["with a text as amount", `${good}:["5000"]`, "Amount 0 is not understood"],
    ["with a fraction as amount", `${good}:[5000.5]`, "Amount 0 is not understood"],
    ["with a negative amount", `${good}:[-1]`, "Amount 0 is not understood"],
    ["with an amount above the supply", `${good}:[${SUPPLY + 1n}]`, "Amount 0 is not understood"],
  ])("%s", (_, text, message) => {
    let error: unknown;
    try {
      parsePayload(pending(text), SUPPLY);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({ code: "INVALID_TRANSACTION" });
    expect((error as ChainError).message).toStartWith("Transaction 5f9bd8b4a1b2c3d4e5f60718: ");
    expect((error as ChainError).message).toContain(message);
  });
});

/** The same transaction in the form of BIP-144, which Bitcoin Cash does not have. */
function withWitness(transaction: string): string {
  return `${transaction.slice(0, 8)}0001${transaction.slice(8, -8)}00${transaction.slice(-8)}`;
}

function withLongLength(transaction: string): string {
  const bytes = hex.decode(transaction);
  return hex.encode(Uint8Array.of(...bytes.subarray(0, 4), 0xfd, 1, 0, ...bytes.subarray(5)));
}
