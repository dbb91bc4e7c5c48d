/**
 * Signing of Solana transactions: a fresh blockhash, then an Ed25519 signature over the message for each of its signers.
 * https://solana.com/docs/core/transactions/transaction-structure
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base58 } from "@scure/base";
import * as v from "valibot";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { Recent } from "../../codec/recent.ts";
import { ChainError } from "../../error.ts";
import { signEd25519 } from "../../keys/ed25519.ts";
import type { SigningKey } from "../../signing-key.ts";
import { assertFeeWithinBound, lamports } from "../fee-bound.ts";
import { accountKey, noSigners } from "../signer-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { encodeTransaction, type SolanaMessage, withBlockhash } from "./encode.ts";
import { highestFee } from "./fee.ts";
import { callNode } from "./node.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";

const FEE_BOUND = { ticker: "SOL", unit: lamports, highest: 1_000_000_000n };

/** How often to ask for another blockhash, and how long a block takes. */
const ATTEMPTS = 10;
const BLOCK_MILLISECONDS = 500;

/** How many messages are remembered: as many as fit into the lifetime of a blockhash, with room to spare. */
const REMEMBERED = 10_000;

/** Solana carries out equal messages once, whoever asked for them. */
const pendingIdsByMessage = new Recent<string>(REMEMBERED);

const latestBlockhash = v.object({
  context: v.optional(v.object({ slot: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))) })),
  value: v.object({
    blockhash: v.pipe(
      v.string("must be text"),
      v.regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, "must be base58"),
      v.transform((text) => ({ text, bytes: base58.decode(text) })),
      v.check(({ bytes }) => bytes.length === 32, "must have 32 bytes"),
    ),
    lastValidBlockHeight: v.pipe(
      v.number("must be a number"),
      v.safeInteger("must be a whole number"),
      v.minValue(0),
    ),
  }),
});

/**
 * Signs the delivered message, with its blockhash replaced and all else as it is. The payload is the transaction in base64,
 * as the node takes it.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { message, mintSecretKey } = parsePayload(request.transaction);
  const keys = await signingKeys(message, mintSecretKey, request);
  assertFeeWithinBound(highestFee(message), FEE_BOUND, environment);

  // Asked last: a transaction lives for 150 blocks, about a minute, from here on.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await environment.pause(BLOCK_MILLISECONDS);
    const fresh = await refresh(message, environment);
    if (!claimMessage(fresh.message, request.transaction.id)) continue;
    const signed = await sign(fresh, keys);
    if (!(await environment.isTaken(signed.transactionId))) return signed;
  }
  throw new ChainError(
    "NODE_ANSWER_INVALID",
    `Transaction ${request.transaction.id} is the same as another one that was just signed, and the node gives no newer ` +
      "blockhash to tell them apart.",
  );
}

/**
 * Claims a message for a pending transaction. Two payments of the same amount between the same accounts under the same
 * blockhash are one message, whatever its signatures are (the network keeps the hashes of messages it has processed):
 * both payments would count as done.
 *
 * @returns false when the message belongs to another pending transaction.
 */
function claimMessage(message: Uint8Array, pendingId: string): boolean {
  const digest = bytesToHex(sha256(message));
  const owner = pendingIdsByMessage.get(digest);
  if (owner !== undefined) return owner === pendingId;
  pendingIdsByMessage.set(digest, pendingId);
  return true;
}

/** A message with a blockhash that was just asked for. */
interface FreshMessage {
  readonly message: Uint8Array;
  readonly blockhash: string;
  /** The last block that may hold the message. */
  readonly lastValidBlockHeight: bigint;
  readonly slot: number | undefined;
}

async function refresh(message: SolanaMessage, environment: ChainEnvironment): Promise<FreshMessage> {
  const params = [{ commitment: "finalized" }];
  const { value, context } = await callNode(environment, "getLatestBlockhash", params, latestBlockhash);
  return {
    message: withBlockhash(message, value.blockhash.bytes),
    blockhash: value.blockhash.text,
    lastValidBlockHeight: BigInt(value.lastValidBlockHeight),
    slot: context?.slot,
  };
}

async function sign(fresh: FreshMessage, keys: readonly SigningKey[]): Promise<SignedTransaction> {
  const { message, blockhash, lastValidBlockHeight, slot } = fresh;
  const signatures = await Promise.all(keys.map((key) => signEd25519(key, message)));
  const [first = new Uint8Array()] = signatures;
  return {
    payload: Buffer.from(encodeTransaction(message, signatures)).toString("base64"),
    transactionId: base58.encode(first),
    filledIn: {
      blockhash,
      // No earlier slot can hold the transaction: what proves later that none holds it has to reach back to here.
      ...(slot !== undefined && { slot: String(slot) }),
    },
    expiry: { kind: "height", value: lastValidBlockHeight },
  };
}

function mintKey(mintSecretKey: string, id: string): SigningKey {
  try {
    return parsePrivateKey(mintSecretKey).key;
  } catch (cause) {
    throw new ChainError(
      "INVALID_KEY",
      `mintPK of transaction ${id} is not a secret key of Solana: 64 bytes in base58, as hex or as a list of numbers.`,
      { cause },
    );
  }
}

/** The keys in the order of the accounts that have to sign. */
async function signingKeys(
  { signers }: SolanaMessage,
  mintSecretKey: string | undefined,
  request: SigningRequest,
): Promise<readonly SigningKey[]> {
  if (request.signers.length === 0) throw noSigners(request);
  const { id } = request.transaction;
  const keys = await Promise.all(request.signers.map((signer) => accountKey(signer, request)));
  if (mintSecretKey !== undefined) keys.push(mintKey(mintSecretKey, id));
  const byAddress = new Map(keys.map((key) => [addressOfPublicKey(key.publicKey), key]));
  const unknown = [...byAddress.keys()].find((address) => !signers.includes(address));
  if (unknown !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `unknown signer: ${unknown}. Transaction ${id} has to be signed by ${signers.join(", ")}.`,
    );
  }
  return signers.map((address, position) => {
    const key = byAddress.get(address);
    if (key !== undefined) return key;
    const role = position === 0 ? "pays the fee" : "has to sign as well";
    throw new ChainError(
      "MISSING_KEY",
      `Signature verification failed: ${address} ${role}, but transaction ${id} names no wallet of this address.`,
    );
  });
}
