import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { RawOldTx, RawTx } from "@scure/btc-signer/script.js";
import { SignatureDigests } from "../../../../chains/families/utxo/signature-digest.ts";

/** The examples of https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#example */
describe("BIP-143 digests", () => {
  test("native P2WPKH", () => {
    const digests = digestsOf(
      "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000",
    );
    const scriptCode = hex.decode("76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac");
    expect(hex.encode(digests.witness(1, scriptCode, 600_000_000n))).toBe(
      "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670",
    );
  });

  test("P2SH-P2WPKH", () => {
    const digests = digestsOf(
      "0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000",
    );
    const scriptCode = hex.decode("76a91479091972186c449eb1ded22b78e40d009bdf008988ac");
    expect(hex.encode(digests.witness(0, scriptCode, 1_000_000_000n))).toBe(
      "64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6",
    );
  });
});

/**
 * The rows of https://github.com/bitcoin/bitcoin/blob/master/src/test/data/sighash.json (MIT licence; here as shipped
 * with bitcore-lib 11.5.1) whose hash type commits to all inputs and outputs, and whose script has no
 * OP_CODESEPARATOR: no script this program signs has one.
 */
describe("digests of Bitcoin Core", async () => {
  const file = Bun.file(new URL("bitcoin-core-sighash.csv", import.meta.url));
  const rows = (await file.text()).trim().split("\n").slice(1);

  test("has enough rows", () => expect(rows.length).toBeGreaterThan(100));

  test.each(rows.map((row, position) => [position, row] as const))("row %d", (_, row) => {
    const [transaction = "", script = "", index, hashType, digest] = row.split(",");
    const digests = new SignatureDigests(RawOldTx.decode(hex.decode(transaction)));
    const bytes = digests.legacy(Number(index), hex.decode(script), Number(hashType));
    // Bitcoin Core shows hashes backwards.
    expect(hex.encode(bytes.toReversed())).toBe(digest!);
  });
});

test("a digest of an input that is not there is an error", () => {
  const digests = digestsOf(
    "0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff0000000000",
  );
  expect(() => digests.legacy(1, new Uint8Array())).toThrow(RangeError);
});

function digestsOf(rawTransaction: string): SignatureDigests {
  return new SignatureDigests(RawTx.decode(hex.decode(rawTransaction)));
}
