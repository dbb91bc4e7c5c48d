import { describe, expect, test } from "bun:test";
import type {
  Network,
  PendingTransaction,
  SignedTransaction,
  WalletFields,
} from "../../../../chains/chain.ts";
import { type JsonValue, parseExactJson } from "../../../../chains/codec/exact-json.ts";
import type { EvmChain } from "../../../../chains/families/evm/chain.ts";
import { evmChains } from "./evm-chains.ts";
import { signerOf } from "./evm-requests.ts";
import { type Exchange, environmentOf } from "./fake-environment.ts";

interface WalletVector {
  readonly mnemonic: string;
  readonly testnet: boolean;
  readonly wallet: { readonly xpub: string };
  readonly keys: readonly { readonly index: number; readonly address: string; readonly privateKey: string }[];
}

interface Signed {
  readonly txData: string;
  readonly txid: string;
}

interface SigningVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Omit<PendingTransaction, "signatures"> & Partial<Pick<PendingTransaction, "signatures">>;
  readonly wallets: Readonly<Record<string, WalletFields & { readonly testnet: boolean }>>;
  readonly http: readonly (Exchange & { readonly notRequestedByReference?: boolean })[];
  readonly expected?: Partial<Signed> & {
    readonly broadcast?: { readonly path: string };
    readonly error?: string;
    readonly errorMatch?: "exact" | "any";
  };
  /** The original failed; to sign is fine too. */
  readonly lenient?: boolean;
  readonly alternative?: Signed;
  readonly upstreamBug?: string;
  /** What the original signed by mistake. */
  readonly upstream?: Signed;
}

/** Vectors of what the original signed and this program refuses, as they allow or demand. */
const REFUSED = ["CELO from-in-payload-is-overwritten", "KLAY error-data-not-hex"];

/** The vectors of Celo are from before the network became a layer 2 of Ethereum. */
const SETTINGS = { TATUM_KMS_CELO_LEGACY: "true" };

for (const chain of evmChains) {
  const { ticker } = chain.facts;

  describe(`${ticker} wallets of the original`, async () => {
    const vectors = await readVectors<WalletVector>("wallets", ticker);
    test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
      const network = networkOf(vector.testnet);
      const wallet = chain.restoreWallet(vector.mnemonic, network);
      expect(Object.entries(wallet)).toEqual([
        ["xpub", vector.wallet.xpub],
        ["mnemonic", vector.mnemonic],
      ]);
      for (const { index, address, privateKey } of vector.keys) {
        expect(chain.deriveAddress({ xpub: vector.wallet.xpub }, index, network)).toBe(address);
        expect(chain.deriveAddress({ mnemonic: vector.mnemonic }, index, network)).toBe(address);
        expect(chain.deriveAddress({ privateKey }, index, network)).toBe(address);
        expect(chain.derivePrivateKey(wallet, index, network)).toBe(privateKey);
        expect(chain.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
      }
    });
  });

  describe(`${ticker} transactions of the original`, async () => {
    const vectors = await readVectors<SigningVector>("signing", ticker);
    test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (name, vector) => {
      const result = await outcome(chain, vector);
      const { expected, alternative = expected } = vector;
      const isRefused = REFUSED.includes(`${ticker} ${name}`);
      if (alternative?.txData !== undefined && !isRefused) {
        expect(result).toMatchObject({ payload: alternative.txData, transactionId: alternative.txid });
        if (expected?.broadcast !== undefined) expectBroadcast(expected.broadcast.path, chain, vector);
      } else if (isSignedInstead(vector) && !isRefused) {
        expectSignedAsAsked(result, vector);
      } else {
        expect(result).toHaveProperty("name", "ChainError");
        if (expected?.errorMatch === "exact") {
          expect(`Error: ${(result as Error).message}`).toBe(expected.error!);
        }
      }
    });
  });
}

/** Whether the original failed or signed something else where the payload is good. */
function isSignedInstead({ lenient, upstream }: SigningVector): boolean {
  return lenient === true || upstream !== undefined;
}

function expectBroadcast(path: string, { facts }: EvmChain, { pending }: SigningVector): void {
  const isWithdrawal = pending.withdrawalId !== undefined && facts.offChainWithdrawal;
  expect(path).toBe(isWithdrawal ? "/v3/offchain/withdrawal/broadcast" : facts.broadcastPath);
}

/** The recipient and the exact amount the payload asks for stand beside each other in the signed transaction. */
function expectSignedAsAsked(result: SignedTransaction | Error, vector: SigningVector): void {
  expect(result).not.toBeInstanceOf(Error);
  const { payload } = result as SignedTransaction;
  const asked = parseExactJson(vector.pending.serializedTransaction) as {
    to: string;
    value?: string | bigint;
  };
  const amount = BigInt(asked.value ?? 0).toString(16);
  const bytes = Math.ceil(amount.length / 2);
  const rlpAmount = amount === "0" ? "80" : (0x80 + bytes).toString(16) + amount.padStart(2 * bytes, "0");
  expect(payload).toContain(`94${asked.to.slice(-40).toLowerCase()}${rlpAmount}`);
}

async function outcome(chain: EvmChain, vector: SigningVector): Promise<SignedTransaction | Error> {
  const transaction: PendingTransaction = { signatures: [], ...vector.pending };
  const named = [...transaction.hashes.map((id) => ({ id, index: undefined })), ...transaction.signatures];
  const signers = named.flatMap(({ id, index }) => {
    const wallet = vector.wallets[id];
    return wallet === undefined ? [] : [signerOf(id, wallet, chain, networkOf(wallet.testnet), index)];
  });
  const environment = environmentOf(exchangesOf(vector, chain), {
    network: networkOf(vector.testnet),
    settings: SETTINGS,
    thirdParties: chain.facts.thirdParties,
  });
  try {
    return await chain.sign({ transaction, signers }, environment);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function exchangesOf(vector: SigningVector, { facts }: EvmChain): readonly Exchange[] {
  const isAnswered = vector.lenient === true || vector.alternative !== undefined;
  const exchanges = vector.http.filter(
    ({ notRequestedByReference }) => !notRequestedByReference || isAnswered,
  );
  if (!isSignedInstead(vector)) return exchanges;
  // The vector does not say what a node answers where the original had failed by then or asked something wrong.
  const answer = (method: string, result: string): Exchange => ({
    method: "POST",
    path: facts.node.path.replace("{key}", "test-api-key"),
    requestBodySubset: { method, params: [] },
    response: { result },
  });
  const [chainId] = facts.chainIds[networkOf(vector.testnet)];
  return [
    ...exchanges,
    answer(facts.node.chainIdMethod, `0x${chainId!.toString(16)}`),
    answer(facts.gasEstimate.method, "0x15f90"),
  ];
}

async function readVectors<Vector>(kind: "signing" | "wallets", ticker: string): Promise<readonly Vector[]> {
  const url = new URL(`../../../vectors/${kind}/${ticker}.json`, import.meta.url);
  return parseExactJson(await Bun.file(url).text()) as JsonValue as unknown as readonly Vector[];
}

function networkOf(testnet: boolean): Network {
  return testnet ? "testnet" : "mainnet";
}
