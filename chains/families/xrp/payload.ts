/**
 * The payload of a pending XRP Ledger transaction: JSON of its fields, all but the signature.
 * https://xrpl.org/docs/references/protocol/transactions/common-fields
 * https://github.com/XRPLF/XRPL-Standards/tree/master/XLS-0005-tagged-addresses
 */

import * as v from "valibot";
import { isValidXAddress, xAddressToClassicAddress } from "xrpl/dist/npm/utils/index.js";
import type { Network, PendingTransaction } from "../../chain.ts";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { describeIssue, shown, wrongMember } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import { payloadJson } from "../payload.ts";
import {
  decodeFields,
  encodeFields,
  type Fields,
  formatProblem,
  isSameNumber,
  withAmountsAsText,
  wrongField,
} from "./encode.ts";

/** A transaction of the XRP Ledger that was read, encoded and decoded again: the fields as they will be signed. */
export interface TransactionPayload {
  readonly fields: { readonly [name: string]: JsonValue };
  readonly type: string;
  /** The classic address whose transaction it is. */
  readonly account: string;
  /** The classic address that signs: the account, or the one it has delegated this to. */
  readonly signingAccount: string;
  /** 0 where a ticket takes its place. */
  readonly sequence: number;
  readonly feeDrops: bigint;
  readonly lastLedgerSequence?: number;
  /** The public key the payload asks for, in upper-case hex. */
  readonly signingPublicKey?: string;
}

const uint32 = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be below 0"),
  v.maxValue(0xffffffff, "must be below 2^32"),
);

const drops = v.pipe(
  v.string("must be a whole number of drops"),
  v.regex(/^\d{1,18}$/, "must be a whole number of drops"),
);

const commonFields = v.object({
  TransactionType: v.string("must be text"),
  Account: v.string("must be text"),
  Delegate: v.optional(v.string("must be text")),
  Fee: v.pipe(
    drops,
    v.transform((text) => BigInt(text)),
  ),
  Sequence: uint32,
  TicketSequence: v.optional(v.pipe(uint32, v.minValue(1, "must be above 0"))),
  LastLedgerSequence: v.optional(uint32),
  SigningPubKey: v.optional(v.string("must be text")),
});

type Refuse = (problem: string, cause?: unknown) => ChainError;

/**
 * Reads the `serializedTransaction` of a pending transaction. Members that are null count as absent. An X-address (XLS-5)
 * says which network it is for, and has to be for `network` where that is given.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function parsePayload(pending: PendingTransaction, network?: Network): TransactionPayload {
  const { id } = pending;
  const refuse: Refuse = (problem, cause) =>
    new ChainError("INVALID_TRANSACTION", `The serializedTransaction of ${id} is not valid: ${problem}.`, {
      cause,
    });
  const given = fieldsOf(pending);
  if (given === undefined) throw refuse("it is not a JSON object");
  if ("TxnSignature" in given || "Signers" in given) {
    throw refuse('txJSON must not contain "TxnSignature" or "Signers" properties');
  }
  assertSameNetwork(given, id, network);
  const type = given["TransactionType"];
  if (typeof type !== "string") throw refuse(wrongMember("TransactionType", "must be text", type));
  const problem = formatProblem(type, Object.keys(given));
  if (problem !== undefined) throw refuse(problem);
  return readFields(encodeAndDecode(given, refuse), refuse);
}

/** @throws ChainError `NETWORK_MISMATCH` */
function assertSameNetwork(given: Fields, id: string, network: Network | undefined): void {
  if ("NetworkID" in given) {
    throw new ChainError(
      "NETWORK_MISMATCH",
      `Transaction ${id} carries a NetworkID: it is for another network than the XRP Ledger and its test network.`,
    );
  }
  if (network === undefined) return;
  const foreign = Object.entries(given).find(([, value]) => isXAddressOf(otherNetwork(network), value));
  if (foreign === undefined) return;
  const [name, value] = foreign;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `${name} of transaction ${id} is ${shown(value)}, an X-address of another network than the ${network}.`,
  );
}

/** The fields that every transaction has. Without them no ledger can ever take it, and the signer does not choose them. */
function readFields(fields: Fields, refuse: Refuse): TransactionPayload {
  const parsed = v.safeParse(commonFields, fields);
  if (!parsed.success) throw refuse(describeIssue(parsed.issues[0]));
  const { TransactionType, Account, Delegate, Fee, Sequence, TicketSequence } = parsed.output;
  const { LastLedgerSequence, SigningPubKey } = parsed.output;
  if ((Sequence === 0) !== (TicketSequence !== undefined)) {
    throw refuse("Sequence must be 0 where there is a TicketSequence, and only there");
  }
  return {
    fields,
    type: TransactionType,
    account: Account,
    signingAccount: Delegate ?? Account,
    sequence: Sequence,
    feeDrops: Fee,
    ...(LastLedgerSequence !== undefined && { lastLedgerSequence: LastLedgerSequence }),
    ...(SigningPubKey !== undefined && SigningPubKey !== "" && { signingPublicKey: SigningPubKey }),
  };
}

function otherNetwork(network: Network): Network {
  return network === "testnet" ? "mainnet" : "testnet";
}

function isXAddressOf(network: Network, value: JsonValue): boolean {
  return (
    typeof value === "string" &&
    isValidXAddress(value) &&
    xAddressToClassicAddress(value).test === (network === "testnet")
  );
}

function fieldsOf(pending: PendingTransaction): Fields | undefined {
  const json = payloadJson(pending);
  if (!isJsonObject(json)) return undefined;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function encodeAndDecode(given: Fields, refuse: Refuse): Fields {
  const written = withAmountsAsText(given) as Fields;
  const wrong = wrongField(written);
  if (wrong !== undefined) throw refuse(wrong);
  let fields: Fields;
  try {
    fields = decodeFields(encodeFields(written));
  } catch (cause) {
    throw refuse("its fields cannot be encoded together", cause);
  }
  const lost = lostMember(written, fields);
  if (lost !== undefined)
    throw refuse(wrongMember(lost.path, "cannot be signed as it is written", lost.value));
  return fields;
}

interface Lost {
  readonly path: string;
  readonly value: JsonValue;
}

/** A member, number or text for a number that the encoding does not carry, if there is one. */
function lostMember(given: JsonValue, encoded: JsonValue | undefined, path = ""): Lost | undefined {
  const lost = { path, value: given };
  if (typeof given === "number" || typeof given === "bigint" || typeof encoded === "number") {
    return isSameNumber(given, encoded) ? undefined : lost;
  }
  if (typeof given !== "object" || given === null) return encoded === undefined ? lost : undefined;
  if (typeof encoded !== "object" || encoded === null) return lost;
  if (Array.isArray(given) && (!Array.isArray(encoded) || encoded.length !== given.length)) return lost;
  const members = encoded as Fields;
  for (const [name, value] of Object.entries(given)) {
    const found = lostMember(value, members[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
