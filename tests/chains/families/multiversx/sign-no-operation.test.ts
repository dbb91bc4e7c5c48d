/** A number of a MultiversX account used up by a transaction that pays nobody. */
import { describe, expect, test } from "bun:test";
import type { ChainEnvironment, SignedTransaction } from "../../../../chains/chain.ts";
import { multiversx } from "../../../../chains/egld.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

const signedBytes = (payload: string): SignedTransaction => ({ payload, transactionId: "", filledIn: {} });

describe("MultiversX", () => {
  test("a transfer of nothing to oneself; that nobody is outbid is told", async () => {
    const warnings: string[] = [];
    const environment: ChainEnvironment = offlineEnvironment({ warn: (text) => void warnings.push(text) });
    const account = "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th";
    const use = { account, number: 7n, instead: [signedBytes("")] };
    expect(JSON.parse(await multiversx.noOperation!(use, environment))).toEqual({
      from: account,
      to: account,
      value: "0",
      nonce: "7",
    });
    expect(warnings).toHaveLength(1);
  });
});
