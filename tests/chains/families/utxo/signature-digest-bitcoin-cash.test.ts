import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { RawOldTx } from "@scure/btc-signer/script.js";
import { SignatureDigests } from "../../../../chains/families/utxo/signature-digest.ts";

/**
 * The rows of the collection of Bitcoin Cash nodes (src/test/data/sighash.json, amount 0; here as shipped with
 * bitcore-lib-cash 11.5.1, MIT licence) with a fork id and a hash type that commits to all inputs and outputs.
 */
describe("digests of Bitcoin Cash nodes", async () => {
  const file = Bun.file(new URL("bitcoin-cash-sighash.csv", import.meta.url));
  const rows = (await file.text()).trim().split("\n").slice(1);

  test("has enough rows", () => expect(rows.length).toBeGreaterThan(200));

  test.each(rows.map((row, position) => [position, row] as const))("row %d", (_, row) => {
    const [transaction = "", script = "", index, hashType, digest] = row.split(",");
    const digests = new SignatureDigests(RawOldTx.decode(hex.decode(transaction)));
    const bytes = digests.witness(Number(index), hex.decode(script), 0n, Number(hashType));
    // The nodes show hashes backwards.
    expect(hex.encode(bytes.toReversed())).toBe(digest!);
  });
});
