/** The signing vectors of a chain, signed with the keys in their wallets and with hardware tokens that hold the same keys. */
import type { Chain, ChainEnvironment, SignedTransaction } from "../../chains/chain.ts";
import type { SigningKey } from "../../chains/signing-key.ts";
import { answeringEnvironment, type Exchange } from "./answering-environment.ts";
import { type Exchange as EvmExchange, environmentOf } from "./families/evm/fake-environment.ts";
import { answersOf, type FlowVector } from "./families/flow/flow-vectors.ts";
import { nodeEnvironment } from "./families/solana/node-environment.ts";
import { networkOf, readVectors, type SigningVector, signVector } from "./offline-signing-vectors.ts";

export interface TokenVector extends SigningVector {
  readonly http: readonly Exchange[];
  readonly expected: SigningVector["expected"] & {
    /** What was signed, of chains whose `txData` is the id alone. */
    readonly wireTransactionBase64?: string;
    readonly submittedTransaction?: object;
  };
}

/** A digest or message that a key was asked to sign, and what it gave. */
export interface AskedSignature {
  readonly publicKey: Uint8Array;
  readonly input: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Outcome {
  readonly signed: SignedTransaction;
  readonly asked: readonly AskedSignature[];
}

/** Makes the token for a private key in text form; `key` is the one that the chain reads. */
export type TokenOf = (text: string, key: SigningKey) => SigningKey;

/**
 * What the original signed and this program does not sign, or not always with the same bytes: the tests of the families
 * say why.
 */
const NOT_SIGNED_ALIKE: readonly string[] = [
  "ALGO sender differs from key: still signed, sgnr added",
  "BTC outputs-exceed-inputs",
  "BTC very-large-fee",
  "CELO from-in-payload-is-overwritten",
  "EGLD from does not belong to the key: signed anyway",
  "LTC outputs-exceed-inputs",
  "LTC very-large-fee",
  "VET VET transfer as the API delivers it (no nonce): random nonce",
  "XLM signing twice appends a duplicate signature",
  "XRP Account differs from the signing key: still signed",
  "XRP no autofill: transaction without Sequence/Fee/LastLedgerSequence is signed as given",
];

/**
 * The vectors with keys on a curve that the original signed, in wallets of one key: as such the program knows what is in
 * a token.
 */
export async function vectorsOf(
  chain: Chain,
  curve: SigningKey["curve"] = chain.facts.curve,
): Promise<readonly TokenVector[]> {
  const { ticker } = chain.facts;
  const all = await readVectors<TokenVector>("signing", ticker);
  return all.filter((vector) => {
    if (expectedPayload(vector) === undefined || NOT_SIGNED_ALIKE.includes(`${ticker} ${vector.name}`))
      return false;
    return Object.values(vector.wallets).every(({ mnemonic, secret, privateKey, testnet }) => {
      if (mnemonic !== undefined) return false;
      return chain.parsePrivateKey((secret ?? privateKey)!, networkOf(testnet)).key.curve === curve;
    });
  });
}

/** Signs a vector with tokens in the place of the keys of its wallets. */
export async function outcomeOf(
  chain: Chain,
  vector: TokenVector,
  tokenOf: TokenOf,
): Promise<Outcome | Error> {
  const asked: AskedSignature[] = [];
  const withTokens: Chain = {
    ...chain,
    parsePrivateKey(text, network) {
      const parsed = chain.parsePrivateKey(text, network);
      return { ...parsed, key: recording(tokenOf(text, parsed.key), asked) };
    },
  };
  const signed = await signVector(withTokens, vector, environmentFor(chain, vector));
  return signed instanceof Error ? signed : { signed, asked };
}

/** {@link outcomeOf} of a vector that has to be signed. */
export async function signWithTokens(chain: Chain, vector: TokenVector, tokenOf: TokenOf): Promise<Outcome> {
  const outcome = await outcomeOf(chain, vector, tokenOf);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

/** What the original signed. */
export function expectedPayload({ expected }: TokenVector): string | undefined {
  if (expected?.submittedTransaction !== undefined) return JSON.stringify(expected.submittedTransaction);
  return expected?.wireTransactionBase64 ?? expected?.txData;
}

function recording(key: SigningKey, asked: AskedSignature[]): SigningKey {
  const record = async (input: Uint8Array, signature: Uint8Array): Promise<Uint8Array> => {
    asked.push({ publicKey: key.publicKey, input: Uint8Array.from(input), signature });
    return signature;
  };
  const { signBitcoinCashSchnorr } = key;
  return {
    curve: key.curve,
    publicKey: key.publicKey,
    sign: async (input) => record(input, await key.sign(input)),
    ...(signBitcoinCashSchnorr !== undefined && {
      signBitcoinCashSchnorr: async (digest) =>
        record(digest, await signBitcoinCashSchnorr.call(key, digest)),
    }),
  };
}

/** What answers as it did when the vector was made. */
export function environmentFor({ facts }: Chain, vector: TokenVector): Partial<ChainEnvironment> {
  const network = networkOf(vector.testnet);
  if (facts.ticker === "SOL") return solanaEnvironment(vector);
  if (facts.ticker === "FLOW") {
    const release = { method: "POST", path: facts.broadcastPath, response: {} };
    const answers = [...answersOf(vector as TokenVector & FlowVector), release];
    return answeringEnvironment(answers, facts, network);
  }
  if (!("chainIds" in facts)) return answeringEnvironment(vector.http ?? [], facts, network);
  // The vectors of Celo are from before the network became a layer 2 of Ethereum.
  const settings = { TATUM_KMS_CELO_LEGACY: "true" };
  const { thirdParties } = facts;
  return environmentOf((vector.http ?? []) as readonly EvmExchange[], { network, settings, thirdParties });
}

function solanaEnvironment({ http, testnet }: TokenVector): ChainEnvironment {
  const answers = http.map(({ requestBodySubset, response }) => {
    const { method } = requestBodySubset as { readonly method: string };
    return [method, (response as { readonly result?: null } | undefined)?.result] as const;
  });
  return nodeEnvironment(Object.fromEntries(answers), { network: networkOf(testnet) });
}
