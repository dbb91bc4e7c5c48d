import { describe, expect, spyOn, test } from "bun:test";
import { classicAddressToXAddress } from "xrpl";
import type {
  ChainEnvironment,
  Intent,
  PendingTransaction,
  SignedTransaction,
} from "../../../../chains/chain.ts";
import { xrpLedger } from "../../../../chains/xrp.ts";
import { offlineEnvironment, signerOf } from "../../offline-signing-vectors.ts";

const GENESIS = { secret: "snoPBrXtMeMyMHUVTgbuqAfg1SUTb", address: "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh" };
const OTHER = { secret: "sEdSKaCy2JT7JaM7v95H9SxkhP9wS2r", address: "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD" };
const OTHER_PUBLIC_KEY = "ED01FA53FA5A7E77798F882ECE20B1ABC00BB358A9E55A202D0D0676BD0CE37A63";

const PAYMENT = {
  TransactionType: "Payment",
  Account: GENESIS.address,
  Destination: OTHER.address,
  Amount: "1000",
  Fee: "10",
  Sequence: 1,
};

describe("signing a transaction of the XRP Ledger", () => {
  // https://github.com/XRPLF/xrpl.js: packages/xrpl/test/fixtures/{requests,responses}/sign.json
  test("the fixture of xrpl.js is signed as published, for the key it names", async () => {
    const transaction = {
      TransactionType: "AccountSet",
      Flags: 2147483648,
      Sequence: 23,
      LastLedgerSequence: 8820051,
      Fee: "12",
      SigningPubKey: "02A8A44DB3D4C73EEEE11DFE54D2029103B776AA8A8D293A91D645977C9DF5F544",
      Domain: "6578616D706C652E636F6D",
      Account: "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59",
    };
    expect(await sign(transaction, "ss1x3KLrSvfg7irFc1D929WXZ7z9H")).toEqual({
      payload:
        "12000322800000002400000017201B0086955368400000000000000C732102A8A44DB3D4C73EEEE11DFE54D2029103B776AA8A8D293A91D645977C9DF5F54474463044022025464FA5466B6E28EEAD2E2D289A7A36A11EB9B269D211F9C76AB8E8320694E002205D5F99CB56E5A996E5636A0E86D029977BEFA232B7FB64ABA8F6E29DC87A9E89770B6578616D706C652E636F6D81145E7B112523F68D2F5E879DB4EAC51C6698A69304",
      transactionId: "93F6C6CE73C092AA005103223F3A1F557F4C097A2943D96760F6490F04379917",
      filledIn: {},
      sequence: { account: "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59", number: 23n },
      expiry: { kind: "height", value: 8820051n },
    });
  });

  test("a regular key signs where the payload names it", async () => {
    const signed = await sign({ ...PAYMENT, SigningPubKey: OTHER_PUBLIC_KEY }, OTHER.secret);
    expect(signed.payload).toContain(`7321${OTHER_PUBLIC_KEY}`);
  });

  test("an empty SigningPubKey names no key", async () => {
    expect((await sign({ ...PAYMENT, SigningPubKey: "" })).payload).toBe((await sign(PAYMENT)).payload);
  });

  test("the account that was delegated to signs", async () => {
    const delegated = { ...PAYMENT, Delegate: OTHER.address };
    expect((await sign(delegated, OTHER.secret)).sequence).toEqual({ account: GENESIS.address, number: 1n });
    expect(sign(delegated, GENESIS.secret)).rejects.toMatchObject({ code: "MISSING_KEY" });
  });

  test("a ticket takes the place of the sequence number", async () => {
    const ticket = { ...PAYMENT, Sequence: 0, TicketSequence: 7 };
    expect((await sign(ticket)).sequence).toBeUndefined();
    expect(await xrpLedger.sendingAccount({ transaction: pending(ticket), signers: [] })).toBeUndefined();
    expect(await xrpLedger.sendingAccount({ transaction: pending(PAYMENT), signers: [] })).toBe(
      GENESIS.address,
    );
  });

  test("an X-address is the account and the tag that it stands for", async () => {
    const { Destination: _, ...rest } = PAYMENT;
    // https://github.com/XRPLF/xrpl.js: ripple-address-codec, test/index.test.ts
    const tagged = { ...rest, Destination: "XVLhHMPHU98es4dbozjVtdWzVrDjtV18pX8yuPT7y4xaEHi" };
    expect(intents(tagged)).toContainEqual({ kind: "data", field: "DestinationTag", hex: "ffffffff" });
  });

  test.each([
    [
      "an X-address of the test network",
      { ...PAYMENT, Destination: classicAddressToXAddress(OTHER.address, 1, true) },
      "NETWORK_MISMATCH",
      "X-address",
    ],
    ["no Sequence", { ...PAYMENT, Sequence: undefined }, "INVALID_TRANSACTION", "Sequence is missing"],
    ["a null Sequence", { ...PAYMENT, Sequence: null }, "INVALID_TRANSACTION", "Sequence is missing"],
    ["Sequence 0 without a ticket", { ...PAYMENT, Sequence: 0 }, "INVALID_TRANSACTION", "TicketSequence"],
    ["Sequence and ticket", { ...PAYMENT, TicketSequence: 7 }, "INVALID_TRANSACTION", "TicketSequence"],
    ["no Fee", { ...PAYMENT, Fee: undefined }, "INVALID_TRANSACTION", "Fee is missing"],
    ["a fraction of a drop as Fee", { ...PAYMENT, Fee: "1.5" }, "INVALID_TRANSACTION", "1.5"],
    [
      "a token as Fee",
      { ...PAYMENT, Fee: { currency: "USD", issuer: OTHER.address, value: "1" } },
      "INVALID_TRANSACTION",
      "Fee",
    ],
    ["a Fee above the bound", { ...PAYMENT, Fee: "10000001" }, "UNSAFE_TRANSACTION", "TATUM_KMS_MAX_FEE_XRP"],
    [
      "no Destination",
      { ...PAYMENT, Destination: undefined },
      "INVALID_TRANSACTION",
      "missing field Destination",
    ],
    ["another account", { ...PAYMENT, Account: OTHER.address }, "MISSING_KEY", "regular key"],
    [
      "another key's SigningPubKey",
      { ...PAYMENT, SigningPubKey: OTHER_PUBLIC_KEY },
      "MISSING_KEY",
      OTHER_PUBLIC_KEY,
    ],
    ["a signature", { ...PAYMENT, TxnSignature: "ABCD" }, "INVALID_TRANSACTION", "must not contain"],
    ["other signers", { ...PAYMENT, Signers: [] }, "INVALID_TRANSACTION", "must not contain"],
    ["a field of another type", { ...PAYMENT, SetFlag: 8 }, "INVALID_TRANSACTION", "no field SetFlag"],
    ["a field nobody knows", { ...PAYMENT, Bonus: "1" }, "INVALID_TRANSACTION", "no field Bonus"],
    ["a field in lower case", { ...PAYMENT, amount: "1" }, "INVALID_TRANSACTION", "no field amount"],
    [
      "a memo field in lower case",
      { ...PAYMENT, Memos: [{ Memo: { MemoData: "AB", memoType: "CD" } }] },
      "INVALID_TRANSACTION",
      "memoType",
    ],
    ["an unknown type", { ...PAYMENT, TransactionType: "Gift" }, "INVALID_TRANSACTION", "Gift"],
    ["no type", { ...PAYMENT, TransactionType: undefined }, "INVALID_TRANSACTION", "TransactionType"],
    ["the type common", { ...PAYMENT, TransactionType: "common" }, "INVALID_TRANSACTION", "common"],
    ["a NetworkID", { ...PAYMENT, NetworkID: 21337 }, "NETWORK_MISMATCH", "another network"],
    ["flags of 33 bits", { ...PAYMENT, Flags: 2 ** 32 }, "INVALID_TRANSACTION", "Flags must be"],
    ["a fraction as Sequence", { ...PAYMENT, Sequence: 1.5 }, "INVALID_TRANSACTION", "Sequence must be"],
    [
      "a text as DestinationTag",
      { ...PAYMENT, DestinationTag: "main" },
      "INVALID_TRANSACTION",
      "DestinationTag",
    ],
    ["a text as Flags", { ...PAYMENT, Flags: "x" }, "INVALID_TRANSACTION", "Flags"],
    [
      "more drops than there are",
      { ...PAYMENT, Amount: "100000000000000001" },
      "INVALID_TRANSACTION",
      'Amount must be a whole number of drops as text, from 0 to 10^17, or an object of currency, issuer and value, but is "100000000000000001".',
    ],
    ["a negative amount", { ...PAYMENT, Amount: "-1" }, "INVALID_TRANSACTION", "Amount must be"],
    [
      "an amount of 17 digits",
      { ...PAYMENT, Amount: { currency: "USD", issuer: OTHER.address, value: "1.2345678901234567" } },
      "INVALID_TRANSACTION",
      'Amount.value must be decimal text of at most 16 digits, but is "1.2345678901234567"',
    ],
    [
      "an issuer that is none",
      { ...PAYMENT, Amount: { currency: "USD", issuer: "r1", value: "1" } },
      "INVALID_TRANSACTION",
      'Amount.issuer must be an address of the XRP Ledger, but is "r1"',
    ],
    [
      "a currency that is none",
      { ...PAYMENT, Amount: { currency: "toolong", issuer: OTHER.address, value: "1" } },
      "INVALID_TRANSACTION",
      'Amount.currency must be a currency code: 3 characters or 40 hex digits, but is "toolong"',
    ],
    [
      "a memo that is no hex",
      { ...PAYMENT, Memos: [{ Memo: { MemoData: "zz" } }] },
      "INVALID_TRANSACTION",
      'Memos.0.Memo.MemoData must be hex text of whole bytes, but is "zz"',
    ],
    [
      "an amount of half a drop",
      { ...PAYMENT, Amount: 0.5 },
      "INVALID_TRANSACTION",
      "Amount must be a whole number of drops as text, from 0 to 10^17, or an object of currency, issuer and value, but is 0.5",
    ],
    // The codec of the ledger takes the 1 at the beginning for all of it.
    [
      "a destination tag with an exponent as text",
      { ...PAYMENT, DestinationTag: "1e2" },
      "INVALID_TRANSACTION",
      "DestinationTag cannot be signed as it is written",
    ],
    [
      "an address with a wrong checksum",
      { ...PAYMENT, Destination: `${OTHER.address.slice(0, -1)}E` },
      "INVALID_TRANSACTION",
      "Destination must be an address of the XRP Ledger",
    ],
    ["an array", [PAYMENT], "INVALID_TRANSACTION", "JSON object"],
    ["a number", 5, "INVALID_TRANSACTION", "JSON object"],
  ] as const)("%s is refused", async (_, transaction, code, words) => {
    const error = await sign(transaction).catch((failure: Error) => failure);
    expect(error).toMatchObject({ name: "ChainError", code });
    expect((error as Error).message).toContain(words);
  });

  test("the operator moves the bound of the fee", async () => {
    const dear = { ...PAYMENT, Fee: "20000000" };
    const setting = (name: string): string | undefined =>
      name === "TATUM_KMS_MAX_FEE_XRP" ? "20000000" : undefined;
    expect((await sign(dear, GENESIS.secret, { setting })).payload).toContain("684000000001312D00");
    expect(sign(PAYMENT, GENESIS.secret, { setting: () => "1 XRP" })).rejects.toThrow(
      "whole number of drops",
    );
  });

  test("text that is not JSON is refused", () => {
    const transaction = { ...pending(PAYMENT), serializedTransaction: "{" };
    expect(() => xrpLedger.describe(transaction, "mainnet")).toThrow("not a JSON object");
  });
});

describe("what a transaction of the XRP Ledger does", () => {
  test("a payment of XRP, with its tag and its memos", () => {
    const transaction = { ...PAYMENT, DestinationTag: 4294967295, Memos: [{ Memo: { MemoData: "C0FFEE" } }] };
    expect(intents(transaction)).toEqual([
      { kind: "transfer", from: GENESIS.address, to: OTHER.address, amount: "1000", asset: "XRP" },
      { kind: "data", field: "DestinationTag", hex: "ffffffff" },
      { kind: "data", field: "MemoData", hex: "c0ffee" },
      { kind: "fee", amount: "10", asset: "XRP" },
    ]);
  });

  test("tags and memos of the same bytes are told apart", () => {
    const [tag, memo, source] = [
      { DestinationTag: 7 },
      { Memos: [{ Memo: { MemoData: "00000007" } }] },
      { SourceTag: 7 },
    ].map((more) => JSON.stringify(intents({ ...PAYMENT, ...more })));
    expect(new Set([tag, memo, source]).size).toBe(3);
  });

  test("a payment of a token", () => {
    const Amount = { currency: "USD", issuer: OTHER.address, value: "10.5000" };
    expect(intents({ ...PAYMENT, Amount })[0]).toEqual({
      kind: "transfer",
      from: GENESIS.address,
      to: OTHER.address,
      amount: "10.5",
      asset: `USD:${OTHER.address}`,
    });
  });

  test.each([
    ["of which less may arrive", { Flags: 131072 }],
    ["that may cost another amount", { SendMax: "2000" }],
    ["in the name of another account", { Delegate: OTHER.address }],
  ])("a payment %s is no plain transfer", (_, more) => {
    expect(intents({ ...PAYMENT, ...more })[0]).toMatchObject({ kind: "contract-call", method: "Payment" });
  });

  test("a trust line", () => {
    const { Account, Fee, Sequence } = PAYMENT;
    const LimitAmount = { currency: "USD", issuer: OTHER.address, value: "7" };
    expect(intents({ TransactionType: "TrustSet", Account, Fee, Sequence, LimitAmount })[0]).toMatchObject({
      method: "TrustSet",
      arguments: [`USD:${OTHER.address}`, "7"],
    });
  });

  test("a trust line that is authorised or frozen", () => {
    const { Account, Fee, Sequence } = PAYMENT;
    const LimitAmount = { currency: "USD", issuer: OTHER.address, value: "7" };
    const frozen = {
      TransactionType: "TrustSet",
      Account,
      Fee,
      Sequence,
      LimitAmount,
      Flags: 0x00100000,
      QualityIn: 5,
    };
    expect(intents(frozen)[0]).toMatchObject({
      arguments: [`USD:${OTHER.address}`, "7", "Flags=1048576", "QualityIn=5"],
    });
  });

  test("any other type is opaque, and its content changes what is shown", () => {
    const { Account, Fee, Sequence } = PAYMENT;
    const setRegularKey = { TransactionType: "SetRegularKey", Account, Fee, Sequence };
    const [first] = intents({ ...setRegularKey, RegularKey: OTHER.address });
    expect(first).toEqual({
      kind: "opaque",
      reason: expect.stringMatching(
        new RegExp(
          `^a transaction SetRegularKey of ${Account} that is not decoded \\(SHA-256 [0-9a-f]{64}\\)$`,
        ),
      ),
    });
    expect(intents(setRegularKey)[0]).not.toEqual(first);
  });
});

describe("what looks wrong in a transaction of the XRP Ledger", () => {
  const { Account, Fee, Sequence } = PAYMENT;
  const ofType = (TransactionType: string, fields: object) => ({
    TransactionType,
    Account,
    Fee,
    Sequence,
    ...fields,
  });

  test.each([
    [
      "a tick size that no ledger has",
      ofType("AccountSet", { TickSize: 99 }),
      "AccountSet: invalid TickSize",
    ],
    [
      "a trust line for XRP itself",
      ofType("TrustSet", { LimitAmount: { currency: "xrp", issuer: OTHER.address, value: "1" } }),
      "XRP is not an issued currency",
    ],
    [
      "an escrow without an end",
      ofType("EscrowCreate", { Amount: "1000", Destination: OTHER.address }),
      "Either CancelAfter or FinishAfter must be specified",
    ],
  ])("%s is told, and signed as the original signs it", async (_, transaction, problem) => {
    expect(intents(transaction).at(-1)).toEqual({
      kind: "warning",
      reason: expect.stringContaining(problem),
    });
    expect((await sign(transaction)).payload).toMatch(/^1200/);
  });

  test("a payment, a trust line and an escrow that the ledger takes are not warned of", () => {
    const LimitAmount = { currency: "USD", issuer: OTHER.address, value: "1" };
    const escrow = { Amount: "1000", Destination: OTHER.address, FinishAfter: 900_000_000 };
    for (const transaction of [
      PAYMENT,
      ofType("TrustSet", { LimitAmount }),
      ofType("EscrowCreate", escrow),
    ]) {
      expect(intents(transaction).filter(({ kind }) => kind === "warning")).toEqual([]);
    }
  });

  test("what the models say of the metadata of a token does not reach the console", () => {
    const warn = spyOn(console, "warn");
    try {
      const MPTokenMetadata = Buffer.from("{ no metadata at all").toString("hex").toUpperCase();
      expect(intents(ofType("MPTokenIssuanceCreate", { MPTokenMetadata })).at(-1)).toMatchObject({
        kind: "fee",
      });
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });
});

function pending(transaction: unknown): PendingTransaction {
  return {
    id: "64c2a1b2c3d4e5f601234567",
    chain: "XRP",
    serializedTransaction: JSON.stringify(transaction),
    hashes: ["wallet"],
    signatures: [],
  };
}

function intents(transaction: unknown): readonly Intent[] {
  return xrpLedger.describe(pending(transaction), "mainnet");
}

function sign(
  transaction: unknown,
  secret = GENESIS.secret,
  more: Partial<ChainEnvironment> = {},
): Promise<SignedTransaction> {
  const signers = [signerOf("wallet", { secret }, xrpLedger)];
  return xrpLedger.sign({ transaction: pending(transaction), signers }, offlineEnvironment(more));
}
