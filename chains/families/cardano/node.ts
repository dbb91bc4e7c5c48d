/**
 * The Rosetta API (version 1.4, now named Mesh) of the Cardano node behind the Tatum API: construction, coins; its time in slots.
 * https://github.com/coinbase/mesh-specifications
 */
import * as v from "valibot";
import type { ChainEnvironment, Network, Proof, SignedTransaction } from "../../chain.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { jsonInteger, MAX_NONCE } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";

/** A transaction lives for so many slots of one second. */
const RELATIVE_TTL = 1000;
const ROSETTA_NETWORK = { mainnet: "mainnet", testnet: "preprod" } as const;

/** Bytes that the API asks to have signed with the key of an address. */
interface SigningPayload {
  readonly address: string;
  readonly hash: string;
  /** As received: it goes back with the signature. */
  readonly json: JsonValue;
}

export interface UnsignedTransaction {
  readonly hex: string;
  readonly payloads: readonly SigningPayload[];
}

export interface PayloadSignature {
  readonly payload: SigningPayload;
  /** Hex */
  readonly publicKey: string;
  /** Hex */
  readonly signature: string;
}

const unsignedAnswer = v.object({
  unsigned_transaction: v.string(),
  payloads: v.array(
    v.object({
      account_identifier: v.object({ address: v.string() }),
      hex_bytes: v.string(),
      signature_type: v.optional(v.literal("ed25519")),
    }),
  ),
});

/**
 * Has a transaction built from operations.
 *
 * @throws ChainError `NODE_ANSWER_INVALID`
 */
export async function constructTransaction(
  operations: readonly JsonValue[],
  environment: ChainEnvironment,
): Promise<UnsignedTransaction> {
  const options = await call(
    "construction/preprocess",
    { operations, metadata: { relative_ttl: RELATIVE_TTL } },
    environment,
  );
  const metadata = await call("construction/metadata", options, environment);
  const answer = await call("construction/payloads", { ...metadata, operations }, environment);
  const { unsigned_transaction, payloads } = readAnswer(answer, "construction/payloads", unsignedAnswer);
  const received = answer["payloads"];
  return {
    hex: unsigned_transaction,
    payloads: payloads.map(({ account_identifier, hex_bytes }, position) => ({
      address: account_identifier.address,
      hash: hex_bytes,
      json: Array.isArray(received) ? received[position] : null,
    })),
  };
}

/**
 * Has the signatures put into the transaction; returns it as hex.
 *
 * @throws ChainError `NODE_ANSWER_INVALID`
 */
export async function combineSignatures(
  unsignedTransaction: string,
  signatures: readonly PayloadSignature[],
  environment: ChainEnvironment,
): Promise<string> {
  const answer = await call(
    "construction/combine",
    {
      unsigned_transaction: unsignedTransaction,
      signatures: signatures.map(({ payload, publicKey, signature }) => ({
        signing_payload: payload.json,
        public_key: { hex_bytes: publicKey, curve_type: "edwards25519" },
        signature_type: "ed25519",
        hex_bytes: signature,
      })),
    },
    environment,
  );
  return readAnswer(answer, "construction/combine", v.object({ signed_transaction: v.string() }))
    .signed_transaction;
}

const coinsAnswer = v.object({
  coins: v.array(v.object({ coin_identifier: v.object({ identifier: v.string() }) })),
});

/**
 * Whether blocks have a coin unspent at its address, by the data API of the same node (`/account/coins`).
 *
 * @param coin transaction id and output index, as `id:index` in lower case
 * @throws ChainError
 */
export async function isUnspent(
  { addressText: address, coin }: { readonly addressText: string; readonly coin: string },
  environment: ChainEnvironment,
): Promise<boolean> {
  const endpoint = "account/coins";
  const request = { account_identifier: { address }, include_mempool: false };
  const { coins } = readAnswer(await call(endpoint, request, environment), endpoint, coinsAnswer);
  return coins.some(({ coin_identifier: { identifier } }) => identifier.toLowerCase() === coin);
}

async function call(endpoint: string, body: JsonObject, environment: ChainEnvironment): Promise<JsonObject> {
  const network = ROSETTA_NETWORK[environment.network];
  const path = `/v3/blockchain/node/cardano-${network}/{key}/${endpoint}`;
  const answer = await environment.post(path, {
    ...body,
    network_identifier: { blockchain: "cardano", network },
  });
  if (isJsonObject(answer)) return answer;
  throw new ChainError("NODE_ANSWER_INVALID", `The answer to ${endpoint} is not a JSON object.`);
}

/**
 * Seconds since 1970 of slot 0, if all slots took one second as they do since Shelley (slot 4,492,800 of mainnet began at
 * 1596059091, slot 86,400 of preprod at 1655769600; genesis files of the networks).
 */
const SLOT_ZERO_SECONDS = { mainnet: 1_591_566_291n, testnet: 1_655_683_200n } as const;

/** When a slot of the Shelley era or later begins, in milliseconds since 1970. */
export function slotTime(slot: bigint, network: Network): bigint {
  return (SLOT_ZERO_SECONDS[network] + slot) * 1000n;
}

/** Milliseconds after its last slot until the block that would hold a transaction is not rolled back any more: 1 hour. */
const UNTIL_FINAL = 3_600_000n;

const tipAnswer = v.object({ tip: v.object({ slotNo: jsonInteger(MAX_NONCE) }) });

/**
 * Whether the chain is far beyond the last slot of these bytes. Whether a block holds them, the API is asked besides.
 * https://apidoc.tatum.io/tag/Cardano
 * @throws ChainError
 */
export async function proveExpired(
  { expiry }: SignedTransaction,
  environment: ChainEnvironment,
): Promise<Proof> {
  if (expiry?.kind !== "time") return "none";
  const path = "/v3/ada/info";
  const { slotNo } = readAnswer(await environment.get(path), path, tipAnswer).tip;
  const isOver = slotTime(slotNo, environment.network) > expiry.value + UNTIL_FINAL;
  return isOver ? "several-answers" : "none";
}
