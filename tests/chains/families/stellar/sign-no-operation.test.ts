/** A number of a Stellar account used up by a transaction that pays nobody. */
import { describe, expect, test } from "bun:test";
import { Keypair, Networks, type Transaction, TransactionBuilder } from "@stellar/stellar-sdk/base";
import type { NumberToUse, SignedTransaction } from "../../../../chains/chain.ts";
import { stellar } from "../../../../chains/xlm.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";
import { requestOf } from "../../signing-request.ts";

describe("Stellar", () => {
  const alice = Keypair.random();
  const wallet = { address: alice.publicKey(), secret: alice.secret() };

  async function signed(instead: NumberToUse["instead"]) {
    const use = { account: alice.publicKey(), number: 5_000n, instead };
    const payload = await stellar.noOperation!(use, offlineEnvironment());
    return stellar.sign(requestOf(payload, wallet, stellar), offlineEnvironment());
  }

  const read = ({ payload }: SignedTransaction) =>
    TransactionBuilder.fromXDR(payload, Networks.PUBLIC) as Transaction;

  test("a bump of the sequence number to 0, which never expires", async () => {
    const signedOne = await signed([]);
    const transaction = read(signedOne);
    expect(transaction.sequence).toBe("5000");
    expect(transaction.operations).toMatchObject([{ type: "bumpSequence", bumpTo: "0" }]);
    expect(transaction.timeBounds ?? undefined).toBeUndefined();
    expect(alice.verify(transaction.hash(), transaction.signatures[0]!.signature as never)).toBe(true);
    expect(signedOne.sequence).toEqual({ account: alice.publicKey(), number: 5_000n });
  });

  test("for ten times the fee of the transaction whose place it takes", async () => {
    const first = await signed([]);
    expect(Number(read(await signed([first])).fee)).toBe(10 * Number(read(first).fee));
  });

  test("not for a fee that cannot be written", async () => {
    let dear = await signed([]);
    for (let times = 0; times < 5; times++) dear = await signed([dear]);
    expect(signed([dear])).rejects.toMatchObject({ code: "INVALID_TRANSACTION" });
  });
});
