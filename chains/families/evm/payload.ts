/**
 * The payload of a pending transaction on chains of the EVM family: the transaction object of Ethereum's JSON-RPC.
 * eth_sendTransaction: https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import * as v from "valibot";
import type { Hex } from "viem";
import type { Network, PendingTransaction } from "../../chain.ts";
import { isJsonObject } from "../../codec/exact-json.ts";
import { describeIssue, wrongMember } from "../../codec/issue.ts";
import { MAX_NONCE, MAX_UINT64, MAX_UINT256, quantity, wholeNumber } from "../../codec/quantity.ts";
import { absentWhen, invalidPayload, payloadJson, readOnce } from "../payload.ts";
import { address, addressAsWritten } from "./address.ts";
import type { EvmFacts } from "./facts.ts";
import { type FeeFields, feeFields } from "./fee.ts";

/** A `serializedTransaction` that was read and understood. Amounts are in wei, addresses in lower case. */
export interface TransactionPayload {
  readonly chainId?: bigint;
  readonly from?: Hex;
  /** Absent for the creation of a contract. */
  readonly to?: Hex;
  readonly value?: bigint;
  readonly data?: Hex;
  /** Absent when the signer has to choose it. */
  readonly nonce?: bigint;
  /** Absent or 0 when the signer has to choose it. */
  readonly gas?: bigint;
  readonly fees: FeeFields;
  /** The token that pays the fee, on chains that have that; as written, because nodes are asked with this text. */
  readonly feeCurrency?: Hex;
}

const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** Fields of transaction types that this program does not sign; to drop them would change what is signed. */
const UNSUPPORTED = [
  "authorizationList",
  "blobVersionedHashes",
  "maxFeePerBlobGas",
  "blobs",
  "gatewayFee",
  "gatewayFeeRecipient",
];

const hexData = v.pipe(
  v.string("must be hex text"),
  v.regex(/^(?:0x)?(?:[0-9a-fA-F]{2})*$/, "must be hex text of whole bytes"),
  v.transform((text): Hex => `0x${text.replace(/^0x/, "").toLowerCase()}`),
);

const storageKey = v.pipe(
  v.string("must be 32 bytes in hex"),
  v.regex(/^0x[0-9a-fA-F]{64}$/, "must be 32 bytes in hex"),
  v.transform((text) => text.toLowerCase() as Hex),
);

function payloadSchema(facts: EvmFacts, network: Network) {
  const account = address(facts, network);
  const accessList = v.array(
    v.object({ address: account, storageKeys: v.array(storageKey) }, "must be an object"),
  );
  return v.object({
    chainId: absentWhen([null], wholeNumber(MAX_NONCE, 1n)),
    type: absentWhen([null], quantity(MAX_UINT64)),
    from: absentWhen([null, 0, ""], account),
    to: absentWhen([null], account),
    value: absentWhen([null], quantity(MAX_UINT256)),
    data: absentWhen([null], hexData),
    input: absentWhen([null], hexData),
    nonce: absentWhen([null, ""], quantity(MAX_NONCE)),
    gas: absentWhen([null, 0, ""], quantity(MAX_UINT64)),
    gasLimit: absentWhen([null, 0, ""], quantity(MAX_UINT64)),
    gasPrice: absentWhen([null, ""], quantity(MAX_UINT256)),
    maxFeePerGas: absentWhen([null], quantity(MAX_UINT256)),
    maxPriorityFeePerGas: absentWhen([null], quantity(MAX_UINT256)),
    accessList: absentWhen([null], accessList),
    feeCurrency: absentWhen([null, ""], addressAsWritten(facts, network)),
  });
}

type Fields = v.InferOutput<ReturnType<typeof payloadSchema>>;

/**
 * Reads the `serializedTransaction` of a pending transaction of a chain.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming the field that is wrong.
 */
export const parsePayload = readOnce(readPayload);

function readPayload(transaction: PendingTransaction, facts: EvmFacts, network: Network): TransactionPayload {
  const { chainId, from, to, value, nonce, feeCurrency, ...fields } = readFields(transaction, facts, network);
  const problem = contradiction(fields);
  if (problem !== undefined) throw invalidPayload(transaction, problem);
  const data = fields.data ?? fields.input;
  const gas = fields.gas ?? fields.gasLimit;
  if (to === undefined && (data ?? "0x") === "0x") {
    throw invalidPayload(transaction, "it has neither a recipient (to) nor data");
  }
  const fees = feeFields({ ...fields, feeCurrency });
  if (typeof fees === "string") throw invalidPayload(transaction, fees);

  return {
    ...(chainId !== undefined && { chainId }),
    ...(from !== undefined && from !== ZERO_ADDRESS && { from }),
    ...(to !== undefined && { to }),
    ...(value !== undefined && { value }),
    ...(data !== undefined && { data }),
    ...(nonce !== undefined && { nonce }),
    ...(gas !== undefined && { gas }),
    fees,
    ...(feeCurrency !== undefined && { feeCurrency }),
  };
}

function readFields(transaction: PendingTransaction, facts: EvmFacts, network: Network): Fields {
  const json = payloadJson(transaction);
  if (!isJsonObject(json)) throw invalidPayload(transaction, "it is not a JSON object");
  const unsupportedHere = facts.feeCurrencies === undefined ? [...UNSUPPORTED, "feeCurrency"] : UNSUPPORTED;
  const unsupported = unsupportedHere.find((member) => (json[member] ?? null) !== null);
  if (unsupported !== undefined) {
    throw invalidPayload(transaction, wrongMember(unsupported, "is not supported", json[unsupported]));
  }
  // An empty recipient once created a contract by accident.
  if (json["to"] === "") {
    throw invalidPayload(transaction, "to is empty; leave it out to create a contract");
  }
  const parsed = v.safeParse(payloadSchema(facts, network), json);
  if (parsed.success) return parsed.output;
  throw invalidPayload(transaction, describeIssue(parsed.issues[0]));
}

/** Members that say the same thing twice, and differently. */
function contradiction({ data, input, gas, gasLimit }: Partial<Fields>): string | undefined {
  if (input !== undefined && data !== undefined && input !== data) return "data and input differ";
  if (gasLimit !== undefined && gas !== undefined && gasLimit !== gas) return "gas and gasLimit differ";
  return undefined;
}
