import { describe, expect, test } from "bun:test";
import { algorand } from "../../../../chains/algo.ts";
import type { Intent } from "../../../../chains/chain.ts";
import { addressJson, common, OTHER, payment, pendingOf, RECEIVER, SENDER } from "./transaction-object.ts";

const ZERO = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";
const FEE: Intent = { kind: "fee", amount: "1000", asset: "ALGO" };

const intentsOf = (payload: unknown) => algorand.describe(pendingOf(payload), "mainnet");
const call = (method: string, to: string, ...values: string[]): Intent => ({
  kind: "contract-call",
  from: SENDER,
  to,
  amount: "0",
  method,
  arguments: values,
});

describe("an Algorand transaction is described as", () => {
  test("a payment in microalgo, with its note", () => {
    expect(intentsOf(payment({ amount: 2n ** 64n - 1n, note: Buffer.from("kms") }))).toEqual([
      { kind: "transfer", from: SENDER, to: RECEIVER, amount: "18446744073709551615", asset: "ALGO" },
      { kind: "data", hex: "6b6d73" },
      FEE,
    ]);
  });

  test("a payment to nobody when the receiver is the zero address", () => {
    const nobody = addressJson(ZERO);
    expect(intentsOf(payment({ to: nobody }))[0]).toMatchObject({ kind: "transfer", to: ZERO });
  });

  test("an account that gives all that is left to another one", () => {
    const [, close] = intentsOf(payment({ closeRemainderTo: addressJson(OTHER) }));
    expect(close).toEqual(call("close-remainder-to", OTHER, "ALGO"));
  });

  test("an account that hands itself to another key", () => {
    const [, rekey] = intentsOf(payment({ reKeyTo: addressJson(OTHER) }));
    expect(rekey).toEqual(call("rekey", OTHER));
  });

  test("a transfer of an asset, named by its number", () => {
    const payload = { ...common("axfer"), to: addressJson(RECEIVER), amount: 7, assetIndex: 31_566_704 };
    expect(intentsOf(payload)).toEqual([
      { kind: "transfer", from: SENDER, to: RECEIVER, amount: "7", asset: "31566704" },
      FEE,
    ]);
  });

  test("a clawback: a transfer from another account", () => {
    const payload = {
      ...common("axfer"),
      to: addressJson(RECEIVER),
      amount: 7,
      assetIndex: 9,
      assetRevocationTarget: addressJson(OTHER),
    };
    expect(intentsOf(payload)[0]).toMatchObject({ kind: "transfer", from: OTHER, to: RECEIVER });
  });

  test.each([
    [true, "asset-freeze"],
    [false, "asset-unfreeze"],
  ])("freezing (%p) the asset of an account", (freezeState, method) => {
    const payload = { ...common("afrz"), assetIndex: 9, freezeAccount: addressJson(OTHER), freezeState };
    expect(intentsOf(payload)[0]).toEqual(call(method, OTHER, "9"));
  });

  test("the creation of an asset, with its parameters", () => {
    const payload = {
      ...common("acfg"),
      assetTotal: 1000,
      assetDecimals: 0,
      assetDefaultFrozen: false,
      assetUnitName: "NFT",
      assetManager: addressJson(SENDER),
      assetMetadataHash: new Uint8Array(32).fill(1),
    };
    expect(intentsOf(payload)[0]).toEqual(
      call(
        "asset-create",
        SENDER,
        "assetTotal: 1000",
        "assetUnitName: NFT",
        `assetMetadataHash: ${"01".repeat(32)}`,
        `assetManager: ${SENDER}`,
      ),
    );
  });

  test("the configuration of an asset, and its end when no parameter is left", () => {
    const payload = { ...common("acfg"), assetIndex: 9 };
    const configured = { ...payload, assetReserve: addressJson(OTHER) };
    expect(intentsOf(configured)[0]).toEqual(call("asset-configure", SENDER, "9", `assetReserve: ${OTHER}`));
    expect(intentsOf(payload)[0]).toEqual(call("asset-destroy", SENDER, "9"));
  });
});
