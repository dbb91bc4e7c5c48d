/**
 * A stand-in of the Rosetta construction API of Cardano (https://github.com/cardano-foundation/cardano-rosetta-java), for
 * payments in ADA.
 */
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { encode } from "cborg";
import * as v from "valibot";
import type { Network } from "../../../chains/chain.ts";
import { readAddress } from "../../../chains/families/cardano/address.ts";
import { readRosettaTransaction, transactionHash } from "../../../chains/families/cardano/encode.ts";
import { slotTime } from "../../../chains/families/cardano/node.ts";
import { ApiError } from "../api-error.ts";
import type { ApiRequest } from "../routes.ts";

const operations = v.array(
  v.object({
    type: v.picklist(["input", "output"]),
    account: v.object({ address: v.string() }),
    amount: v.object({ value: v.pipe(v.string(), v.regex(/^-?\d+$/), v.toBigint()) }),
    coin_change: v.optional(v.object({ coin_identifier: v.object({ identifier: v.string() }) })),
  }),
);
const payloadsRequest = v.object({
  operations,
  metadata: v.object({ ttl: v.pipe(v.string(), v.toNumber()) }),
});
const combineRequest = v.object({
  unsigned_transaction: v.string(),
  signatures: v.array(v.object({ public_key: v.object({ hex_bytes: v.string() }), hex_bytes: v.string() })),
});

/**
 * Answers `preprocess`, `metadata`, `payloads` or `combine`.
 *
 * @throws ApiError 404 for another step.
 */
export function constructionAnswer(step: string, request: ApiRequest, network: Network): object {
  if (step === "preprocess") return { options: { relative_ttl: 1000, transaction_size: 230 } };
  if (step === "metadata") return { metadata: { ttl: String(currentSlot(network) + 1000) } };
  if (step === "payloads") return unsignedTransaction(request.body(payloadsRequest), network);
  if (step === "combine") return { signed_transaction: signedTransaction(request.body(combineRequest)) };
  throw new ApiError(404, "not.found", `The sandbox has no answer to construction/${step}.`);
}

/** BLAKE2b-256 of the body; `undefined` when the text holds no transaction. */
export function cardanoTransactionId(txData: string): string | undefined {
  try {
    return bytesToHex(transactionHash(readRosettaTransaction(txData, "txData").bodyBytes));
  } catch {
    return undefined;
  }
}

/** Whether the body of a signed transaction has these bytes in it, such as the id of a transaction whose output it spends. */
export function holdsInItsBody(txData: string, hex: string): boolean {
  try {
    return bytesToHex(readRosettaTransaction(txData, "txData").bodyBytes).includes(hex);
  } catch {
    return false;
  }
}

function currentSlot(network: Network): number {
  return Math.floor((Date.now() - Number(slotTime(0n, network))) / 1000);
}

function unsignedTransaction(request: v.InferOutput<typeof payloadsRequest>, network: Network): object {
  const inputs = request.operations.filter(({ type }) => type === "input");
  const outputs = request.operations.filter(({ type }) => type === "output");
  const change = request.operations.reduce((sum, { amount }) => sum + amount.value, 0n);
  const body = encode(
    new Map<number, unknown>([
      [0, inputs.map(({ coin_change }) => coinOf(coin_change?.coin_identifier.identifier ?? ""))],
      [1, outputs.map(({ account, amount }) => [readAddress(account.address, network).bytes, amount.value])],
      [2, -change],
      [3, request.metadata.ttl],
    ]),
  );
  const addresses = new Set(inputs.map(({ account }) => account.address));
  return {
    unsigned_transaction: envelope(body, new Map()),
    payloads: [...addresses].map((address) => ({
      account_identifier: { address },
      signature_type: "ed25519",
      hex_bytes: bytesToHex(transactionHash(body)),
    })),
  };
}

function coinOf(identifier: string): readonly [Uint8Array, number] {
  const [transactionId = "", index = ""] = identifier.split(":");
  return [hexToBytes(transactionId), Number(index)];
}

function signedTransaction(request: v.InferOutput<typeof combineRequest>): string {
  const { bodyBytes } = readRosettaTransaction(request.unsigned_transaction, "unsigned_transaction");
  const witnesses = request.signatures.map(({ public_key, hex_bytes }) => [
    hexToBytes(public_key.hex_bytes),
    hexToBytes(hex_bytes),
  ]);
  return envelope(bodyBytes, new Map([[0, witnesses]]));
}

/** `[transaction in hex, data of the API's own]`; the transaction is `[body, witnesses, valid, no auxiliary data]`. */
function envelope(body: Uint8Array, witnesses: ReadonlyMap<number, unknown>): string {
  const transaction = concatBytes(Uint8Array.of(0x84), body, encode(witnesses), encode(true), encode(null));
  return bytesToHex(encode([bytesToHex(transaction), {}]));
}
