import { describe, expect, test } from "bun:test";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { tron } from "../../../../chains/tron.ts";
import { nodeTransaction, pendingOf, RECIPIENT_HEX, transfer } from "./node-transaction.ts";

const describeTransaction = (payload: unknown) => tron.describe(pendingOf(payload), "mainnet");

/** The transfer with one value changed; the `raw_data_hex` and `txID` beside it stay. */
function changed(path: string, value: unknown): unknown {
  const json = structuredClone(transfer()) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop()!;
  const target = names.reduce((part, name) => part[name] as Record<string, unknown>, json);
  target[last] = value;
  return json;
}

const PARAMETER = "raw_data.contract.0.parameter";

describe("a TRON payload is refused", () => {
  test.each([
    ["its amount", `${PARAMETER}.value.amount`, 1_000_001],
    ["its recipient", `${PARAMETER}.value.to_address`, `41${"00".repeat(20)}`],
    ["its expiration", "raw_data.expiration", 1],
    ["its memo", "raw_data.data", "00"],
    ["its account permission", "raw_data.contract.0.Permission_id", 2],
    ["its raw_data_hex", "raw_data_hex", "0a02b824"],
    ["its txID", "txID", "00".repeat(32)],
  ])("when %s differs from the rest", (_, path, value) => {
    expect(() => describeTransaction(changed(path, value))).toThrow("Invalid transaction");
  });

  test.each([
    ["it is no JSON", "0a02", "it is not a JSON object"],
    ["it is cut off", JSON.stringify(transfer()).slice(0, -20), "it is not a JSON object"],
    ["raw_data is missing", { ...transfer(), raw_data: null }, "raw_data must be an object"],
    ["it has no contract", changed("raw_data.contract", []), "a list of one contract"],
    ["its contract is unknown", changed("raw_data.contract.0.type", "ShieldedTransferContract"), "knows"],
    ["type and type_url differ", changed("raw_data.contract.0.type", "WitnessCreateContract"), "type_url"],
    ["it has an unknown member", changed(`${PARAMETER}.value.memo`, "00"), "value.memo is not known"],
    ["raw_data has an unknown member", changed("raw_data.auths", []), "raw_data.auths is not known"],
    ["an amount is negative", changed(`${PARAMETER}.value.amount`, -1), "integer from 0"],
    ["an amount is a fraction", changed(`${PARAMETER}.value.amount`, 1.5), "integer from 0"],
    ["an amount is text", changed(`${PARAMETER}.value.amount`, "1"), "integer from 0"],
    ["an amount has more than 63 bits", changed(`${PARAMETER}.value.amount`, 2n ** 63n), "integer from 0"],
    [
      "an address is not one",
      changed(`${PARAMETER}.value.to_address`, "410e58"),
      "to_address must be an address",
    ],
    ["its addresses are base58", changed("visible", true), "visible must be false"],
  ])("when %s", (_, payload, reason) => {
    expect(() => describeTransaction(payload)).toThrow(reason);
  });

  test("when it is larger than the network takes", () => {
    const payload = nodeTransaction("AccountUpdateContract", { account_name: "00".repeat(512_000) });
    expect(() => describeTransaction(payload)).toThrow("the network takes at most 512000");
  });

  test("when it never expires or nobody owns it", () => {
    expect(() => describeTransaction(transfer({ expiration: 0 }))).toThrow("raw_data.expiration is missing");
    const unowned = nodeTransaction("WithdrawBalanceContract", { owner_address: "" });
    expect(() => describeTransaction(unowned)).toThrow("has no owner_address");
  });
});

describe("a TRON payload is read", () => {
  test("with every digit of an amount", () => {
    const largest = 2n ** 63n - 1n;
    const payload = nodeTransaction("TransferContract", { to_address: RECIPIENT_HEX, amount: largest });
    // Varint of 2^63 - 1 in field 3 (Protocol Buffers, "Base 128 Varints").
    expect(payload["raw_data_hex"]).toContain("18ffffffffffffffff7f");
    expect(describeTransaction(payload)).toMatchObject([{ amount: "9223372036854775807" }]);
  });

  test.each<[string, JsonValue]>([
    ["as the enumerations of wallets", "energy"],
    ["as numbers", 1],
  ])("with names of enumerations %s", (_, resource) => {
    const payload = nodeTransaction("FreezeBalanceV2Contract", { frozen_balance: 1, resource });
    const named = nodeTransaction("FreezeBalanceV2Contract", { frozen_balance: 1, resource: "ENERGY" });
    expect(payload["txID"]).toBe(named["txID"]!);
  });

  test("with what the Solidity compiler says about types, which is not signed", () => {
    const contract = (more: Record<string, JsonValue>) =>
      nodeTransaction("CreateSmartContract", {
        new_contract: {
          bytecode: "00",
          abi: { entrys: [{ name: "f", inputs: [{ type: "uint256", ...more }] }] },
        },
      });
    expect(contract({ internalType: "uint256" })["txID"]).toBe(contract({})["txID"]!);
  });
});
