import { describe, expect, test } from "bun:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { ChainEnvironment } from "../../../../chains/chain.ts";
import { multiversx } from "../../../../chains/egld.ts";
import { publicKeyOfAddress } from "../../../../chains/families/multiversx/address.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { requestOf } from "../../signing-request.ts";

/** Alice and Bob of https://github.com/multiversx/mx-sdk-testwallets. */
const ALICE = "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th";
const BOB = "erd1spyavw0956vq68xj8y4tenjpq2wd5a9p2c6j8gsz7ztyrnpxrruqzu66jx";
const WALLET = { privateKey: "413f42575f7f26fad3317a778771212fdb80245850981e48b58a4f25e344e8f9" };
const EMPTY_MNEMONIC_ADDRESS = "erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx";

const NODE = "/v3/egld/node/TEST-API-KEY";
const network = (chainId: string, gasPrice = 1_000_000_000): Exchange => ({
  method: "GET",
  path: `${NODE}/network/config`,
  response: { data: { config: { erd_chain_id: chainId, erd_min_gas_price: gasPrice } } },
});
const nonce = (count: number): Exchange => ({
  method: "GET",
  path: `${NODE}/address/${ALICE}/nonce`,
  response: { data: { nonce: count } },
});
const cost = (txGasUnits: number): Exchange => ({
  method: "POST",
  path: `${NODE}/transaction/cost`,
  response: { data: { txGasUnits, returnMessage: "" } },
});

interface Options extends Partial<ChainEnvironment> {
  readonly exchanges?: readonly Exchange[];
  readonly requests?: Request[];
}

function sign(payload: unknown, { exchanges, requests, ...more }: Options = {}) {
  const asked = exchanges ?? [network("1"), nonce(7), cost(50_000)];
  const environment = offlineEnvironment({
    ...answeringEnvironment(asked, multiversx.facts, "mainnet", requests),
    ...more,
  });
  return multiversx.sign(requestOf(payload, WALLET, multiversx), environment);
}

describe("signing a transaction of MultiversX", () => {
  test("gives the signature that Trust Wallet Core publishes for the same transaction", async () => {
    // tests/chains/MultiversX/SignerTests.cpp of https://github.com/trustwallet/wallet-core, "Sign"
    const { payload } = await sign({ from: ALICE, to: BOB, value: "0", data: "foo" });
    expect(JSON.parse(payload)).toMatchObject({
      nonce: 7,
      data: "Zm9v",
      signature:
        "e8647dae8b16e034d518a1a860c6a6c38d16192d0f1362833e62424f424e5da660770dff45f4b951d9cc58bfb9d14559c977d443449bfc4b8783ff9c84065700",
    });
  });

  test("signs the digest of the text when the options say so", async () => {
    const { payload } = await sign({ to: BOB, value: "1", options: 1 });
    const { signature, ...unsigned } = JSON.parse(payload);
    expect(unsigned).toMatchObject({ version: 2, options: 1 });
    const digest = keccak_256(Buffer.from(JSON.stringify(unsigned)));
    expect(ed25519.verify(Buffer.from(signature, "hex"), digest, publicKeyOfAddress(ALICE)!)).toBe(true);
  });

  test("takes the nonce after those the journal knows", async () => {
    const asked: string[] = [];
    const firstUnusedSequence = async (account: string): Promise<bigint> => {
      asked.push(account);
      return 12n;
    };
    const { sequence, filledIn } = await sign({ to: BOB, value: "1" }, { firstUnusedSequence });
    expect(sequence).toEqual({ account: ALICE, number: 12n });
    expect(filledIn).toMatchObject({ nonce: "12", gasLimit: "50000" });
    expect(asked).toEqual([ALICE]);
    expect(await multiversx.sendingAccount(requestOf({}, WALLET, multiversx))).toBe(ALICE);
  });

  test("tells the journal the network's count", async () => {
    const firstUnusedSequence = async (_account: string, counted: bigint) => counted + 1n;
    const { sequence } = await sign({ to: BOB, value: "1" }, { firstUnusedSequence });
    expect(sequence?.number).toBe(8n);
  });

  // As sdk-core writes the price of issuing a token.
  test.each([
    ["0.05", "50000000000000000"],
    ["1e-7", "100000000000"],
    ["1.000000000000000001", "1000000000000000001"],
  ])("reads the JSON number %s exactly", async (value, units) => {
    const { payload } = await sign(`{"to":"${BOB}","value":${value}}`);
    expect(JSON.parse(payload).value).toBe(units);
  });

  test("keeps a nonce that the payload names", async () => {
    const exchanges = [network("1"), cost(50_000)];
    const { sequence, filledIn } = await sign({ to: BOB, value: "1", nonce: 0 }, { exchanges });
    expect(sequence?.number).toBe(0n);
    expect(filledIn).not.toHaveProperty("nonce");
  });

  test.each([
    ["another chain than the node", { chainID: "D" }, {}, "NETWORK_MISMATCH"],
    ["a node of a test network", {}, { exchanges: [network("T"), nonce(7)] }, "NETWORK_MISMATCH"],
    [
      "a fee above the bound",
      {},
      { exchanges: [network("1", 10 ** 14), nonce(7), cost(50_000)] },
      "UNSAFE_TRANSACTION",
    ],
    [
      "a node without a nonce",
      {},
      { exchanges: [network("1"), { ...nonce(7), response: {} }] },
      "NODE_ANSWER_INVALID",
    ],
  ] as const)("refuses %s", async (_, payload, options, code) => {
    await expect(sign({ to: BOB, value: "1", ...payload }, options)).rejects.toMatchObject({ code });
  });

  test("raises the bound of the fee when the operator says so", async () => {
    const exchanges = [network("1", 10 ** 14), nonce(7), cost(50_000)];
    const setting = (name: string): string | undefined =>
      name === "TATUM_KMS_MAX_FEE_EGLD" ? "9000000000000000000" : undefined;
    expect((await sign({ to: BOB, value: "1" }, { exchanges, setting })).filledIn).toMatchObject({
      gasPrice: "100000000000000",
    });
  });

  test.each([
    ["a recipient whose key everybody can compute", { to: EMPTY_MNEMONIC_ADDRESS }, "UNSAFE_TRANSACTION"],
    ["another sender than the wallet", { from: BOB }, "INVALID_TRANSACTION"],
    ["no recipient", { to: undefined }, "INVALID_TRANSACTION"],
    ["an address with a typing error", { to: BOB.replace("spy", "spz") }, "INVALID_TRANSACTION"],
    ["an amount with more than 18 decimals", { value: 1e-19 }, "INVALID_TRANSACTION"],
    ["text in the scientific form", { value: "1e18" }, "INVALID_TRANSACTION"],
    ["data with half a character", { data: "\ud83d" }, "INVALID_TRANSACTION"],
    ["data that is no text", { data: { hex: "00" } }, "INVALID_TRANSACTION"],
    ["a guarded account", { options: 2 }, "INVALID_TRANSACTION"],
    ["options nobody knows", { options: 8 }, "INVALID_TRANSACTION"],
    ["a relayer", { relayer: BOB }, "INVALID_TRANSACTION"],
    ["a nonce below 0", { nonce: -1 }, "INVALID_TRANSACTION"],
  ])("refuses %s, asking nobody", async (_, payload, code) => {
    const requests: Request[] = [];
    const signing = sign({ to: BOB, value: "1", ...payload }, { requests });
    await expect(signing).rejects.toMatchObject({ name: "ChainError", code });
    expect(requests).toEqual([]);
  });

  test("explains a sender that early versions printed by mistake", async () => {
    const signing = sign({ from: EMPTY_MNEMONIC_ADDRESS, to: BOB, value: "1" });
    await expect(signing).rejects.toThrow(/printed by mistake/);
  });
});
