import { describe, expect, test } from "bun:test";
import type { ChainEnvironment } from "../../../../chains/chain.ts";
import { flow } from "../../../../chains/flow.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { requestOf } from "../../signing-request.ts";
import { type SubmittedTransaction, text, transactionId } from "./flow-vectors.ts";

const WALLET = { privateKey: "ddd475df16664baf77133f427288d461fabcbc6ecd90513ee99e9003f7a512c9" };
const ACCOUNT = "0x25883e6c9d6d3ba7";
const TO = "0x89f5ebac56825178";
const TRANSFER = { type: 2, body: { account: ACCOUNT, to: TO, amount: "1.5", currency: "FLOW" } };

const host = "rest-mainnet.onflow.org";
const api = (
  method: string,
  path: string,
  response: Exchange["response"],
  more: Partial<Exchange> = {},
): Exchange => ({
  method,
  path,
  response,
  ...more,
});
const PAYER = api("GET", "/v3/flow/proposal/true", { address: "0xf16ac26ada432a22", keyId: 0 });
const PROPOSER = api("GET", "/v3/flow/proposal/false", { address: "0x23954eecc5ba85b9", keyId: 70 });
const BLOCK = api(
  "GET",
  "/v1/blocks?height=final&expand=payload",
  [{ header: { id: "5a".repeat(32), height: "90000000" } }],
  { host },
);
const KEYS = api(
  "GET",
  "/v1/accounts/23954eecc5ba85b9?block_height=sealed&expand=contracts,keys",
  { keys: [{ index: "70", sequence_number: "2221", revoked: false }] },
  { host },
);
const SIGNATURE = api("POST", "/v3/flow/sign", { signature: "5a".repeat(64) });
const RELEASE = api("POST", "/v3/flow/broadcast", {});
const SIGNING = [PAYER, PROPOSER, BLOCK, KEYS, SIGNATURE, RELEASE];

interface Options extends Partial<ChainEnvironment> {
  readonly exchanges?: readonly Exchange[];
  readonly requests?: Request[];
}

function environmentOf({ exchanges = SIGNING, requests, ...more }: Options): ChainEnvironment {
  return offlineEnvironment({ ...answeringEnvironment(exchanges, flow.facts, "mainnet", requests), ...more });
}

const sign = (payload: object, options: Options = {}) =>
  flow.sign(requestOf(payload, WALLET, flow), environmentOf(options));

const released = (requests: readonly Request[]) =>
  requests.filter(({ path }) => path === RELEASE.path).map(({ body }) => body as unknown);

describe("signing a Flow transaction", () => {
  test("records a transaction that all roles have signed, and when it expires", async () => {
    const { payload, transactionId: id, expiry, filledIn } = await sign(TRANSFER);
    const recorded = JSON.parse(payload) as SubmittedTransaction;
    expect(recorded.payload_signatures.map(({ address }) => address)).toEqual([
      "23954eecc5ba85b9",
      ACCOUNT.slice(2),
    ]);
    expect(recorded.envelope_signatures.map(({ address }) => address)).toEqual(["f16ac26ada432a22"]);
    expect(id).toBe(transactionId(recorded));
    expect(expiry).toEqual({ kind: "height", value: 90_000_601n });
    expect(filledIn).toMatchObject({ proposerKey: "70", proposerSequenceNumber: "2221" });
  });

  test("moves the tokens that the payload names, with the contracts of the network", async () => {
    const scriptOf = async (currency: string) => {
      const { payload } = await sign({ ...TRANSFER, body: { ...TRANSFER.body, currency } });
      return text((JSON.parse(payload) as SubmittedTransaction).script);
    };
    expect(await scriptOf("FLOW")).toInclude("import FlowToken from 0x1654653399040a61");
    expect(await scriptOf("FUSD")).toInclude("import FUSD from 0x3c5959b568896393");
  });

  test.each([
    ["1.123456784", "1.12345678"],
    ["1.123456785", "1.12345679"],
    ["0.999999995", "1.00000000"],
  ])("rounds the amount %s to %s and says so", async (amount, rounded) => {
    const warnings: string[] = [];
    const body = { ...TRANSFER.body, amount };
    const { payload } = await sign({ ...TRANSFER, body }, { warn: (message) => warnings.push(message) });
    const [value] = (JSON.parse(payload) as SubmittedTransaction).arguments.map(text);
    expect(value).toBe(`{"type":"UFix64","value":"${rounded}"}`);
    expect(warnings).toEqual([expect.stringContaining("rounded")]);
  });

  test.each([
    ["the block is unknown", [PAYER, PROPOSER, { ...BLOCK, response: [] }, RELEASE]],
    [
      "the key of the proposer is revoked",
      [
        PAYER,
        PROPOSER,
        BLOCK,
        { ...KEYS, response: { keys: [{ index: "70", sequence_number: "1", revoked: true }] } },
        RELEASE,
      ],
    ],
    ["the proposer refuses", [PAYER, PROPOSER, BLOCK, KEYS, { ...SIGNATURE, status: 403 }, RELEASE]],
    [
      "a signature is too short",
      [PAYER, PROPOSER, BLOCK, KEYS, { ...SIGNATURE, response: { signature: "5a" } }, RELEASE],
    ],
    [
      "the payer refuses",
      [
        PAYER,
        PROPOSER,
        BLOCK,
        KEYS,
        { ...SIGNATURE, status: 403, requestBodySubset: { isPayer: true } },
        SIGNATURE,
        RELEASE,
      ],
    ],
  ])("lets the proposer's key go when %s", async (_, exchanges) => {
    const requests: Request[] = [];
    await expect(sign(TRANSFER, { exchanges, requests })).rejects.toMatchObject({ name: "ChainError" });
    expect(released(requests)).toEqual([{ txData: "", proposalKey: 70 }]);
  });

  test.each([
    ["no body", { type: 2 }],
    ["an account without 0x", { ...TRANSFER, body: { ...TRANSFER.body, account: ACCOUNT.slice(2) } }],
    ["an unknown token", { ...TRANSFER, body: { ...TRANSFER.body, currency: "USDC" } }],
    ["an amount that is no number", { ...TRANSFER, body: { ...TRANSFER.body, amount: "a lot" } }],
    ["an amount below 0", { ...TRANSFER, body: { ...TRANSFER.body, amount: "-1" } }],
    [
      "an amount above the largest",
      { ...TRANSFER, body: { ...TRANSFER.body, amount: "184467440737.09551616" } },
    ],
    ["a public key off the curve", { type: 1, body: { account: ACCOUNT, publicKey: "11".repeat(64) } }],
    [
      "a token id of more than 64 bits",
      {
        type: 6,
        body: {
          account: ACCOUNT,
          tokenId: "18446744073709551616",
          contractAddress: "6e3d7a10-48a4-4d6c-9077-86686ca8f634",
        },
      },
    ],
    [
      "recipients without URLs",
      {
        type: 5,
        body: {
          account: ACCOUNT,
          to: [TO, TO],
          url: ["x"],
          contractAddress: "6e3d7a10-48a4-4d6c-9077-86686ca8f634",
        },
      },
    ],
    [
      "a token of another chain",
      {
        type: 6,
        body: {
          account: ACCOUNT,
          tokenId: "1",
          chain: "ETH",
          contractAddress: "6e3d7a10-48a4-4d6c-9077-86686ca8f634",
        },
      },
    ],
    ["a script that is too long", { type: 8, body: { account: ACCOUNT, transaction: "x".repeat(500_001) } }],
    [
      "an argument of an unknown type",
      { type: 8, body: { account: ACCOUNT, transaction: "x", args: [{ type: "Dictionary", value: {} }] } },
    ],
    [
      "an argument without a value",
      { type: 8, body: { account: ACCOUNT, transaction: "x", args: [{ type: "String" }] } },
    ],
  ])("refuses %s before a key is reserved", async (_, payload) => {
    const requests: Request[] = [];
    await expect(sign(payload, { requests })).rejects.toMatchObject({ code: "INVALID_TRANSACTION" });
    expect(requests).toEqual([]);
  });
});
