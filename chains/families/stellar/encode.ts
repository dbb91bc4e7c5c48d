/**
 * What is signed of a Stellar transaction, the hash that is its id on a network, and its envelope with more signatures.
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0015.md
 */

import { sha256 } from "@noble/hashes/sha2.js";
import {
  type DecoratedSignature,
  FeeBumpTransactionEnvelope,
  TransactionEnvelope,
  TransactionV0Envelope,
  TransactionV1Envelope,
} from "@stellar/stellar-sdk/xdr";
import type { Network } from "../../chain.ts";
import type { Envelope } from "./payload.ts";

const PASSPHRASES: Readonly<Record<Network, string>> = {
  mainnet: "Public Global Stellar Network ; September 2015",
  testnet: "Test SDF Network ; September 2015",
};

/** `ENVELOPE_TYPE_TX` and `ENVELOPE_TYPE_TX_FEE_BUMP` as XDR. */
const TRANSACTION = Uint8Array.of(0, 0, 0, 2);
const FEE_BUMP = Uint8Array.of(0, 0, 0, 5);
/** `KEY_TYPE_ED25519`: turns the source of a legacy transaction into that of a current one. */
const PLAIN_ACCOUNT = Uint8Array.of(0, 0, 0, 0);

/**
 * SHA-256 of the XDR of `TransactionSignaturePayload`, which begins with the hash of the network's passphrase. A legacy
 * transaction is hashed as the current one that it stands for.
 */
export function transactionHash(envelope: Envelope, network: Network): Uint8Array {
  return sha256(Buffer.concat([sha256(Buffer.from(PASSPHRASES[network])), ...taggedTransaction(envelope)]));
}

function taggedTransaction(envelope: Envelope): readonly Uint8Array[] {
  switch (envelope.type) {
    case "envelopeTypeTxV0":
      return [TRANSACTION, PLAIN_ACCOUNT, envelope.v0.tx.toXdr()];
    case "envelopeTypeTx":
      return [TRANSACTION, envelope.v1.tx.toXdr()];
    case "envelopeTypeTxFeeBump":
      return [FEE_BUMP, envelope.feeBump.tx.toXdr()];
  }
}

/** The envelope with other signatures; nothing else changes. */
export function withSignatures(envelope: Envelope, signatures: DecoratedSignature[]): Envelope {
  switch (envelope.type) {
    case "envelopeTypeTxV0":
      return TransactionEnvelope.envelopeTypeTxV0(
        new TransactionV0Envelope({ tx: envelope.v0.tx, signatures }),
      );
    case "envelopeTypeTx":
      return TransactionEnvelope.envelopeTypeTx(
        new TransactionV1Envelope({ tx: envelope.v1.tx, signatures }),
      );
    case "envelopeTypeTxFeeBump":
      return TransactionEnvelope.envelopeTypeTxFeeBump(
        new FeeBumpTransactionEnvelope({ tx: envelope.feeBump.tx, signatures }),
      );
  }
}
