/**
 * Signing of transfers on the BNB Beacon Chain (`StdTx`): secp256k1 over the SHA-256 of their sign document.
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/auth/stdtx.go
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signLowS } from "../../keys/secp256k1.ts";
import { firstAccountKey } from "../signer-key.ts";
import { accountId, addressOfPublicKey } from "./address.ts";
import { encodeStandardTransaction, signDocument } from "./encode.ts";
import { signingAccount } from "./node.ts";
import { parsePayload } from "./payload.ts";

/** @throws ChainError */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { network } = environment;
  const payload = parsePayload(request.transaction, network);
  const key = await firstAccountKey(request);
  const address = addressOfPublicKey(key.publicKey, network);
  const foreign = payload.inputs.find((input) => input.address !== address);
  if (foreign !== undefined) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `Transaction ${request.transaction.id} takes coins of ${foreign.address}, but the wallet it names has the ` +
        `address ${address}.`,
    );
  }

  const account = await signingAccount(payload, key.publicKey, environment);
  const { accountNumber, sequence, chainId } = account;
  const digest = sha256(utf8ToBytes(signDocument(payload, account)));
  const signature = await signLowS(key, digest);
  const { publicKey } = key;
  const bytes = encodeStandardTransaction(payload, { publicKey, signature, accountNumber, sequence });
  return {
    payload: bytesToHex(bytes),
    transactionId: bytesToHex(sha256(bytes)).toUpperCase(),
    filledIn: {
      chainId,
      accountNumber: accountNumber.toString(),
      sequence: sequence.toString(),
    },
    sequence: { account: accountId(publicKey), number: sequence },
  };
}
