/** The signing vectors of all chains, and the words they are made of. */
import type { Chain, WalletFields } from "../../chains/chain.ts";
import { type JsonValue, parseExactJson } from "../../chains/codec/exact-json.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import type { Exchange } from "../chains/answering-environment.ts";
import { answersOf, type FlowVector } from "../chains/families/flow/flow-vectors.ts";
import { readVectors } from "../chains/offline-signing-vectors.ts";
import type { Vocabulary } from "./mutate-json.ts";

export interface FuzzVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: { readonly [member: string]: JsonValue };
  readonly wallets: Readonly<Record<string, WalletFields & { readonly testnet: boolean }>>;
  readonly http: readonly Exchange[];
}

export interface ChainVectors {
  readonly chain: Chain;
  readonly vectors: readonly FuzzVector[];
  readonly vocabulary: Vocabulary;
}

/** So many values are kept for a name. */
const VALUES_PER_NAME = 200;

/** All names and values in some JSON, also in texts that are JSON. */
function vocabularyOf(values: readonly JsonValue[], moreNames: readonly string[]): Vocabulary {
  const found = new Map<string, JsonValue[]>();
  const collect = (value: JsonValue, name: string): void => {
    const known = found.get(name) ?? [];
    if (known.length < VALUES_PER_NAME) known.push(value);
    found.set(name, known);
    if (typeof value === "string" && /^\s*[[{]/.test(value)) {
      try {
        collect(parseExactJson(value), name);
      } catch {}
    }
    if (typeof value !== "object" || value === null) return;
    const isList = Array.isArray(value);
    for (const [member, item] of Object.entries(value)) collect(item as JsonValue, isList ? name : member);
  };
  for (const value of values) collect(value, "");
  found.delete("");
  return { names: [...new Set([...found.keys(), ...moreNames])], valuesOf: (name) => found.get(name) ?? [] };
}

/** Members that no vector has, but that nodes know. */
const MORE_NAMES: Readonly<Record<string, readonly string[]>> = {
  ETH: ["accessList", "type", "input", "authorizationList", "maxFeePerBlobGas", "maxPriorityFeePerGas"],
  VET: ["dependsOn", "expiration", "blockRef", "clauses", "gasPriceCoef", "reserved", "delegator"],
  ALGO: ["reKeyTo", "closeRemainderTo", "lease", "group", "assetRevocationTarget", "appIndex"],
  EGLD: ["guardian", "options", "relayer", "innerTransactions", "version"],
  TRON: ["Permission_id", "fee_limit", "provider", "ContractName", "call_token_value", "token_id"],
  XRP: [
    "DestinationTag",
    "SourceTag",
    "InvoiceID",
    "Paths",
    "SendMax",
    "DeliverMin",
    "Flags",
    "Memos",
    "Delegate",
    "TicketSequence",
    "AccountTxnID",
    "NetworkID",
    "SignerEntries",
    "RegularKey",
    "QualityIn",
    "QualityOut",
  ],
};

async function readChain(ticker: string): Promise<ChainVectors> {
  const chain = await loadChain(ticker);
  if (chain === undefined) throw new Error(`${ticker} is no chain`);
  const read = await readVectors<FuzzVector>("signing", ticker);
  const vectors = read.map((vector) =>
    ticker === "FLOW" ? { ...vector, http: answersOf(vector as unknown as FlowVector) } : vector,
  );
  return {
    chain,
    vectors,
    vocabulary: vocabularyOf(
      read.map(({ pending }) => pending),
      MORE_NAMES[ticker] ?? [],
    ),
  };
}

export function readAllVectors(): Promise<readonly ChainVectors[]> {
  return Promise.all(tickers.map(readChain));
}
