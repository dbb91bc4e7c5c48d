/** What a chain may use of the outside world while it works on one transaction. */
import type { Chain, ChainEnvironment, Network, ThirdPartyRequest } from "../../chains/chain.ts";
import { type JsonValue, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { ChainError } from "../../chains/error.ts";
import { loadChain } from "../../chains/index.ts";
import { ApiUnavailable, KmsError } from "../errors.ts";
import type { Endpoint } from "../http/endpoints.ts";
import { readBaseUrl } from "../http/http-url.ts";
import { HttpFailure } from "../http/message.ts";
import { pause, retryAfter } from "../http/retry.ts";
import { UsedSequences } from "../journal/sequences.ts";
import type { Setting } from "../settings/settings.ts";
import { isSuccess, jsonOf } from "../tatum/connection.ts";
import { assertCountBelievable } from "./account-count.ts";
import type { Services } from "./services.ts";

/** The part of the services that leads outside. */
type Outside = Pick<
  Services,
  "network" | "nodes" | "http" | "setting" | "timeout" | "sightings" | "runOnce" | "stopping"
>;

/** What decides where a third party is. */
type Place = Pick<Services, "network" | "setting">;

/** The third parties of all chains, and the chain that asks each. */
export const thirdParties: Readonly<Record<string, string>> = {
  FLOW: "FLOW",
  VET: "VET",
  BNB: "BNB",
  POLYGON_GAS: "MATIC",
};

/** The variable that says where a third party is. */
function thirdPartyVariable(name: string): string {
  return `TATUM_KMS_${name}_URL`;
}

/**
 * The third parties of these chains that the operator named.
 * @throws KmsError `CONFIGURATION` when a variable is no URL
 */
export async function namedThirdParties(
  tickers: readonly string[],
  network: Network,
  setting: (name: string) => Setting | undefined,
): Promise<readonly Endpoint[]> {
  const named = Object.entries(thirdParties).flatMap(([name, ticker]) => {
    const found = setting(thirdPartyVariable(name));
    return found === undefined || !tickers.includes(ticker) ? [] : [{ name, ticker, found }];
  });
  return Promise.all(
    named.map(async ({ name, ticker, found }): Promise<Endpoint> => {
      const chain = await loadChain(ticker);
      if (chain === undefined) throw new KmsError("INTERNAL", `${ticker} is not a chain.`);
      return {
        setting: `${thirdPartyVariable(name)} (from ${found.origin})`,
        url: thirdPartyUrl(chain, name, { network, setting: () => found.value }),
        danger: `forge what ${chain.facts.name} says of accounts, fees and transactions`,
        code: "CONFIGURATION",
      };
    }),
  );
}

/**
 * Where a third party of a chain is: at its own place, or where the operator says. A URL of the operator without a path is
 * another host for the usual path.
 */
export function thirdPartyUrl({ facts }: Pick<Chain, "facts">, name: string, place: Place): URL {
  const variable = thirdPartyVariable(name);
  const usual = facts.thirdParties?.[name]?.[place.network];
  if (usual === undefined) throw new KmsError("INTERNAL", `${facts.ticker} has no third party ${name}.`);
  const configured = place.setting(variable);
  if (configured === undefined) return new URL(usual);
  const url = readBaseUrl({ what: variable, text: configured, code: "CONFIGURATION" });
  if (url.pathname === "/") url.pathname = new URL(usual).pathname;
  return url;
}

async function askThirdParty(
  chain: Chain,
  services: Outside,
  name: string,
  { method, path, body }: ThirdPartyRequest,
): Promise<JsonValue> {
  const base = thirdPartyUrl(chain, name, services);
  services.http.allow(base);
  const url = new URL(base.href.replace(/\/+$/, "") + path);
  try {
    const answer = await services.http.send({
      method,
      url,
      timeout: services.timeout,
      signal: services.stopping,
      ...(body === undefined
        ? {}
        : { body: stringifyExactJson(body), headers: { "content-type": "application/json" } }),
    });
    const json = jsonOf(answer);
    if (isSuccess(answer) && json !== undefined) return json;
    if (isDefiniteNo(answer.status))
      throw new ChainError("NODE_REFUSED", refusalOf(url, answer.status, json), {
        httpStatus: answer.status,
      });
    const wait = retryAfter(answer.headers, Date.now());
    const isNoJson = isSuccess(answer) ? " with something that is not JSON" : "";
    throw new ApiUnavailable(`${url.host} answered HTTP ${answer.status}${isNoJson}.`, { retryAfter: wait });
  } catch (failure) {
    if (failure instanceof HttpFailure) throw new KmsError("NETWORK", failure.message, { cause: failure });
    throw failure;
  }
}

/** Whether asking again later would change nothing: all refusals but "not allowed to ask", "too slow", "too often". */
function isDefiniteNo(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}

/** The host's own words where it has some; they come from outside and may be long. */
function refusalOf(url: URL, status: number, json: JsonValue | undefined): string {
  const words = typeof json === "string" ? json : json === undefined ? "" : stringifyExactJson(json);
  return `${url.host} refused (HTTP ${status})${words === "" ? "" : `: ${words.slice(0, 500)}`}`;
}

/** A number behind which nothing can land before a transaction has used it. */
export interface HeldNumber {
  /** Of the pending transaction whose it is. */
  readonly id: string;
  readonly number: bigint;
  /** Why it is not used yet. */
  readonly reason: string;
  /** What a person can do, where that is not to resolve the job. */
  readonly advice?: string;
}

/** What a chain may know of the journal while it signs. */
export interface JournalView {
  /** Whose sequence numbers may be asked for. */
  readonly account: string | undefined;
  /** Those that are used. */
  readonly used: UsedSequences;
  /** The number that is kept for this transaction, since bytes of it were given up. */
  readonly kept?: bigint | undefined;
  /** Those that other transactions hold up. */
  readonly held?: readonly HeldNumber[];
  readonly isTaken: ChainEnvironment["isTaken"];
}

const noJournal: JournalView = {
  account: undefined,
  used: UsedSequences.none(),
  isTaken: async () => false,
};

/** @throws KmsError `NETWORK` when a transaction with this number would wait behind one that cannot land */
function assertNoGap(
  number: bigint,
  counted: bigint,
  { account, held = [] }: Pick<JournalView, "account" | "held">,
): void {
  const before = held.find((one) => one.number >= counted && one.number <= number);
  if (before === undefined) return;
  throw new KmsError(
    "NETWORK",
    `The account ${account} waits for transaction ${before.id}, whose number ${before.number} is not used: ${before.reason}`,
    { hint: before.advice ?? `If it cannot go on: tatum-kms job resolve ${before.id}` },
  );
}

/** What a chain may use for one transaction. */
export function createChainEnvironment(
  chain: Chain,
  services: Outside,
  warn: (message: string) => void,
  { account, used, kept, held, isTaken }: JournalView = noJournal,
): ChainEnvironment {
  const { network, nodes, stopping } = services;
  return {
    network,
    get: (path) => nodes.get(path),
    post: (path, body) => nodes.post(path, body),
    rpc: (path, method, params) => nodes.rpc(path, method, params),
    askThirdParty: (name, request) => askThirdParty(chain, services, name, request),
    shared: (question, ask) => nodes.shared(`${chain.facts.ticker} ${question}`, ask),
    async firstUnusedSequence(asked, counted, confirmed) {
      if (asked !== account) {
        throw new ChainError(
          "INVALID_TRANSACTION",
          "The transaction is signed for another account than it was prepared for.",
        );
      }
      const { ticker } = chain.facts;
      await assertCountBelievable({ ticker, account, counted, next: used.next, confirmed }, services, warn);
      const number = kept !== undefined && kept >= counted ? kept : used.firstUnused(counted);
      assertNoGap(number, counted, { account, ...(held !== undefined && { held }) });
      return number;
    },
    isTaken,
    setting: (name) => services.setting(name),
    now: () => Date.now(),
    pause: (milliseconds) => pause(milliseconds, stopping),
    warn,
  };
}
