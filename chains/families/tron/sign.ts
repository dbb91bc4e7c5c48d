/**
 * Signing of TRON transactions: a recoverable secp256k1 signature over the transaction id.
 * https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import { signRecoverable } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import { chooseKey } from "../signer-key.ts";
import { hexAddressOfPublicKey } from "./address.ts";
import { asInOriginal, parsePayload } from "./payload.ts";

/**
 * Signs with the key of the transaction's owner; the signature joins the JSON as `r || s || v` in hex.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `MISSING_KEY`, `INVALID_KEY`
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { json, transactionId, owner, expiration } = parsePayload(request.transaction);
  const key = await ownerKey(request);
  if (hexAddressOfPublicKey(key.publicKey) !== owner) {
    throw asInOriginal("Private key does not match address in transaction");
  }
  if (expiration <= BigInt(environment.now())) {
    const expired = new Date(Number(expiration)).toISOString();
    environment.warn(`It expired at ${expired}, so the network will not take it. Ask for a new one.`);
  }
  const { r, s, recovery } = await signRecoverable(key, transactionId);
  const signature = hex32(r) + hex32(s) + (recovery === 0 ? "1B" : "1C");
  return {
    payload: stringifyExactJson({ ...json, signature: [signature] }),
    transactionId: bytesToHex(transactionId),
    filledIn: {},
    expiry: { kind: "time", value: expiration },
  };
}

async function ownerKey(request: SigningRequest): Promise<SigningKey> {
  try {
    return await chooseKey(request);
  } catch (cause) {
    const { id, index, hashes, signatures } = request.transaction;
    const isWithoutKey = cause instanceof ChainError && cause.code === "MISSING_KEY";
    if (!isWithoutKey || index === undefined || request.signers[0]?.kind !== "private-key") throw cause;
    const ids = [...hashes, ...signatures.map((entry) => entry.id)].join(",");
    throw new ChainError(
      "MISSING_KEY",
      `Private key was not found. Wallet ${ids} is private key based, but KMS transaction ${id} requires mnemonic ` +
        "based, since tx was requested with index param. Please use mnemonic based wallet and signatureId (see docs: " +
        "https://apidoc.tatum.io/)",
      { cause },
    );
  }
}

function hex32(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}
