/**
 * The payload of a pending MultiversX transaction: JSON of its fields, all but fee and signature.
 * https://docs.multiversx.com/developers/signing-transactions/
 */

import { utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import { coinAmount, MAX_NONCE, quantity, smallNumber } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { absentWhen, invalidPayload, readJsonPayload } from "../payload.ts";
import { addressText } from "./address.ts";
import { isOfEmptyMnemonic } from "./empty-mnemonic.ts";

/** A `serializedTransaction` that was read and understood. */
export interface TransactionPayload {
  readonly from?: string;
  readonly to: string;
  /** In units of 10^-18 EGLD. */
  readonly value: bigint;
  /** Whether the payload asked for less than nothing, which counts as 0. */
  readonly wasNegative: boolean;
  /** What the receiver is told; empty when there is nothing. */
  readonly data: Uint8Array;
  readonly nonce?: bigint;
  readonly chainId?: string;
  readonly version?: number;
  /** Whether the signature is over the Keccak-256 digest of the transaction instead of its text. */
  readonly isHashSigned: boolean;
}

const DECIMALS = 18;

/** Parts of the protocol that need other signatures, or that this program does not sign. */
const UNSUPPORTED = [
  "guardian",
  "guardianSignature",
  "innerTransactions",
  "receiver",
  "receiverUsername",
  "relayer",
  "relayerSignature",
  "sender",
  "senderUsername",
  "signature",
];

const OPTION_HASH_SIGNED = 1n;
const OPTION_GUARDED = 2n;

/** Far more than the chain has. */
const MAX_VALUE = 10n ** 48n;

const payloadSchema = v.object({
  from: absentWhen([null, 0, ""], addressText),
  to: addressText,
  value: absentWhen([null, ""], coinAmount(DECIMALS, MAX_VALUE, -MAX_VALUE)),
  data: absentWhen(
    [null],
    v.pipe(
      v.string("must be text"),
      v.check((text) => text.isWellFormed(), "has half a character"),
    ),
  ),
  nonce: absentWhen([null, ""], quantity(MAX_NONCE)),
  chainID: absentWhen([null, ""], v.string("must be text")),
  version: absentWhen([null], smallNumber(2, 1)),
  options: absentWhen([null], quantity(0xffffffffn)),
});

/**
 * Reads the `serializedTransaction` of a pending transaction. Gas limit and gas price in it are not looked at: they
 * always come from the network.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming the member that is wrong; `UNSAFE_TRANSACTION` when the receiver is an
 * account that anybody can spend from.
 */
export function parsePayload(pending: PendingTransaction): TransactionPayload {
  const payload = readJsonPayload(pending, payloadSchema, UNSUPPORTED);
  const { from, to, nonce, chainID, version, options = 0n } = payload;
  if ((options & OPTION_GUARDED) !== 0n) {
    throw invalidPayload(
      pending,
      "options ask for a guarded transaction, which needs its guardian's signature",
    );
  }
  if (options !== 0n && options !== OPTION_HASH_SIGNED) {
    throw invalidPayload(pending, `options ${options} is not supported`);
  }
  if (isOfEmptyMnemonic(to)) {
    throw new ChainError(
      "UNSAFE_TRANSACTION",
      `Transaction ${pending.id} pays to ${to}. The key of that account comes from the empty mnemonic, so anybody can ` +
        "take what it receives. Ask for the receiver's right address.",
    );
  }
  const units = payload.value ?? 0n;
  return {
    ...(from !== undefined && { from }),
    to,
    value: units < 0n ? 0n : units,
    wasNegative: units < 0n,
    data: utf8ToBytes(payload.data ?? ""),
    ...(nonce !== undefined && { nonce }),
    ...(chainID !== undefined && { chainId: chainID }),
    ...(version !== undefined && { version }),
    isHashSigned: options === OPTION_HASH_SIGNED,
  };
}
