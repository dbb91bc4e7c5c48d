/** A payload may be as long on one chain as on every other, and as long as the list of pending transactions gives them. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { MAXIMUM_PAYLOAD_LENGTH, type PendingTransaction } from "../../chains/chain.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import { readPendingTransaction } from "../../src/tatum/pending-transaction.ts";
import { networkOf, readVectors } from "./offline-signing-vectors.ts";

// Texts of four million characters: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

interface Vector {
  readonly testnet: boolean;
  readonly pending: PendingTransaction;
}

/** What a chain reads in its first vector: as it is, and with white space behind it up to a length. */
async function reader(ticker: string) {
  const chain = await loadChain(ticker);
  const [vector] = await readVectors<Vector>("signing", ticker);
  if (chain === undefined || vector === undefined) throw new Error(`${ticker} has no vectors.`);
  const payload = vector.pending.serializedTransaction;
  return (length = payload.length) => {
    const padded = { ...vector.pending, serializedTransaction: payload.padEnd(length) };
    return chain.describe(padded, networkOf(vector.testnet));
  };
}

describe.each(tickers.map((ticker) => [ticker]))("a payload of %s", (ticker) => {
  test("at the bound is read", async () => {
    const read = await reader(ticker);
    expect(read(MAXIMUM_PAYLOAD_LENGTH)).toEqual(read());
  });

  test("above the bound is refused", async () => {
    const read = await reader(ticker);
    const failure = await new Promise((resolve) => resolve(read(MAXIMUM_PAYLOAD_LENGTH + 1))).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      name: "ChainError",
      code: "INVALID_TRANSACTION",
      message: expect.stringContaining("it is longer than 4000000 characters."),
    });
  });
});

test("the list of pending transactions holds payloads up to the same bound", () => {
  const entry = (length: number) => ({
    id: "a",
    chain: "BTC",
    serializedTransaction: " ".repeat(length),
    hashes: [],
    signatures: [],
  });
  expect(readPendingTransaction(entry(MAXIMUM_PAYLOAD_LENGTH), "BTC")).toMatchObject({
    transaction: { id: "a" },
  });
  expect(readPendingTransaction(entry(MAXIMUM_PAYLOAD_LENGTH + 1), "BTC")).toMatchObject({
    problem: expect.stringContaining("must not have more than 4000000 characters"),
  });
});
