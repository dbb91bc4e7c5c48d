/**
 * Cardano transactions in CBOR, as far as a payment needs them: the body, its hash, and the key witnesses.
 * https://github.com/IntersectMBO/cardano-ledger/blob/cardano-ledger-conway-1.12.0.0/eras/conway/impl/cddl-files/conway.cddl
 */

import { hexToBytes } from "@noble/curves/utils.js";
import { blake2b } from "@noble/hashes/blake2.js";
import * as v from "valibot";
import { ChainError } from "../../error.ts";
import { type CborItem, decodeCbor, decodeCborSequence, decodeFirstCbor } from "./cbor.ts";

/** A transaction of the Conway era or before. */
export interface CardanoTransaction {
  /** The bytes whose BLAKE2b-256 is the transaction id. */
  readonly bodyBytes: Uint8Array;
  readonly body: unknown;
  /** Public key and signature of each witness. */
  readonly witnesses: readonly Witness[];
}

type Witness = readonly [publicKey: Uint8Array, signature: Uint8Array];

/** The network takes no transaction above 16 KiB; in the envelope it is hex, and what surrounds it is of a like size. */
const MAX_ENVELOPE_BYTES = 1 << 20;
const HEX = /^(?:[0-9a-f]{2})+$/i;
/** First bytes of CBOR: an array of two, of three and of four entries. */
const ARRAY_OF_2 = 0x82;
const ARRAY_OF_3 = 0x83;
const ARRAY_OF_4 = 0x84;

const bytesOfLength = (length: number) => v.pipe(v.instance(Uint8Array), v.length(length));
/** A witness set with nothing but key witnesses (field 0). */
const witnessSet = v.pipe(
  v.map(v.literal(0), v.array(v.strictTuple([bytesOfLength(32), bytesOfLength(64)]))),
  v.transform((fields) => fields.get(0) ?? []),
);

/**
 * Reads `unsigned_transaction` or `signed_transaction` of the Rosetta construction API: hex of the CBOR array
 * `[transaction in hex, data of the API's own]`. The transaction is a whole one or, unsigned, its body alone.
 *
 * @throws ChainError `NODE_ANSWER_INVALID`
 */
export function readRosettaTransaction(hex: string, member: string): CardanoTransaction {
  try {
    return readTransaction(readEnvelope(hex));
  } catch (cause) {
    throw new ChainError(
      "NODE_ANSWER_INVALID",
      `The ${member} of the construction API is not a Cardano transaction that this program can read.`,
      { cause },
    );
  }
}

/** BLAKE2b-256 of a transaction body. */
export function transactionHash(bodyBytes: Uint8Array): Uint8Array {
  return blake2b(bodyBytes, { dkLen: 32 });
}

/** What the API keeps behind the transaction for itself is not read: it never reaches the network. */
function readEnvelope(hex: string): Uint8Array {
  if (hex.length > 2 * MAX_ENVELOPE_BYTES || !HEX.test(hex)) throw new RangeError("It is not hex.");
  const bytes = hexToBytes(hex);
  if (bytes[0] !== ARRAY_OF_2) throw new RangeError("It is not an array of two.");
  const { value } = decodeFirstCbor(bytes.subarray(1));
  if (typeof value !== "string" || !HEX.test(value))
    throw new RangeError("The transaction inside is not hex.");
  return hexToBytes(value);
}

function readTransaction(bytes: Uint8Array): CardanoTransaction {
  const parts = bytes.subarray(1);
  if (bytes[0] === ARRAY_OF_4) {
    const [body, witnesses, isValid, auxiliaryData] = decodeCborSequence(parts, 4);
    if (isValid?.value === true) return transactionOf(body, witnesses, auxiliaryData);
  } else if (bytes[0] === ARRAY_OF_3) {
    const [body, witnesses, auxiliaryData] = decodeCborSequence(parts, 3);
    return transactionOf(body, witnesses, auxiliaryData);
  } else if (bytes[0] !== ARRAY_OF_2) {
    return { bodyBytes: bytes, body: decodeCbor(bytes), witnesses: [] };
  }
  throw new RangeError("It is not a valid transaction.");
}

function transactionOf(
  body: CborItem | undefined,
  witnesses: CborItem | undefined,
  auxiliaryData: CborItem | undefined,
): CardanoTransaction {
  if (body === undefined || auxiliaryData?.value !== null) {
    throw new RangeError("It carries auxiliary data.");
  }
  return { bodyBytes: body.bytes, body: body.value, witnesses: v.parse(witnessSet, witnesses?.value) };
}
