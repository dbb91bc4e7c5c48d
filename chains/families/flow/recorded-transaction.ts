/**
 * Signed Flow transactions as the journal records them: the JSON that access nodes take.
 * https://developers.flow.com/http-api
 */

import * as v from "valibot";
import type { SignedTransaction } from "../../chain.ts";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import type { Signature, Transaction } from "./encode.ts";

/** The JSON text of a transaction with its signatures. */
export function recordedText(
  { script, referenceBlock, gasLimit, proposer, payer, authorizers }: Transaction,
  payloadSignatures: readonly Signature[],
  envelopeSignatures: readonly Signature[],
): string {
  return stringifyExactJson({
    script: base64(Buffer.from(script.text)),
    arguments: script.arguments.map((argument) => base64(Buffer.from(argument))),
    reference_block_id: referenceBlock,
    gas_limit: String(gasLimit),
    payer,
    proposal_key: {
      address: proposer.address,
      key_index: String(proposer.keyIndex),
      sequence_number: String(proposer.sequenceNumber),
    },
    authorizers,
    payload_signatures: payloadSignatures.map(signatureJson),
    envelope_signatures: envelopeSignatures.map(signatureJson),
  });
}

const recorded = v.looseObject({
  reference_block_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  proposal_key: v.looseObject({ key_index: v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)) }),
});

/** What has to be known of a recorded transaction to submit it. @throws ChainError `INVALID_TRANSACTION` */
export function readRecorded({ payload, transactionId }: SignedTransaction): {
  readonly body: JsonValue;
  readonly proposerKeyIndex: number;
  readonly referenceBlock: string;
} {
  const body = parseExactJson(payload);
  const parsed = v.safeParse(recorded, body);
  if (!parsed.success) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `The recorded bytes of ${transactionId} are no Flow transaction.`,
    );
  }
  const { proposal_key, reference_block_id } = parsed.output;
  return { body, proposerKeyIndex: proposal_key.key_index, referenceBlock: reference_block_id };
}

function signatureJson({ address, keyIndex, signature }: Signature): JsonValue {
  return { address, key_index: String(keyIndex), signature: base64(signature) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
