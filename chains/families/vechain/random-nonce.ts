import { randomBytes } from "@noble/hashes/utils.js";

/**
 * A nonce for a transaction that names none: any number of 64 bits makes its id unique. The signed bytes are recorded
 * before they are sent, so no second nonce is ever drawn for the same transaction.
 */
export function randomNonce(): bigint {
  return Buffer.from(randomBytes(8)).readBigUInt64BE();
}
