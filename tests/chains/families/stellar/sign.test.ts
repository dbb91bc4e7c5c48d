import { describe, expect, test } from "bun:test";
import {
  Account,
  Asset,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  type Transaction,
  TransactionBuilder,
} from "@stellar/stellar-sdk/base";
import type {
  ChainEnvironment,
  PendingTransaction,
  SignedTransaction,
  SigningRequest,
} from "../../../../chains/chain.ts";
import { stellar } from "../../../../chains/xlm.ts";
import { offlineEnvironment, signerOf } from "../../offline-signing-vectors.ts";

const alice = Keypair.random();
const bob = Keypair.random();
const carol = Keypair.random();

describe("signing a Stellar transaction", () => {
  test("the network decides the hash", async () => {
    const xdr = payment().toXDR();
    const main = await sign(xdr, alice, { network: "mainnet" });
    const test = await sign(xdr, alice, { network: "testnet" });
    expect(main.transactionId).toBe(hex(TransactionBuilder.fromXDR(xdr, Networks.PUBLIC).hash()));
    expect(test.transactionId).toBe(hex(TransactionBuilder.fromXDR(xdr, Networks.TESTNET).hash()));
    expect(main.payload).not.toBe(test.payload);
  });

  test("the source of an operation may sign as well", async () => {
    const operation = Operation.payment({
      destination: carol.publicKey(),
      asset: Asset.native(),
      amount: "1",
      source: bob.publicKey(),
    });
    expect((await sign(payment([operation]).toXDR(), bob)).payload).toStartWith("AAAAAg");
  });

  test("the wallet of a muxed source account may sign", async () => {
    const muxed = new MuxedAccount(new Account(alice.publicKey(), "7"), "12345");
    const transaction = new TransactionBuilder(muxed, { fee: "100", networkPassphrase: Networks.PUBLIC })
      .addOperation(Operation.payment({ destination: bob.publicKey(), asset: Asset.native(), amount: "1" }))
      .setTimeout(0)
      .build();
    const signed = await sign(transaction.toXDR(), alice);
    transaction.sign(alice);
    expect(signed.payload).toBe(transaction.toXDR());
    expect(signed.sequence).toEqual({ account: alice.publicKey(), number: 8n });
  });

  test("an additional signer of the account may sign, and it is told", async () => {
    const warnings: string[] = [];
    const transaction = payment();
    const xdr = transaction.toXDR();
    const signed = await sign(xdr, bob, { warn: (message) => warnings.push(message) });
    transaction.sign(bob);
    expect(signed.payload).toBe(transaction.toXDR());
    expect(warnings).toEqual([
      `it acts for ${alice.publicKey()}; ${bob.publicKey()} signs it as an additional signer of that account.`,
    ]);
    expect(await signsFor(xdr, bob)).toEqual([
      { kind: "signs-for", account: alice.publicKey(), signer: bob.publicKey() },
    ]);
    expect(await signsFor(xdr, alice)).toEqual([]);
  });

  test("time bounds are the expiry, in milliseconds", async () => {
    const bounded = payment(undefined, { minTime: 0, maxTime: 2_000_000_000 }).toXDR();
    expect((await sign(bounded, alice)).expiry).toEqual({ kind: "time", value: 2_000_000_000_000n });
    expect((await sign(payment().toXDR(), alice)).expiry).toBeUndefined();
  });

  test("time bounds that have passed are told", async () => {
    const warnings: string[] = [];
    const bounded = payment(undefined, { minTime: 0, maxTime: 1_000 }).toXDR();
    await sign(bounded, alice, { now: () => 1_000_001, warn: (message) => warnings.push(message) });
    expect(warnings).toHaveLength(1);
  });

  test.each<[string, () => string, Keypair, string, string]>([
    [
      "a second signature of the same wallet",
      () => signedBy(alice),
      alice,
      "INVALID_TRANSACTION",
      "already carries",
    ],
    [
      "a fee above the bound",
      () => payment(undefined, undefined, "1000000001").toXDR(),
      alice,
      "UNSAFE_TRANSACTION",
      "TATUM_KMS_MAX_FEE_XLM",
    ],
    [
      "a byte too many",
      () => base64(Buffer.concat([bytes(payment().toXDR()), Buffer.alloc(4)])),
      alice,
      "INVALID_TRANSACTION",
      "XDR",
    ],
    [
      "a byte too few",
      () => base64(bytes(payment().toXDR()).subarray(0, -1)),
      alice,
      "INVALID_TRANSACTION",
      "XDR",
    ],
    ["text that is not base64", () => "{}", alice, "INVALID_TRANSACTION", "base64"],
    ["an endless text", () => "A".repeat(400_001), alice, "INVALID_TRANSACTION", "too long"],
    ["nothing", () => "", alice, "INVALID_TRANSACTION", "base64"],
  ])("%s is refused", async (_, xdr, signer, code, words) => {
    const error = await sign(xdr(), signer).catch((failure: Error) => failure);
    expect(error).toMatchObject({ name: "ChainError", code });
    expect((error as Error).message).toContain(words);
  });

  test("the fee of a fee bump is that of the outer transaction, and its payer signs", async () => {
    const inner = payment();
    inner.sign(alice);
    const bump = TransactionBuilder.buildFeeBumpTransaction(bob, "5000", inner, Networks.PUBLIC);
    const xdr = bump.toXDR();
    bump.sign(bob);
    expect(await sign(xdr, bob)).toMatchObject({ payload: bump.toXDR(), transactionId: hex(bump.hash()) });
    expect(stellar.describe(pending(xdr), "mainnet").at(-1)).toMatchObject({ kind: "fee" });
    expect(sign(xdr, bob, { setting: () => "4000" })).rejects.toMatchObject({ code: "UNSAFE_TRANSACTION" });
  });

  test("a transaction without a wallet of this vault is refused", () => {
    const transaction = pending(payment().toXDR());
    expect(stellar.sign({ transaction, signers: [] }, offlineEnvironment())).rejects.toMatchObject({
      code: "MISSING_KEY",
    });
  });
});

describe("what a Stellar transaction does", () => {
  test("payments, new accounts, trust lines and memos are decoded, the rest is opaque", () => {
    const usd = new Asset("USD", carol.publicKey());
    const transaction = payment([
      Operation.payment({ destination: bob.publicKey(), asset: usd, amount: "12.3456789" }),
      Operation.createAccount({
        destination: carol.publicKey(),
        startingBalance: "2",
        source: bob.publicKey(),
      }),
      Operation.changeTrust({ asset: usd, limit: "5" }),
      Operation.accountMerge({ destination: bob.publicKey() }),
      Operation.pathPaymentStrictSend({
        sendAsset: Asset.native(),
        sendAmount: "1",
        destination: bob.publicKey(),
        destAsset: usd,
        destMin: "3",
        path: [Asset.native()],
      }),
      Operation.setOptions({ homeDomain: "example.com" }),
    ]);
    const [from, to, issuer] = [alice.publicKey(), bob.publicKey(), carol.publicKey()];
    const asset = `USD:${issuer}`;
    expect(stellar.describe(pending(transaction.toXDR()), "mainnet")).toEqual([
      { kind: "transfer", from, to, amount: "123456789", asset },
      { kind: "transfer", from: to, to: issuer, amount: "20000000", asset: "XLM" },
      {
        kind: "contract-call",
        from,
        to: from,
        amount: "0",
        method: "changeTrust",
        arguments: [asset, "50000000"],
      },
      { kind: "contract-call", from, to, amount: "0", method: "accountMerge", arguments: [] },
      {
        kind: "contract-call",
        from,
        to,
        amount: "0",
        method: "pathPaymentStrictSend",
        arguments: ["XLM", "10000000", asset, "30000000", "XLM"],
      },
      {
        kind: "opaque",
        reason: expect.stringContaining(`an operation setOptions for ${from} that is not decoded (SHA-256 `),
      },
      { kind: "data", field: "memoText", hex: Buffer.from("a memo").toString("hex") },
      { kind: "fee", amount: "600", asset: "XLM" },
    ]);
  });

  test("the account that pays for a fee bump", () => {
    const inner = payment([
      Operation.payment({ destination: bob.publicKey(), asset: Asset.native(), amount: "1" }),
    ]);
    const bump = TransactionBuilder.buildFeeBumpTransaction(carol, "1000", inner, Networks.PUBLIC);
    expect(stellar.describe(pending(bump.toXDR()), "mainnet").at(-1)).toEqual({
      kind: "fee",
      amount: "2000",
      asset: "XLM",
      from: carol.publicKey(),
    });
  });

  test("memos of the same bytes and opaque operations with other content are told apart", () => {
    const options = (homeDomain: string, memo: Memo) =>
      JSON.stringify(
        stellar.describe(
          pending(payment([Operation.setOptions({ homeDomain })], undefined, undefined, memo).toXDR()),
          "mainnet",
        ),
      );
    const texts = [
      options("a", Memo.text("12345678")),
      options("b", Memo.text("12345678")),
      options("a", Memo.id(String(0x3132333435363738n))),
    ];
    expect(new Set(texts).size).toBe(3);
  });
});

function payment(
  operations = [Operation.payment({ destination: bob.publicKey(), asset: Asset.native(), amount: "1" })],
  timebounds: { minTime: number; maxTime: number } = { minTime: 0, maxTime: 0 },
  fee = "100",
  memo: Memo = Memo.text("a memo"),
): Transaction {
  const builder = new TransactionBuilder(new Account(alice.publicKey(), "7"), {
    fee,
    networkPassphrase: Networks.PUBLIC,
    timebounds,
    memo,
  });
  for (const operation of operations) builder.addOperation(operation);
  return builder.build();
}

function signedBy(signer: Keypair): string {
  const transaction = payment();
  transaction.sign(signer);
  return transaction.toXDR();
}

function pending(serializedTransaction: string): PendingTransaction {
  return {
    id: "64c2a1b2c3d4e5f601234567",
    chain: "XLM",
    serializedTransaction,
    hashes: ["wallet"],
    signatures: [],
  };
}

function sign(
  xdr: string,
  signer: Keypair,
  more: Partial<ChainEnvironment> = {},
): Promise<SignedTransaction> {
  return stellar.sign(requestOf(xdr, signer), offlineEnvironment(more));
}

function requestOf(xdr: string, signer: Keypair): SigningRequest {
  const wallet = { address: signer.publicKey(), secret: signer.secret() };
  return { transaction: pending(xdr), signers: [signerOf("wallet", wallet, stellar)] };
}

/** What is said of the wallet when it is not the account's own. */
function signsFor(xdr: string, signer: Keypair) {
  return stellar.describeSigner!(requestOf(xdr, signer), "mainnet");
}

function bytes(text: string): Buffer {
  return Buffer.from(text, "base64");
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}

function base64(buffer: Uint8Array): string {
  return Buffer.from(buffer).toString("base64");
}
