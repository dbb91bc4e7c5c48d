import { describe, expect, test } from "bun:test";
import { fromRlp } from "viem";
import type { ChainEnvironment, SignedTransaction } from "../../../../chains/chain.ts";
import { vechain } from "../../../../chains/vet.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { pendingOf, requestOf } from "../../signing-request.ts";

const WALLET = { privateKey: "0x7582be841ca040aa940fff6c05773129e135623e41acce3e0b8ba520dc1ae26a" };
const SENDER = "0xd989829d88b0ed1b06edf5c50174ecfa64f14a64";
const TO = "0x7567d83b7b8d80addcb281a71d54fc7b3364ffed";
const TOKEN = "0x0000000000000000000000000000456e65726779";
const GIVEN = { chainTag: "0x4a", blockRef: "0x0000000100000000", nonce: "1" };

const host = "sync-mainnet.vechain.org";
const outcome = { data: "0x", gasUsed: 0, reverted: false, vmError: "" };
const simulation = (...outcomes: readonly Partial<typeof outcome>[]): Exchange => ({
  method: "POST",
  host,
  path: "/accounts/*?revision=best",
  response: outcomes.map((differing) => ({ ...outcome, ...differing })),
});
const block = (revision: string, number: number, id: string): Exchange => ({
  method: "GET",
  host,
  path: `/blocks/${revision}`,
  response: { number, id },
});
const GENESIS = block("0", 0, "0x00000000851caf3cfdb6e899cf5958bfb1ac3413d346d43539627e6be7ec1b4a");
const BEST = block("best", 20_000_000, `0x01312d00${"5a".repeat(28)}`);

interface Options extends Partial<ChainEnvironment> {
  readonly exchanges?: readonly Exchange[];
  readonly requests?: Request[];
}

function environmentOf({ exchanges = [simulation({})], requests, ...more }: Options): ChainEnvironment {
  return offlineEnvironment({
    ...answeringEnvironment(exchanges, vechain.facts, "mainnet", requests),
    ...more,
  });
}

const sign = (payload: object, options: Options = {}) =>
  vechain.sign(requestOf(payload, WALLET, vechain), environmentOf(options));

describe("signing a transaction of VeChain", () => {
  test("draws a nonce of its own for every transaction that names none", async () => {
    const payload = { ...GIVEN, nonce: undefined, to: TO, value: "1" };
    const [first, second] = [await sign(payload), await sign(payload)];
    expect(first.filledIn["nonce"]).toMatch(/^\d{15,20}$/);
    expect(first.filledIn["nonce"]).not.toBe(second.filledIn["nonce"]!);
    expect(first.transactionId).not.toBe(second.transactionId);
  });

  test("expires after the given blocks, counted from the block it refers to", async () => {
    const given = await sign({ ...GIVEN, to: TO, value: "1", expiration: 18 });
    expect(given.expiry).toEqual({ kind: "height", value: 1n + 18n + 1n });
    const exchanges = [simulation({}), GENESIS, BEST];
    const filledIn = await sign({ to: TO, value: "1" }, { exchanges });
    expect(filledIn.expiry).toEqual({ kind: "height", value: 20_000_721n });
    expect(filledIn.filledIn).toMatchObject({
      blockRef: "0x01312d005a5a5a5a",
      chainTag: "74",
      expiration: "720",
    });
  });

  test("signs several clauses and pays the gas of all", async () => {
    const clauses = [
      { to: TO, value: "1" },
      { to: TOKEN, value: "0", data: "0x01" },
    ];
    const exchanges = [simulation({}, { gasUsed: 1000 })];
    const { payload, filledIn } = await sign({ ...GIVEN, clauses }, { exchanges });
    expect(filledIn["gas"]).toBe(String(5_000 + 2 * 16_000 + 68 + 1_000 + 15_000));
    const [, , , signedClauses] = fromRlp(payload as `0x${string}`) as readonly unknown[];
    expect(signedClauses).toEqual([
      [TO, "0x01", "0x"],
      [TOKEN, "0x", "0x01"],
    ]);
  });

  test("tells why a contract refuses", async () => {
    const reason =
      "0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000036e6f210000000000000000000000000000000000000000000000000000000000";
    const exchanges = [simulation({ reverted: true, vmError: "execution reverted", data: reason })];
    await expect(sign({ ...GIVEN, to: TOKEN, data: "0x01" }, { exchanges })).rejects.toMatchObject({
      code: "NODE_REFUSED",
      message: "Returned error: Gas estimation failed with VM reverted: no!",
    });
  });

  test.each([
    ["the tag of the test network", { chainTag: 39 }, "NETWORK_MISMATCH"],
    ["a tag nobody knows", { chainTag: 1 }, "NETWORK_MISMATCH"],
  ])("refuses %s", async (_, payload, code) => {
    await expect(sign({ ...GIVEN, to: TO, value: "1", ...payload })).rejects.toMatchObject({ code });
  });

  test("signs for another network when the operator names its chain tag", async () => {
    const setting = (name: string): string | undefined =>
      name === "TATUM_KMS_VET_CHAIN_TAG" ? "246" : undefined;
    const { payload } = await sign({ ...GIVEN, to: TO, value: "1", chainTag: 246 }, { setting });
    expect((fromRlp(payload as `0x${string}`) as readonly unknown[])[0]).toBe("0xf6");
    const mismatch = sign({ ...GIVEN, to: TO, value: "1", chainTag: 246 }, { setting: () => "39" });
    await expect(mismatch).rejects.toMatchObject({ code: "NETWORK_MISMATCH" });
  });

  test("refuses more gas than a block holds", async () => {
    const exchanges = [simulation({ gasUsed: 40_000_000 })];
    await expect(sign({ ...GIVEN, to: TOKEN, data: "0x01" }, { exchanges })).rejects.toMatchObject({
      code: "UNSAFE_TRANSACTION",
    });
  });

  test("does not believe a node that answers for other clauses", async () => {
    const exchanges = [simulation()];
    await expect(sign({ ...GIVEN, to: TO, value: "1" }, { exchanges })).rejects.toMatchObject({
      code: "NODE_ANSWER_INVALID",
    });
  });

  test.each([
    ["a fee that somebody else pays (reserved)", { reserved: { features: 1 } }],
    ["a fee that somebody else pays (delegator)", { delegator: SENDER }],
    ["unknown features", { reserved: { features: 2 } }],
    ["reserved bytes", { reserved: { unused: ["0x01"] } }],
    ["a newer transaction type", { type: 81 }],
    ["prices of a newer type", { maxFeePerGas: "1" }],
    ["another sender than the wallet", { from: TO }],
    ["clauses beside a recipient", { clauses: [{ to: TO, value: "1" }] }],
    ["a clause that does nothing", { to: undefined, value: undefined, clauses: [{ value: "1" }] }],
    ["no clause", { to: undefined, value: undefined, clauses: [] }],
    ["an address with a wrong checksum", { to: "0x7567D83b7b8d80addcb281a71d54fc7b3364ffed" }],
    ["an amount below 0", { value: "-1" }],
    ["an amount that lost digits", { value: 1.5 }],
    ["an amount of more than 256 bits", { value: `0x1${"0".repeat(64)}` }],
    ["a nonce of more than 64 bits", { nonce: `0x1${"0".repeat(16)}` }],
    ["a short block reference", { blockRef: "0x01" }],
    ["half a byte of data", { data: "0x0" }],
  ])("refuses %s, asking nobody", async (_, payload) => {
    const requests: Request[] = [];
    const signing = sign({ ...GIVEN, to: TO, value: "1", ...payload }, { requests });
    await expect(signing).rejects.toMatchObject({ name: "ChainError", code: "INVALID_TRANSACTION" });
    expect(requests).toEqual([]);
  });

  test("names fee delegation when it refuses it", async () => {
    await expect(sign({ ...GIVEN, to: TO, value: "1", reserved: { features: 1 } })).rejects.toThrow(
      /VIP-191/,
    );
  });
});

describe("a recorded transaction of VeChain", () => {
  const signed: SignedTransaction = {
    payload: "0x",
    transactionId: `0x${"11".repeat(32)}`,
    filledIn: {},
    expiry: { kind: "height", value: 721n },
  };
  const finalized = (number: number): Exchange => block("finalized", number, `0x${"5a".repeat(32)}`);
  const asked = (query: string, response: null | object, status = 200): Exchange => ({
    method: "GET",
    host,
    path: `/transactions/${signed.transactionId}?${query}`,
    response: response as Exchange["response"],
    status,
  });
  const held = (response: null | object): Exchange => asked(`head=0x${"5a".repeat(32)}`, response);

  test.each([
    ["may still land while its last block is not final", [finalized(720)], "none"],
    ["has landed when the chain holds it", [finalized(721), held({ meta: {} })], "none"],
    [
      "is expired when its last block is final and the chain that ends there does not hold it",
      [finalized(721), held(null)],
      "one-answer",
    ],
  ] as const)("%s", async (_, exchanges, expected) => {
    expect(await vechain.proveExpired!(signed, environmentOf({ exchanges }))).toBe(expected);
  });

  test("is not shown to be expired by a node that has not come as far as the final block", async () => {
    const lagging = asked(`head=0x${"5a".repeat(32)}`, "head: leveldb: not found" as never, 400);
    const proof = vechain.proveExpired!(signed, environmentOf({ exchanges: [finalized(721), lagging] }));
    await expect(proof).rejects.toMatchObject({ code: "NODE_REFUSED" });
  });

  test.each([
    ["nowhere", null, "absent"],
    ["in a pool", { meta: null }, "pooled"],
    ["in a block", { meta: { blockNumber: 7 } }, "confirmed"],
  ] as const)("is found %s", async (_, response, expected) => {
    const exchanges = [asked("pending=true", response)];
    expect(await vechain.locate!(signed, environmentOf({ exchanges }))).toBe(expected);
  });
});

describe("the intents of a transaction of VeChain", () => {
  const intents = (payload: object) => vechain.describe(pendingOf({ from: SENDER, ...payload }), "mainnet");

  test("are one transfer for each clause", () => {
    const data = `0xa9059cbb${TO.slice(2).padStart(64, "0")}${"5".padStart(64, "0")}`;
    expect(
      intents({
        clauses: [
          { to: TO, value: "7" },
          { to: TOKEN, data },
        ],
      }),
    ).toEqual([
      { kind: "transfer", from: SENDER, to: TO, amount: "7", asset: "VET" },
      { kind: "transfer", from: SENDER, to: TO, amount: "5", asset: TOKEN },
    ]);
  });

  test("are a call whose method is not guessed", () => {
    expect(intents({ to: TOKEN, data: "0x12345678" })).toEqual([
      { kind: "contract-call", from: SENDER, to: TOKEN, amount: "0", method: "0x12345678", arguments: [] },
    ]);
  });

  test("are the creation of a contract", () => {
    expect(intents({ data: "0x6080" })).toEqual([
      { kind: "contract-creation", from: SENDER, amount: "0", codeBytes: 2, codeDigest: expect.any(String) },
    ]);
  });
});
