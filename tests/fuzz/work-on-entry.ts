/** What becomes of an entry of the list of pending transactions, by the steps that the daemon takes. */
import type { Chain, ChainEnvironment, Intent, PendingTransaction } from "../../chains/chain.ts";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { describeFailure } from "../../src/failures.ts";
import { UsedSequences } from "../../src/journal/sequences.ts";
import { createChainEnvironment } from "../../src/signing/environment.ts";
import { Sightings } from "../../src/signing/sightings.ts";
import { resolveSigners } from "../../src/signing/signers.ts";
import { WalletKeys } from "../../src/signing/wallet-keys.ts";
import { TatumConnection } from "../../src/tatum/connection.ts";
import { NodeCalls } from "../../src/tatum/node.ts";
import { readPendingTransaction } from "../../src/tatum/pending-transaction.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { networkOf } from "../chains/offline-signing-vectors.ts";
import { noTokens } from "../providers/pkcs11/no-tokens.ts";
import { API_HOST, API_KEY, type Damage, vectorClient } from "./answering-client.ts";
import { expectedCode } from "./expected-error.ts";
import type { FuzzVector } from "./signing-vectors.ts";

export interface Signed {
  readonly transaction: PendingTransaction;
  readonly intents: readonly Intent[];
  readonly payload: string;
}

export type Outcome = {
  readonly kind: string;
  readonly signed?: Signed;
  /** What is logged when it is not signed. */
  readonly problem?: string;
};

export const undamaged: Damage = (answer) => answer;
const SETTINGS: Readonly<Record<string, string>> = { TATUM_KMS_CELO_LEGACY: "true" };

/** Deriving a key from a mnemonic takes longer than all the rest. */
export function withRememberedKeys(chain: Chain): Chain {
  const known = new Map<string, string>();
  const derivePrivateKey: Chain["derivePrivateKey"] = (wallet, index, network) => {
    const name = JSON.stringify([wallet, index, network]);
    const key = known.get(name) ?? chain.derivePrivateKey(wallet, index, network);
    if (index < 1000) known.set(name, key);
    return key;
  };
  return { ...chain, derivePrivateKey };
}

function environmentOf(
  chain: Chain,
  vector: FuzzVector,
  account: string | undefined,
  damage: Damage,
): ChainEnvironment {
  const http = vectorClient(vector, damage);
  const timeout = 1000;
  const connection = new TatumConnection({
    baseUrl: new URL(`https://${API_HOST}`),
    apiKey: API_KEY,
    http,
    timeout,
    retries: { retries: 0, delay: 0, maximumDelay: 0 },
  });
  const outside = {
    nodes: new NodeCalls(connection),
    http,
    network: networkOf(vector.testnet),
    setting: (name: string) => SETTINGS[name],
    timeout,
    sightings: new Sightings(),
    runOnce: false,
    stopping: new AbortController().signal,
  };
  const environment = createChainEnvironment(chain, outside, () => undefined, {
    account,
    used: UsedSequences.none(),
    isTaken: async () => false,
  });
  return { ...environment, pause: async () => undefined };
}

/** @throws unknown whatever is no error that the program gives on purpose */
export async function workOn(
  entry: JsonValue,
  chain: Chain,
  vector: FuzzVector,
  damage: Damage = undamaged,
): Promise<Outcome> {
  const { ticker } = chain.facts;
  const network = networkOf(vector.testnet);
  const listed = readPendingTransaction(entry, ticker);
  if (!("transaction" in listed)) return { kind: "malformed", problem: `${listed.problem}.` };
  const { transaction } = listed;
  const sealed = new Uint8Array();
  const get = async (id: string) =>
    Object.hasOwn(vector.wallets, id) ? { ...vector.wallets[id], chain: ticker } : undefined;
  const find = async (id: string) => {
    const record = await get(id);
    return record && { record, sealed };
  };
  const vault = { get, find, holds: async () => true } as unknown as Vault;
  try {
    const intents = chain.describe(transaction, network);
    const signers = await resolveSigners(
      transaction,
      chain,
      { vault, keys: new WalletKeys(vault), tokens: noTokens, network },
      () => undefined,
    );
    const request = { transaction, signers };
    const account = await chain.sendingAccount(request);
    const { payload } = await chain.sign(request, environmentOf(chain, vector, account, damage));
    return { kind: "signed", signed: { transaction, intents, payload } };
  } catch (failure) {
    return { kind: expectedCode(failure), problem: describeFailure(failure) };
  }
}
