/**
 * Signing of Algorand transactions (`SignedTxn`), also for accounts that were rekeyed to the wallet.
 * https://github.com/algorandfoundation/specs/blob/master/src/ledger/ledger-txn-authorization.md
 * https://dev.algorand.co/concepts/accounts/rekeying/
 */

import { equalBytes } from "@noble/curves/utils.js";
import { sha512_256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base32nopad } from "@scure/base";
import type { ChainEnvironment, Intent, Network, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signEd25519 } from "../../keys/ed25519.ts";
import { firstAccountKey } from "../signer-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { encodeCanonical, type PackedMap } from "./encode.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/** The accounts that sign with the key of another one, by their addresses, separated by commas. */
const REKEYED_ACCOUNTS = "TATUM_KMS_ALGO_REKEYED_ACCOUNTS";

/**
 * Signs `TX` and the canonical MessagePack of the transaction with Ed25519.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`, `MISSING_KEY`, `INVALID_KEY`
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { packed, sender, lastRound } = parsePayload(request.transaction, environment.network);
  const key = await firstAccountKey(request);
  const isRekeyed = !equalBytes(sender, key.publicKey);
  if (isRekeyed) assertRekeyed(sender, key.publicKey, request.transaction.id, environment);

  const message = messageToSign(packed);
  const signed = {
    ...(isRekeyed && { sgnr: key.publicKey }),
    sig: await signEd25519(key, message),
    txn: packed,
  };
  return {
    payload: bytesToHex(encodeCanonical(signed)),
    transactionId: idOf(message),
    filledIn: {},
    expiry: { kind: "height", value: lastRound + 1n },
  };
}

/** The id of a transaction, which follows from what is signed: base32 of its SHA-512/256. */
export function transactionId({ packed }: Pick<TransactionPayload, "packed">): string {
  return idOf(messageToSign(packed));
}

function messageToSign(packed: PackedMap): Uint8Array {
  return concatBytes(utf8ToBytes("TX"), encodeCanonical(packed));
}

function idOf(message: Uint8Array): string {
  return base32nopad.encode(sha512_256(message));
}

/** Says when the wallet signs for an account that was rekeyed to it. @throws ChainError */
export async function describeSigner(request: SigningRequest, network: Network): Promise<readonly Intent[]> {
  const { sender } = parsePayload(request.transaction, network);
  const { publicKey } = await firstAccountKey(request);
  if (equalBytes(sender, publicKey)) return [];
  return [{ kind: "signs-for", account: addressOfPublicKey(sender), signer: addressOfPublicKey(publicKey) }];
}

/** A signature of another key than the sender's can only count when the account was rekeyed to it. */
function assertRekeyed(
  sender: Uint8Array,
  publicKey: Uint8Array,
  id: string,
  environment: ChainEnvironment,
): void {
  const account = addressOfPublicKey(sender);
  const rekeyed = environment.setting(REKEYED_ACCOUNTS)?.split(",") ?? [];
  if (rekeyed.some((address) => address.trim() === account)) return;
  const wallet = addressOfPublicKey(publicKey);
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is to be sent from ${account}, but the wallet it names has the address ${wallet}. If the ` +
      `account was rekeyed to that wallet, name the account in ${REKEYED_ACCOUNTS}.`,
  );
}
