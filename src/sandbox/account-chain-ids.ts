import { sha256, sha512_256 } from "@noble/hashes/sha2.js";
import { base32nopad } from "@scure/base";

/** Ticker -> the id of a signed transaction; `undefined` when the text is none of that chain. */
const transactionIds: ReadonlyMap<string, (txData: string) => string | undefined> = new Map([
  ["TRON", tronTransactionId],
  ["ALGO", algorandTransactionId],
  ["BNB", bnbTransactionId],
]);

/** The id that the network gives a signed transaction, on the chains whose transactions this file can read. */
export function accountChainId(ticker: string, txData: string): string | undefined {
  return transactionIds.get(ticker)?.(txData);
}

/** SHA-256 of the encoded `raw_data`. */
function tronTransactionId(txData: string): string | undefined {
  const rawData = /"raw_data_hex":"((?:[0-9a-f]{2})+)"/i.exec(txData)?.[1];
  return rawData && Buffer.from(sha256(Buffer.from(rawData, "hex"))).toString("hex");
}

/** Base32 of SHA-512/256 of `TX` and the transaction, which comes last, after `sgnr` (of rekeyed accounts) and `sig`. */
function algorandTransactionId(txData: string): string | undefined {
  const layout = /^(?:82|83a473676e72c420[0-9a-f]{64})a3736967c440[0-9a-f]{128}a374786e((?:[0-9a-f]{2})+)$/;
  const transaction = layout.exec(txData)?.[1];
  return transaction && base32nopad.encode(sha512_256(Buffer.from(`5458${transaction}`, "hex")));
}

/** SHA-256 of a `StdTx` of Amino, in capitals. */
function bnbTransactionId(txData: string): string | undefined {
  if (!/^[0-9a-f]{2,4}f0625dee(?:[0-9a-f]{2})+$/.test(txData)) return undefined;
  return Buffer.from(sha256(Buffer.from(txData, "hex")))
    .toString("hex")
    .toUpperCase();
}
