/** The vectors of Flow: the signatures of the API's accounts and the ids of transactions are computed while they run. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { encodeTxIdFromVoucher } from "@onflow/sdk";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import type { Exchange } from "../../answering-environment.ts";

const SIGNATURE = "<signature by mockSigner>";
const TRANSACTION_ID = "<transaction id>";

export interface FlowVector {
  readonly http: readonly Exchange[];
  /** Keys in hex of the accounts that propose and pay. */
  readonly mockSigner?: { readonly proposerPrivateKey: string; readonly payerPrivateKey: string };
}

/** A transaction as access nodes take it. */
export interface SubmittedTransaction {
  readonly script: string;
  readonly arguments: readonly string[];
  readonly reference_block_id: string;
  readonly gas_limit: string;
  readonly payer: string;
  readonly proposal_key: {
    readonly address: string;
    readonly key_index: string;
    readonly sequence_number: string;
  };
  readonly authorizers: readonly string[];
  readonly payload_signatures: readonly SubmittedSignature[];
  readonly envelope_signatures: readonly SubmittedSignature[];
}

interface SubmittedSignature {
  readonly address: string;
  readonly key_index: string;
  readonly signature: string;
}

/** The answers of a vector, with the placeholders filled in. */
export function answersOf({ http, mockSigner }: FlowVector): readonly Exchange[] {
  let id = TRANSACTION_ID;
  return http.map((exchange) => ({
    ...exchange,
    get path(): string {
      return exchange.path.replace(TRANSACTION_ID, id);
    },
    response(body: JsonValue | undefined): JsonValue {
      const answer = exchange.response as { readonly signature?: string; readonly id?: string } | undefined;
      if (answer?.signature === SIGNATURE) {
        const { data, isPayer } = body as { data: string; isPayer: boolean };
        const key = isPayer ? mockSigner?.payerPrivateKey : mockSigner?.proposerPrivateKey;
        return { signature: signature(data, key!) };
      }
      if (answer?.id !== TRANSACTION_ID) return exchange.response as JsonValue;
      id = transactionId(body as unknown as SubmittedTransaction);
      return { id };
    },
  }));
}

/** The same text with the id in the place of the placeholder. */
export function withTransactionId<Value>(value: Value, id: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(TRANSACTION_ID, id)) as Value;
}

/** The id by Flow's own library. */
export function transactionId(transaction: SubmittedTransaction): string {
  return encodeTxIdFromVoucher({
    ...voucherOf(transaction),
    payloadSigs: transaction.payload_signatures.map(signatureOf),
    envelopeSigs: transaction.envelope_signatures.map(signatureOf),
  });
}

/** The transaction without signatures in the form of Flow's own library. */
export function voucherOf(transaction: SubmittedTransaction) {
  const { proposal_key: key } = transaction;
  return {
    cadence: text(transaction.script),
    refBlock: transaction.reference_block_id,
    computeLimit: Number(transaction.gas_limit),
    arguments: transaction.arguments.map(
      (argument) => JSON.parse(text(argument)) as { type: string; value: string },
    ),
    proposalKey: {
      address: key.address,
      keyId: Number(key.key_index),
      sequenceNum: Number(key.sequence_number),
    },
    payer: transaction.payer,
    authorizers: [...transaction.authorizers],
    payloadSigs: [],
  };
}

export function signatureOf({ address, key_index, signature }: SubmittedSignature) {
  return { address, keyId: Number(key_index), sig: Buffer.from(signature, "base64").toString("hex") };
}

export function text(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

function signature(message: string, privateKey: string): string {
  const digest = sha3_256(Buffer.from(message, "hex"));
  const options = { prehash: false, lowS: false } as const;
  return Buffer.from(secp256k1.sign(digest, Buffer.from(privateKey, "hex"), options)).toString("hex");
}
