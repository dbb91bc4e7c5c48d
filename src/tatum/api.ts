/**
 * The endpoints of the Tatum API for a KMS (https://apidoc.tatum.io/). Every answer is parsed before anything acts on it.
 */
import * as v from "valibot";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { ApiUnavailable } from "../errors.ts";
import type { HttpAnswer, HttpFailure, Priority } from "../http/message.ts";
import { retryAfter } from "../http/retry.ts";
import { version } from "../version.ts";
import {
  errorCodeOf,
  isSuccess,
  jsonOf,
  reasonOf,
  type TatumConnection,
  type TatumPlace,
} from "./connection.ts";
import { isStillSame, type ListedTransaction } from "./pending-transaction.ts";
import { sameTransactionId, TRANSACTION_ID } from "./transaction-id.ts";

/** Bytes of a list of pending transactions: some 3,000 for each. */
export const MAXIMUM_LIST_BYTES = 32 * 1024 * 1024;

/** Characters that a broadcast takes as `txData` (Tatum API, broadcast endpoints). */
export const MAXIMUM_TX_DATA_LENGTH = 1_000_000;

const OFF_CHAIN_BROADCAST_PATH = "/v3/offchain/withdrawal/broadcast";

/** Answers of the broadcast endpoints that mean "not now" although they come as a 403. */
const LATER_CODES = new Set(["withdrawal.pending"]);
const REFUSING_STATUSES = new Set([400, 403, 409, 413, 422]);

/** A list of pending transactions, or a part of it, as it came. */
export interface PendingPart {
  readonly list: readonly JsonValue[];
  /** How long the answer was. */
  readonly characters: number;
  /** `version;level;message` of the newest KMS, as the API announces it. */
  readonly latestVersion?: string;
}

export interface BroadcastRequest {
  readonly path: string;
  /** The chain's ticker, for off-chain withdrawals. */
  readonly currency: string;
  readonly txData: string;
  /** Of the pending transaction; absent for bytes of one that the API has completed already. */
  readonly signatureId?: string;
  readonly withdrawalId?: string | undefined;
}

export type BroadcastAnswer =
  | {
      readonly kind: "accepted";
      readonly txId: string;
      readonly markedComplete: boolean;
      readonly note?: string;
    }
  /** The API or the node behind it looked at the transaction and said no. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nobody knows whether the transaction went out. */
  | { readonly kind: "unclear"; readonly reason: string; readonly retryAfter?: number };

export type Completion =
  | { readonly kind: "completed"; readonly txId: string }
  | { readonly kind: "not-completed" }
  /** The API says that it does not know the transaction, or no longer: it may have been cancelled. */
  | { readonly kind: "missing" }
  | { readonly kind: "unclear"; readonly reason: string };

const transactionId = v.pipe(v.string(), v.regex(TRANSACTION_ID));

const acceptedSchema = v.object({
  txId: transactionId,
  failed: v.optional(v.unknown()),
  completed: v.optional(v.unknown()),
});

/** Whether an answer is about a transaction: one of its members is the id, and not just a text that speaks of it. */
function mentions(json: JsonValue | undefined, txId: string): boolean {
  if (typeof json === "string") return sameTransactionId(json, txId);
  if (typeof json !== "object" || json === null) return false;
  return Object.values(json).some((member) => mentions(member, txId));
}

const unsuccessful = v.object({ contractRet: v.pipe(v.string(), v.notValues(["SUCCESS", "DEFAULT"])) });

/**
 * How chains say of a transaction which blocks hold that it was carried out without success: Stellar, the XRP Ledger, TRON,
 * MultiversX, Ethereum's kin.
 * https://developers.stellar.org/docs/data/apis/horizon/api-reference/resources/transactions/object
 * https://xrpl.org/docs/references/protocol/transactions/transaction-results/tec-codes
 */
const FAILED = v.union([
  v.object({ successful: v.literal(false) }),
  v.object({ meta: v.object({ TransactionResult: v.pipe(v.string(), v.startsWith("tec")) }) }),
  v.object({ ret: v.union([unsuccessful, v.looseTuple([unsuccessful])]) }),
  v.object({ status: v.union([v.picklist(["fail", "failed", "invalid"]), v.literal(false)]) }),
]);

/** How chains say of a transaction that no block has it yet, or none that stays: Bitcoin's kin, Ethereum's, the XRP Ledger, MultiversX. */
const UNCONFIRMED = v.union([
  v.object({ blockNumber: v.union([v.null(), v.literal(-1)]) }),
  v.object({ height: v.literal(-1) }),
  v.object({ block: v.null() }),
  v.object({ blockHash: v.null() }),
  v.object({ confirmations: v.literal(0) }),
  v.object({ validated: v.literal(false) }),
  v.object({ status: v.literal("pending") }),
]);

/** How the API says that it has no such transaction: `tx.not.found`, `algo.tx.not.found`, `kms.missing`. */
const ABSENT_CODE = /(?:not[._]?found|missing)$/i;

/** How servers and gateways say that they have no such endpoint, which tells nothing of a transaction. */
const NO_ENDPOINT = v.object({ message: v.pipe(v.string(), v.regex(/^(?:cannot get|no route) /i)) });

/** Whether an answer says that there is no such transaction. One about the API key or an endpoint, or of a proxy, does not. */
function saysAbsent(answer: HttpAnswer): boolean {
  const json = jsonOf(answer);
  if (typeof json !== "object" || json === null) return false;
  const code = errorCodeOf(answer);
  if (answer.status === 404 && code === undefined) return !v.is(NO_ENDPOINT, json);
  return [400, 403, 404].includes(answer.status) && ABSENT_CODE.test(code ?? "");
}

/** The API's form of an error, whatever the HTTP status that it came with. */
const errorAnswer = v.union([
  v.object({ statusCode: v.pipe(v.number(), v.minValue(400)) }),
  v.object({ errorCode: v.pipe(v.string(), v.nonEmpty()) }),
]);

const completionSchema = v.object({ txId: v.nullish(v.union([v.literal(""), transactionId])) });

function completionOf(said: JsonValue | undefined): Completion {
  const parsed = v.safeParse(completionSchema, said);
  if (!parsed.success || v.is(errorAnswer, said))
    return { kind: "unclear", reason: "the answer about the transaction has no known shape" };
  return parsed.output.txId ? { kind: "completed", txId: parsed.output.txId } : { kind: "not-completed" };
}

/** The bodies of polls by their signature IDs: a megabyte for 25,000, made once for as long as those stay the same. */
const pollBodies = new WeakMap<readonly string[], string>();

function pollBodyOf(signatureIds: readonly string[]): string {
  const known = pollBodies.get(signatureIds);
  if (known !== undefined) return known;
  const body = JSON.stringify({ signatureIds });
  pollBodies.set(signatureIds, body);
  return body;
}

export class TatumApi {
  /** The name of the key that it is asked with. */
  readonly apiKeyName: string;
  readonly #connection: TatumConnection;

  constructor(connection: TatumConnection) {
    this.#connection = connection;
    this.apiKeyName = connection.apiKeyName;
  }

  /** Whether requests wait because the API takes no more of them. */
  get isHeldUp(): boolean {
    return this.#connection.isHeldUp;
  }

  /**
   * The pending transactions of a chain for these signature IDs, not yet read.
   * @param signatureIds an array that nobody changes afterwards
   * @throws ApiUnavailable when there is no usable list.
   */
  async pending(chain: string, signatureIds: readonly string[]): Promise<PendingPart> {
    const path = `/v3/kms/pending/${chain}`;
    const request = {
      method: "POST",
      path,
      json: pollBodyOf(signatureIds),
      headers: { "x-ttm-kms-client-version": version },
      maximumBytes: MAXIMUM_LIST_BYTES,
    } as const;
    // One that was refused has queued up before.
    const priorities: Priority[] = ["poll"];
    const answer = await this.#connection.answerTo(path, () =>
      this.#connection.withOneRetry(() =>
        this.#connection.send({ ...request, priority: priorities.pop() ?? "payment" }),
      ),
    );
    if (!isSuccess(answer)) throw this.#connection.unavailable(`Error received from API ${path}`, answer);
    const list = jsonOf(answer);
    if (!Array.isArray(list)) throw new ApiUnavailable(`The API's answer to ${path} is not a list.`);
    const latestVersion = answer.headers.get("x-ttm-kms-latest-version") ?? undefined;
    const { length: characters } = answer.body;
    return { list, characters, ...(latestVersion !== undefined && { latestVersion }) };
  }

  /**
   * A place at the API for a broadcast, taken before the bytes are recorded as sent, so that nothing has to be waited for
   * between the record and {@link broadcast}.
   *
   * @throws ApiUnavailable when there is none in time
   */
  async reserveBroadcast(): Promise<TatumPlace> {
    return this.#connection.answerTo("for a broadcast", () => this.#connection.reserve("broadcast"));
  }

  /**
   * Hands over a signed transaction, once.
   * @param reserved from {@link reserveBroadcast}; without it a place is waited for here
   */
  async broadcast(
    { path, currency, txData, signatureId, withdrawalId }: BroadcastRequest,
    reserved?: TatumPlace,
  ): Promise<BroadcastAnswer> {
    let answer: HttpAnswer;
    const named = signatureId === undefined ? {} : { signatureId };
    try {
      const place = reserved ?? (await this.#connection.reserve("broadcast"));
      answer = await place.send(
        withdrawalId === undefined
          ? { method: "POST", path, body: { txData, ...named } }
          : {
              method: "POST",
              path: OFF_CHAIN_BROADCAST_PATH,
              body: { currency, ...named, withdrawalId, txData },
            },
      );
    } catch (failure) {
      const reason = reasonOf(failure);
      const { retryAfter: wait } = failure as HttpFailure;
      return { kind: "unclear", reason, ...(wait !== undefined && { retryAfter: wait }) };
    }
    if (isSuccess(answer)) return this.#accepted(answer, withdrawalId !== undefined);
    if (REFUSING_STATUSES.has(answer.status) && !LATER_CODES.has(errorCodeOf(answer) ?? "")) {
      return { kind: "refused", reason: this.#connection.explain(answer) };
    }
    const wait = retryAfter(answer.headers, Date.now());
    const reason = this.#connection.explainToOperator(answer);
    return wait === undefined ? { kind: "unclear", reason } : { kind: "unclear", reason, retryAfter: wait };
  }

  #accepted(answer: HttpAnswer, isWithdrawal: boolean): BroadcastAnswer {
    const json = jsonOf(answer);
    if (v.is(errorAnswer, json)) return { kind: "unclear", reason: this.#connection.explain(answer) };
    const accepted = v.safeParse(acceptedSchema, json);
    if (!accepted.success) return { kind: "unclear", reason: "the answer to the broadcast holds no txId" };
    const { txId, failed, completed } = accepted.output;
    if (isWithdrawal && completed === false) {
      const note = "the withdrawal was sent but has to be completed by hand";
      return { kind: "accepted", txId, markedComplete: true, note };
    }
    return { kind: "accepted", txId, markedComplete: failed !== true };
  }

  /** Whether the API knows the transaction as done. */
  async completion(id: string): Promise<Completion> {
    const answer = await this.#ask(id);
    return "kind" in answer ? answer : completionOf(answer.said);
  }

  /** {@link completion} of a transaction that was listed before; it may have been changed since. */
  async lookAgain(listed: ListedTransaction): Promise<Completion | { readonly kind: "changed" }> {
    const answer = await this.#ask(listed.transaction.id);
    if ("kind" in answer) return answer;
    const completion = completionOf(answer.said);
    if (completion.kind !== "not-completed" || isStillSame(listed, answer.said as object)) return completion;
    return { kind: "changed" };
  }

  /** What the API says of a pending transaction. */
  async #ask(id: string): Promise<{ readonly said: JsonValue | undefined } | Completion> {
    try {
      const path = `/v3/kms/${encodeURIComponent(id)}`;
      const answer = await this.#connection.withOneRetry(() =>
        this.#connection.send({ method: "GET", path }),
      );
      if (isSuccess(answer)) return { said: jsonOf(answer) };
      if (errorCodeOf(answer) === "kms.missing") return { kind: "missing" };
      return { kind: "unclear", reason: this.#connection.explainToOperator(answer) };
    } catch (failure) {
      return { kind: "unclear", reason: reasonOf(failure) };
    }
  }

  /**
   * Whether the network of a chain has a transaction, as far as the API tells; `failed` when it was carried out without success,
   * `pooled` when no block has it yet.
   * @param broadcastPath the chain's, such as `/v3/bitcoin/broadcast`; its transactions are beside it
   */
  async isOnChain(
    broadcastPath: string,
    txId: string,
  ): Promise<"yes" | "failed" | "pooled" | "no" | "unclear"> {
    const path = broadcastPath.replace(/broadcast$/, `transaction/${encodeURIComponent(txId)}`);
    try {
      const answer = await this.#connection.withOneRetry(() =>
        this.#connection.send({ method: "GET", path }),
      );
      if (isSuccess(answer)) {
        const json = jsonOf(answer);
        if (typeof json !== "object" || !mentions(json, txId)) return "unclear";
        if (v.is(UNCONFIRMED, json)) return "pooled";
        return v.is(FAILED, json) ? "failed" : "yes";
      }
      return saysAbsent(answer) ? "no" : "unclear";
    } catch (failure) {
      reasonOf(failure);
      return "unclear";
    }
  }

  /** Marks a transaction as done under a transaction id; whether the API took it. */
  async markComplete(id: string, txId: string): Promise<boolean> {
    try {
      const path = `/v3/kms/${encodeURIComponent(id)}/${encodeURIComponent(txId)}`;
      return isSuccess(
        await this.#connection.withRetries(() => this.#connection.sendToTheEnd({ method: "PUT", path })),
      );
    } catch (failure) {
      reasonOf(failure);
      return false;
    }
  }

  /** Reports failed transactions; the reason when the API did not take the report. */
  async reportErrors(errors: readonly { signatureId: string; error: string }[]): Promise<string | undefined> {
    try {
      const request = { method: "POST", path: "/v3/tatum/kms/batch", body: { errors: [...errors] } } as const;
      const answer = await this.#connection.withRetries(() => this.#connection.sendToTheEnd(request));
      return isSuccess(answer) ? undefined : this.#connection.explainToOperator(answer);
    } catch (failure) {
      return reasonOf(failure);
    }
  }
}
