/** What proves, chain by chain, that signed bytes can no longer land: every row of the table in the documents. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Chain, ChainEnvironment, Proof, SignedTransaction } from "../../chains/chain.ts";
import { isJsonObject, type JsonValue } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import { offlineEnvironment } from "./offline-signing-vectors.ts";

type Prove = "proveExpired" | "proveLapsed" | "proveReplaced";
type Answers = Readonly<Record<string, JsonValue>>;

const ID = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const HOUR = 3_600_000n;

/** Answers by path; what is not among them is refused as a spent output is. */
function answering(answers: Answers): ChainEnvironment {
  return offlineEnvironment({
    get: async (path) => {
      const answer = answers[path];
      if (answer !== undefined) return answer;
      throw new ChainError("NODE_REFUSED", `${path}: HTTP 403, tx.hash.index.spent, No such UTXO.`);
    },
  });
}

async function prove(ticker: string, method: Prove, signed: Partial<SignedTransaction>, answers: Answers) {
  const chain = (await loadChain(ticker)) as Chain;
  const bytes = { payload: "", transactionId: ID, filledIn: {}, ...signed };
  return chain[method]?.(bytes, answering(answers));
}

const XRP = "rDA3DJBUBjA1X3PtLLFAEXxX31oA5nL3QF";
const XLM = "GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2H";
const EGLD = "erd1spyavw0956vq68xj8y4tenjpq2wd5a9p2c6j8gsz7ztyrnpxrruqzu66jx";

/** An account of the XRP Ledger at its next number, in an open ledger. */
const xrpAccount = (next: number, ledger: number): Answers => ({
  [`/v3/xrp/account/${XRP}`]: { account_data: { Sequence: next }, ledger_current_index: ledger },
});
const xrpHistory = (...entries: readonly [number, string, boolean?][]): Answers => ({
  [`/v3/xrp/account/tx/${XRP}`]: {
    account: XRP,
    transactions: [
      { tx: { Account: "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe", Sequence: 5, hash: OTHER }, validated: true },
      ...entries.map(([Sequence, hash, validated = true]) => ({
        tx: { Account: XRP, Sequence, hash },
        validated,
      })),
    ],
  },
});
const xlmAccount = (last: number): Answers => ({ [`/v3/xlm/account/${XLM}`]: { sequence: `${last}` } });
const xlmLedger = (closed_at: string): Answers => ({ "/v3/xlm/info": { closed_at } });
const xlmHistory = (...entries: readonly [number, string, object?][]): Answers => ({
  [`/v3/xlm/account/tx/${XLM}`]: [
    {
      hash: OTHER,
      source_account: "GA75FWE7JZ4EBBX52AWAURJVEKQ3C65O6OZQLU7V5CADDXGT3QU4AMV4",
      source_account_sequence: "5",
    },
    ...entries.map(([number, hash, more = {}]) => ({
      hash,
      source_account: XLM,
      source_account_sequence: `${number}`,
      ...more,
    })),
  ],
});
const finalNonce = (nonce: number): Answers => ({
  [`/v3/egld/node/{key}/address/${EGLD}/nonce?onFinalBlock=true`]: { data: { nonce } },
});
const tronBlock = (timestamp: bigint): Answers => ({
  "/v3/tron/info": { hash: OTHER, blockNumber: 1, testnet: false },
  [`/v3/tron/block/${OTHER}`]: { timestamp },
});

const number = (account: string) => ({ sequence: { account, number: 5n } });
const inLedgers = { ...number(XRP), expiry: { kind: "height", value: 100n } } as const;
const inTime = { expiry: { kind: "time", value: BigInt(Date.parse("2026-01-01T00:00:00Z")) } } as const;
const spending = { inputs: [`${OTHER}:0`, `${OTHER}:1`] };
const unspent = (api: string, index: number): Answers => ({
  [`/v3/${api}/utxo/${OTHER}/${index}`]: { index },
});
const cardanoTip = (slotNo: number): Answers => ({ "/v3/ada/info": { tip: { slotNo } } });
/** The slot of mainnet that begins at 2026-01-01. */
const SLOT = Date.parse("2026-01-01T00:00:00Z") / 1000 - 1_591_566_291;

type Row = readonly [ticker: string, Prove, what: string, Partial<SignedTransaction>, Answers, Proof];

const rows: readonly Row[] = [
  [
    "XRP",
    "proveLapsed",
    "the account waits for the number beyond the last ledger",
    inLedgers,
    xrpAccount(5, 121),
    "several-answers",
  ],
  ["XRP", "proveLapsed", "a ledger is open that may be replaced", inLedgers, xrpAccount(5, 120), "none"],
  [
    "XRP",
    "proveLapsed",
    "the account has used the number, maybe by them",
    inLedgers,
    xrpAccount(6, 200),
    "none",
  ],
  [
    "XRP",
    "proveLapsed",
    "they have a ticket and no number",
    { expiry: inLedgers.expiry },
    xrpAccount(5, 200),
    "none",
  ],
  [
    "XRP",
    "proveReplaced",
    "another transaction has the number",
    number(XRP),
    xrpHistory([6, "AA"], [5, OTHER]),
    "several-answers",
  ],
  [
    "XRP",
    "proveReplaced",
    "the history goes past the number without them",
    number(XRP),
    xrpHistory([7, "AA"], [4, "BB"]),
    "several-answers",
  ],
  [
    "XRP",
    "proveReplaced",
    "the history has them",
    number(XRP),
    xrpHistory([6, "AA"], [5, ID.toUpperCase()], [4, "BB"]),
    "none",
  ],
  [
    "XRP",
    "proveReplaced",
    "the history ends before the number",
    number(XRP),
    xrpHistory([7, "AA"], [6, "BB"]),
    "none",
  ],
  [
    "XRP",
    "proveReplaced",
    "the history has not come to the number",
    number(XRP),
    xrpHistory([4, "AA"]),
    "none",
  ],
  [
    "XRP",
    "proveReplaced",
    "the other one is not validated",
    number(XRP),
    xrpHistory([5, OTHER, false]),
    "none",
  ],
  [
    "XLM",
    "proveLapsed",
    "a ledger was closed after the time bounds",
    { ...number(XLM), ...inTime },
    { ...xlmAccount(4), ...xlmLedger("2026-01-01T00:01:01Z") },
    "several-answers",
  ],
  [
    "XLM",
    "proveLapsed",
    "the ledger was closed just then",
    { ...number(XLM), ...inTime },
    { ...xlmAccount(4), ...xlmLedger("2026-01-01T00:01:00Z") },
    "none",
  ],
  [
    "XLM",
    "proveLapsed",
    "the account has used the number, maybe by them",
    { ...number(XLM), ...inTime },
    { ...xlmAccount(5), ...xlmLedger("2026-01-01T01:00:00Z") },
    "none",
  ],
  [
    "XLM",
    "proveReplaced",
    "another transaction has the number",
    number(XLM),
    xlmHistory([5, OTHER]),
    "several-answers",
  ],
  [
    "XLM",
    "proveReplaced",
    "the history goes past the number without them",
    number(XLM),
    xlmHistory([6, OTHER], [4, "bb"]),
    "several-answers",
  ],
  [
    "XLM",
    "proveReplaced",
    "they are within one that raised the fee",
    number(XLM),
    xlmHistory([5, OTHER, { inner_transaction: { hash: ID } }]),
    "none",
  ],
  [
    "XLM",
    "proveReplaced",
    "the history has not come to the number",
    number(XLM),
    xlmHistory([4, OTHER]),
    "none",
  ],
  ["EGLD", "proveReplaced", "final blocks count the nonce", number(EGLD), finalNonce(6), "several-answers"],
  ["EGLD", "proveReplaced", "final blocks wait for the nonce", number(EGLD), finalNonce(5), "none"],
  [
    "TRON",
    "proveLapsed",
    "blocks are beyond the expiration",
    inTime,
    tronBlock(inTime.expiry.value + HOUR),
    "several-answers",
  ],
  [
    "TRON",
    "proveLapsed",
    "blocks are not final yet",
    inTime,
    tronBlock(inTime.expiry.value + 300_000n),
    "none",
  ],
  [
    "ALGO",
    "proveLapsed",
    "the last round is over",
    { expiry: { kind: "height", value: 100n } },
    { "/v3/algorand/block/current": 120 },
    "several-answers",
  ],
  [
    "ALGO",
    "proveLapsed",
    "the last round was just now",
    { expiry: { kind: "height", value: 100n } },
    { "/v3/algorand/block/current": 119 },
    "none",
  ],
  [
    "ADA",
    "proveExpired",
    "the chain is far beyond the last slot",
    inTime,
    cardanoTip(SLOT + 3_601),
    "several-answers",
  ],
  ["ADA", "proveExpired", "blocks may be rolled back", inTime, cardanoTip(SLOT + 3_600), "none"],
  ...(["BTC bitcoin", "LTC litecoin", "DOGE dogecoin"] as const).flatMap((coin): Row[] => {
    const [ticker = "", api = ""] = coin.split(" ");
    const both = { ...unspent(api, 0), ...unspent(api, 1) };
    return [
      [ticker, "proveReplaced", "an output is spent", spending, unspent(api, 0), "several-answers"],
      [ticker, "proveReplaced", "all outputs are unspent", spending, both, "none"],
    ];
  }),
];

test.each(rows)("%s %s: %s", async (ticker, method, _, signed, answers, expected) => {
  expect(await prove(ticker, method, signed, answers)).toBe(expected);
});

test.each([
  ["one of its outputs is spent", null, "several-answers"],
  ["its outputs are unspent", { value: 1 }, "none"],
] as const)("BCH proveReplaced: %s", async (_, second, expected) => {
  const answers: JsonValue[] = [{ value: 1 }, second];
  const environment = offlineEnvironment({ rpc: async () => answers.shift() ?? null });
  const signed = { payload: "", transactionId: ID, filledIn: {}, ...spending };
  expect(await ((await loadChain("BCH")) as Chain).proveReplaced?.(signed, environment)).toBe(expected);
});

test("a refusal that is not about the output is no proof that it is spent", async () => {
  const chain = (await loadChain("BTC")) as Chain;
  const environment = offlineEnvironment({
    get: async () => {
      throw new ChainError("NODE_REFUSED", "HTTP 403, transaction.preparation.failed.utxo, no");
    },
  });
  const signed = { payload: "", transactionId: ID, filledIn: {}, ...spending };
  expect(await chain.proveReplaced?.(signed, environment)).toBe("none");
});

test.each([
  ["XRP", xrpHistory([7, "AA"], [4, "BB"]), { tx_json: { Account: XRP, Sequence: 5 }, hash: ID }],
  [
    "XRP",
    xrpHistory([7, "AA"], [4, "BB"]),
    { tx: { Account: XRP, Sequence: -5, hash: OTHER }, validated: true },
  ],
  ["XLM", xlmHistory([7, "aa"], [4, "bb"]), { hash: ID, source_account: XLM }],
])(
  "%s proveReplaced: what is not understood in the history may be these bytes",
  async (ticker, answers, entry) => {
    const account = ticker === "XRP" ? XRP : XLM;
    const [path = "", history] = Object.entries(answers)[0] ?? [];
    const entries = (isJsonObject(history) ? history["transactions"] : history) as readonly JsonValue[];
    const longer = [...entries, entry];
    const answer = isJsonObject(history) ? { ...history, transactions: longer } : longer;
    expect(await prove(ticker, "proveReplaced", number(account), answers)).toBe("several-answers");
    expect(await prove(ticker, "proveReplaced", number(account), { [path]: answer })).toBe("none");
  },
);

test.each(["2026-01-01T01:00:00+00", "2026-01-01", "", "tomorrow"])(
  "XLM proveLapsed: %p is no time at which a ledger was closed",
  async (closedAt) => {
    const proof = prove("XLM", "proveLapsed", { ...number(XLM), ...inTime }, xlmLedger(closedAt));
    await expect(proof).rejects.toMatchObject({ name: "ChainError", code: "NODE_ANSWER_INVALID" });
  },
);

describe("the table of the documents", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../docs/journal-promise.md")).text();
  /** How the table calls a proof. */
  const words: Readonly<Record<Prove, RegExp>> = {
    proveExpired: /signed anew/,
    proveLapsed: /cancelled/,
    proveReplaced: /parked/,
  };
  const documented = new Map(
    [...text.matchAll(/^\| ((?:[A-Z]+, )*[A-Z]+) \| ([^|]+) \| ([^|]+) \|$/gm)].flatMap(
      ([, chains = "", , follows = ""]) => chains.split(", ").map((ticker) => [ticker, follows] as const),
    ),
  );

  test("names files that are there", () => {
    const named = [...text.matchAll(/`(tests\/[^`]+\.ts)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(import.meta.dir, "../..", path)))).toEqual([]);
  });

  test.each(tickers.map((ticker) => [ticker]))("has what %s proves, and nothing else", async (ticker) => {
    const chain = (await loadChain(ticker)) as Chain;
    const follows = documented.get(ticker) ?? "no row";
    for (const [method, word] of Object.entries(words))
      expect({ method, isTold: word.test(follows) }).toEqual({
        method,
        isTold: chain[method as Prove] !== undefined,
      });
  });
});
