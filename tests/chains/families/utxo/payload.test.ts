import { describe, expect, test } from "bun:test";
import { bitcoin } from "../../../../chains/btc.ts";
import type { ChainEnvironment } from "../../../../chains/chain.ts";
import { ChainError } from "../../../../chains/error.ts";
import { litecoin } from "../../../../chains/ltc.ts";
import { answeringEnvironment } from "../../answering-environment.ts";
import { type Payload, payload, pending, scriptTo, testKey } from "./payment.ts";

const spent = scriptTo.p2wpkh(testKey(1));

describe("serializedTransaction of a UTXO payment", () => {
  const wrong: [string, string, (content: Payload) => void][] = [
    [
      "an amount below 0",
      "outputs.0.satoshis",
      (content) => {
        content.outputs[0]!.satoshis = -1;
      },
    ],
    [
      "a fraction of a satoshi",
      "outputs.0.satoshis",
      (content) => {
        content.outputs[0]!.satoshis = 0.5;
      },
    ],
    [
      "more than all coins",
      "inputs.0.output.satoshis",
      (content) => {
        content.inputs[0]!.output!.satoshis = 21e14 + 1;
      },
    ],
    [
      "an amount as text",
      "outputs.0.satoshis",
      (content) => {
        Object.assign(content.outputs[0]!, { satoshis: "1" });
      },
    ],
    [
      "half a byte of script",
      "outputs.0.script",
      (content) => {
        content.outputs[0]!.script = "0";
      },
    ],
    [
      "a script that is not hex",
      "inputs.0.script",
      (content) => {
        content.inputs[0]!.script = "zz";
      },
    ],
    [
      "a script that is too long",
      "outputs.0.script",
      (content) => {
        content.outputs[0]!.script = "00".repeat(10_001);
      },
    ],
    [
      "a short transaction ID",
      "inputs.0.prevTxId",
      (content) => {
        content.inputs[0]!.prevTxId = "00".repeat(31);
      },
    ],
    [
      "an output index below 0",
      "inputs.0.outputIndex",
      (content) => {
        content.inputs[0]!.outputIndex = -1;
      },
    ],
    [
      "an output index above 32 bits",
      "inputs.0.outputIndex",
      (content) => {
        content.inputs[0]!.outputIndex = 2 ** 32;
      },
    ],
    [
      "a sequence above 32 bits",
      "inputs.0.sequenceNumber",
      (content) => {
        content.inputs[0]!.sequenceNumber = 2 ** 32;
      },
    ],
    [
      "a lock time above 32 bits",
      "nLockTime",
      (content) => {
        content.nLockTime = 2 ** 32;
      },
    ],
    [
      "version 0",
      "version",
      (content) => {
        content.version = 0;
      },
    ],
    [
      "no inputs",
      "inputs",
      (content) => {
        content.inputs = [];
      },
    ],
    [
      "no outputs",
      "outputs",
      (content) => {
        content.outputs = [];
      },
    ],
    [
      "too many inputs",
      "inputs",
      (content) => {
        content.inputs = Array(2_440).fill(content.inputs[0]);
      },
    ],
    [
      "too many outputs",
      "outputs",
      (content) => {
        content.outputs = Array(11_112).fill(content.outputs[0]);
      },
    ],
    [
      "a hash of a wrong length",
      "hash",
      (content) => {
        content.hash = "00";
      },
    ],
  ];
  test.each(wrong)("with %s is refused and the place is named", (_, place, change) => {
    const content = payload(spent);
    change(content);
    expect(refusal(content)).toStartWith(
      `Transaction 5f9bd8b4a1b2c3d4e5f60718: serializedTransaction is not valid: ${place} `,
    );
  });

  test.each(["", "{", "null", "[]", "1"])("%p is refused", (text) => {
    expect(refusal(text)).toContain("serializedTransaction is not ");
  });

  test("that is too long is refused before it is read", () => {
    expect(refusal(" ".repeat(4_000_001))).toContain("longer than 4000000 characters");
  });

  test("without the output an input spends is refused", () => {
    const content = payload(spent, spent);
    delete content.inputs[1]!.output;
    expect(refusal(content)).toEndWith(
      "Input 1: Not all utxo information is available to sign the transaction: inputs.1.output is missing.",
    );
  });

  test("that spends one output twice is refused, in whatever case its ID is written", () => {
    const content = payload(spent, spent);
    content.inputs[0]!.prevTxId = "ab".repeat(32);
    content.inputs[1]!.prevTxId = "AB".repeat(32);
    content.inputs[1]!.outputIndex = 0;
    expect(refusal(content)).toEndWith("Two inputs spend the same output.");
  });

  test("whose hash is another transaction's is refused", () => {
    expect(refusal({ ...payload(spent), hash: "00".repeat(32) })).toContain(
      `Hash in object does not match transaction hash: hash is ${"00".repeat(32)}, but `,
    );
  });

  test("may hold amounts up to the supply of its coin", () => {
    const content = payload(spent);
    content.inputs[0]!.output!.satoshis = 84e14;
    content.outputs[0]!.satoshis = 84e14;
    expect(litecoin.describe(pending(content), "mainnet")[0]).toMatchObject({ amount: "8400000000000000" });
    content.outputs[0]!.satoshis += 1;
    expect(() => litecoin.describe(pending(content), "mainnet")).toThrow(ChainError);
  });
});

describe("the change of a UTXO payment", () => {
  const script = "76a914734fa31549a07b7454c5add8841fc7e11298ef8088ac";
  const text = "OP_DUP OP_HASH160 20 0x734fa31549a07b7454c5add8841fc7e11298ef80 OP_EQUALVERIFY OP_CHECKSIG";

  test.each([
    ["P2PKH as opcodes", script, text],
    ["P2PKH as hex", script, script],
    ["P2WPKH as opcodes", `0014${"ab".repeat(20)}`, `OP_0 20 0x${"ab".repeat(20)}`],
  ])("that is stated right is accepted: %s", (_, output, changeScript) => {
    expect(() => bitcoin.describe(pending(withChange(output, changeScript, 1)), "testnet")).not.toThrow();
  });

  test.each([
    ["another script", text.replace("0x73", "0x74"), 1],
    ["another output", text, 0],
    ["an output that does not exist", text, 2],
    ["no script", undefined, 1],
    ["a length that does not match", text.replace("20", "21"), 1],
    ["an opcode that does not exist", text.replace("OP_DUP", "OP_CONSTRUCTOR"), 1],
    ["a name that every object has", text.replace("OP_DUP", "constructor"), 1],
    ["a length without data", "20", 1],
  ])("that is stated wrong is refused: %s", (_, changeScript, changeIndex) => {
    expect(refusal(withChange(script, changeScript, changeIndex))).toContain(
      `changeIndex says that output ${changeIndex} is the change`,
    );
  });

  test.each([
    ["a script without an index", text, undefined],
    ["index 0 without a script", undefined, 0],
  ])("is not stated by %s", (_, changeScript, changeIndex) => {
    const content = withChange(scriptTo.p2pkh(testKey(5)), changeScript, changeIndex);
    expect(() => bitcoin.describe(pending(content), "testnet")).not.toThrow();
  });

  function withChange(output: string, changeScript?: string, changeIndex?: number): Payload {
    const content = payload(spent);
    content.outputs[0]!.satoshis = 50_000;
    content.outputs.push({ satoshis: 49_000, script: output });
    return {
      ...content,
      ...(changeScript !== undefined && { changeScript }),
      ...(changeIndex !== undefined && { changeIndex }),
    };
  }
});

function refusal(content: Payload | string): string {
  try {
    bitcoin.describe(pending(content), "testnet");
  } catch (error) {
    if (error instanceof ChainError && error.code === "INVALID_TRANSACTION") return error.message;
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("what a UTXO payment spends is used up", () => {
  test.each([
    [bitcoin, "/v3/bitcoin"],
    [litecoin, "/v3/litecoin"],
  ])("when the API has its output no more among those that are unspent: %#", async (chain, api) => {
    const content = payload(spent);
    const [{ prevTxId, outputIndex } = { prevTxId: "", outputIndex: 0 }] = content.inputs;
    const path = `${api}/utxo/${prevTxId}/${outputIndex}`;
    const isSpent = (status: number) => {
      const exchange = { method: "GET", path, status, response: { index: 0 } };
      const environment = answeringEnvironment([exchange], chain.facts, "testnet");
      return chain.isSpent?.(pending(content), environment as ChainEnvironment);
    };
    expect(await isSpent(200)).toBe(false);
    expect(await isSpent(404)).toBe(true);
  });
});
