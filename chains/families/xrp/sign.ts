/**
 * Signing of XRP Ledger transactions with a single signature, on either curve.
 * https://xrpl.org/docs/references/protocol/binary-format
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import type {
  ChainEnvironment,
  Intent,
  NumberToUse,
  SignedTransaction,
  SigningRequest,
} from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import { signEd25519 } from "../../keys/ed25519.ts";
import { signLowS } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import { assertFeeWithinBound, drops } from "../fee-bound.ts";
import { firstAccountKey } from "../signer-key.ts";
import { addressOfPublicKey, ledgerPublicKey } from "./address.ts";
import { decodeFields, encodeFields, encodeUnsigned, halfSha512 } from "./encode.ts";
import { openLedgerFee } from "./node.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/** The prefix `TXN\0` of what a transaction id is the hash of. */
const TRANSACTION_ID_PREFIX = Uint8Array.of(0x54, 0x58, 0x4e, 0x00);

const FEE_BOUND = { ticker: "XRP", unit: drops, highest: 10_000_000n };

/**
 * Signs a transaction that is complete but for its signature. The payload is the blob in upper-case hex.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const payload = parsePayload(request.transaction, environment.network);
  const key = await firstAccountKey(request);
  const publicKey = ledgerPublicKey(key);
  assertMaySign(payload, publicKey);
  assertFeeWithinBound(payload.feeDrops, FEE_BOUND, environment);

  const unsigned = { ...payload.fields, SigningPubKey: upperHex(publicKey) };
  const signature = await sign(key, hexToBytes(encodeUnsigned(unsigned)));
  const blob = encodeFields({ ...unsigned, TxnSignature: upperHex(signature) });
  return {
    payload: blob,
    transactionId: upperHex(halfSha512(TRANSACTION_ID_PREFIX, hexToBytes(blob))),
    filledIn: {},
    ...(payload.sequence !== 0 && {
      sequence: { account: payload.account, number: BigInt(payload.sequence) },
    }),
    ...(payload.lastLedgerSequence !== undefined && {
      expiry: { kind: "height", value: BigInt(payload.lastLedgerSequence) },
    }),
  };
}

/**
 * An AccountSet that sets nothing, which never expires. In the queue of a server it takes the place of another transaction for a
 * fee that is a quarter higher (https://xrpl.org/docs/concepts/transactions/transaction-queue).
 * @throws ChainError
 */
export async function noOperation(
  { account, number, instead }: NumberToUse,
  environment: ChainEnvironment,
): Promise<string> {
  const fees = instead.map(({ payload }) => BigInt(decodeFields(payload)["Fee"] as string));
  const highest = fees.reduce((most, fee) => (fee > most ? fee : most), await openLedgerFee(environment));
  return stringifyExactJson({
    TransactionType: "AccountSet",
    Account: account,
    Sequence: Number(number),
    Fee: String(highest + highest / 4n + 1n),
  });
}

/** Says when the wallet signs with a regular key, or for an account that has delegated this to it. @throws ChainError */
export async function describeSigner(request: SigningRequest): Promise<readonly Intent[]> {
  const { account } = parsePayload(request.transaction);
  const signer = addressOfPublicKey(ledgerPublicKey(await firstAccountKey(request)));
  return signer === account ? [] : [{ kind: "signs-for", account, signer }];
}

/** An ed25519 key signs the bytes, a secp256k1 key their hash (DER, `s` in the lower half). */
async function sign(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  if (key.curve === "ed25519") return signEd25519(key, message);
  const compact = await signLowS(key, halfSha512(message));
  return secp256k1.Signature.fromBytes(compact, "compact").toBytes("der");
}

/** The account's own key, or the regular key that the payload names as `SigningPubKey`. */
function assertMaySign(
  { signingAccount, signingPublicKey }: TransactionPayload,
  publicKey: Uint8Array,
): void {
  const address = addressOfPublicKey(publicKey);
  if (signingPublicKey !== undefined && signingPublicKey !== upperHex(publicKey)) {
    throw new ChainError(
      "MISSING_KEY",
      `The transaction is to be signed with the public key ${signingPublicKey}, but the wallet it names has ` +
        `${upperHex(publicKey)} (${address}).`,
    );
  }
  if (signingPublicKey !== undefined || address === signingAccount) return;
  throw new ChainError(
    "MISSING_KEY",
    `The transaction is to be signed by ${signingAccount}, but the wallet it names has the address ${address}. If that ` +
      "is its regular key, the transaction has to name the key as SigningPubKey.",
  );
}

function upperHex(bytes: Uint8Array): string {
  return bytesToHex(bytes).toUpperCase();
}
