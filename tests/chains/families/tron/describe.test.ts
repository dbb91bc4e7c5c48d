import { describe, expect, test } from "bun:test";
import type { Intent } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { tron } from "../../../../chains/tron.ts";
import {
  nodeTransaction,
  OWNER,
  OWNER_HEX,
  pendingOf,
  RECIPIENT,
  RECIPIENT_HEX,
  TOKEN,
  TOKEN_HEX,
  transfer,
} from "./node-transaction.ts";

function intentsOf(type: string, value: Record<string, JsonValue>): readonly Intent[] {
  return tron.describe(pendingOf(nodeTransaction(type, value)), "mainnet");
}

const word = (hex: string): string => hex.padStart(64, "0");

describe("a TRON transaction is described as", () => {
  test("a transfer of TRX in sun, its memo and its limit of the fee", () => {
    const payload = transfer({ data: "6b6d73", fee_limit: 30_000_000 });
    expect(tron.describe(pendingOf(payload), "mainnet")).toEqual([
      { kind: "transfer", from: OWNER, to: RECIPIENT, amount: "1000000", asset: "TRON" },
      { kind: "data", hex: "6b6d73" },
      { kind: "fee", amount: "30000000", asset: "TRON" },
    ]);
  });

  test("a transfer of a TRC-10 token, named by its number", () => {
    const value = { to_address: RECIPIENT_HEX, asset_name: "31303032303030", amount: 42 };
    expect(intentsOf("TransferAssetContract", value)).toEqual([
      { kind: "transfer", from: OWNER, to: RECIPIENT, amount: "42", asset: "1002000" },
    ]);
  });

  test("a transfer of a TRC-20 token, named by its contract", () => {
    const data = `a9059cbb${word(RECIPIENT_HEX.slice(2))}${word("017d7840")}`;
    expect(intentsOf("TriggerSmartContract", { contract_address: TOKEN_HEX, data })).toEqual([
      { kind: "transfer", from: OWNER, to: RECIPIENT, amount: "25000000", asset: TOKEN },
    ]);
  });

  test("a call of a contract, with the TRX and the TRC-10 tokens sent along", () => {
    const value = {
      contract_address: TOKEN_HEX,
      data: "d0e30db0",
      call_value: 77,
      call_token_value: 5,
      token_id: 1_002_000,
    };
    expect(intentsOf("TriggerSmartContract", value)).toEqual([
      { kind: "contract-call", from: OWNER, to: TOKEN, amount: "77", method: "0xd0e30db0", arguments: [] },
      { kind: "transfer", from: OWNER, to: TOKEN, amount: "5", asset: "1002000" },
    ]);
  });

  test("the creation of a contract", () => {
    const value = { new_contract: { origin_address: OWNER_HEX, bytecode: "6080604052", call_value: 9 } };
    expect(intentsOf("CreateSmartContract", value)).toEqual([
      { kind: "contract-creation", from: OWNER, amount: "9", codeBytes: 5, codeDigest: expect.any(String) },
    ]);
  });

  test("the creation of a contract with another share of the energy", () => {
    const creationOf = (share: number) =>
      intentsOf("CreateSmartContract", {
        new_contract: {
          origin_address: OWNER_HEX,
          bytecode: "6080604052",
          consume_user_resource_percent: share,
        },
      });
    expect(creationOf(100)).not.toEqual(creationOf(0));
  });

  test("a call of any other system contract, with all it is called with", () => {
    const delegation = {
      resource: "ENERGY",
      balance: 5_000_000,
      receiver_address: RECIPIENT_HEX,
      lock: true,
    };
    expect(intentsOf("DelegateResourceContract", delegation)).toEqual([
      {
        kind: "contract-call",
        from: OWNER,
        to: RECIPIENT,
        amount: "0",
        method: "DelegateResourceContract",
        arguments: ["resource: ENERGY", "balance: 5000000", `receiver_address: ${RECIPIENT}`, "lock: true"],
      },
    ]);
  });

  test("TRX that leave the balance, when they are frozen", () => {
    const [freeze] = intentsOf("FreezeBalanceV2Contract", { frozen_balance: 1_000_000, resource: "ENERGY" });
    expect(freeze).toMatchObject({ kind: "contract-call", to: OWNER, amount: "1000000" });
  });
});
