import { describe, expect, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { encodeTransactionPayload } from "@onflow/sdk";
import type { SignedTransaction } from "../../../../chains/chain.ts";
import { flow } from "../../../../chains/flow.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import {
  networkOf,
  offlineEnvironment,
  readVectors,
  type SigningVector,
  signVector,
} from "../../offline-signing-vectors.ts";
import {
  answersOf,
  type FlowVector,
  type SubmittedTransaction,
  text,
  voucherOf,
  withTransactionId,
} from "./flow-vectors.ts";

interface WalletVector {
  readonly mnemonic: string;
  readonly testnet: boolean;
  readonly wallet: { readonly xpub: string };
  readonly keys: readonly {
    readonly index: number;
    readonly address: string;
    readonly privateKey: string;
    readonly privateKeyPadded?: string;
  }[];
}

interface Vector extends Omit<SigningVector, "expected">, FlowVector {
  readonly http: readonly Exchange[];
  readonly expected: {
    readonly txid?: string;
    readonly submittedTransaction?: SubmittedTransaction;
    readonly argumentsJson?: readonly string[];
    readonly broadcastCalls?: readonly { readonly body: unknown }[];
    readonly error?: string;
    readonly errorContains?: string;
  };
}

describe("FLOW wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "FLOW");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const wallet = flow.restoreWallet(vector.mnemonic, network);
    expect(Object.entries(wallet)).toEqual([
      ["mnemonic", vector.mnemonic],
      ["xpub", vector.wallet.xpub],
    ]);
    for (const { index, address, privateKey, privateKeyPadded = privateKey } of vector.keys) {
      expect(flow.deriveAddress({ xpub: vector.wallet.xpub }, index, network)).toBe(address);
      expect(flow.deriveAddress({ privateKey }, index, network)).toBe(address);
      expect(flow.derivePrivateKey(wallet, index, network)).toBe(privateKeyPadded);
      expect(flow.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("FLOW transactions of the original", async () => {
  const vectors = await readVectors<Vector>("signing", "FLOW");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected } = vector;
    const requests: Request[] = [];
    const environment = offlineEnvironment(
      answeringEnvironment(answersIncludingRelease(vector), flow.facts, networkOf(vector.testnet), requests),
    );
    const signed = await signVector(flow, vector as unknown as SigningVector, environment);
    if (signed instanceof Error) {
      expect(expected).toHaveProperty("error");
      expect(signed).toHaveProperty("name", "ChainError");
      return;
    }
    const id = signed.transactionId;
    if (expected.error === undefined) {
      expect(await flow.submit!(signed, environment)).toBe(id);
    } else {
      await expect(flow.submit!(signed, environment)).rejects.toThrow(expected.error);
    }
    expectAsAsked(signed, vector);
    const release = requests.filter(({ path }) => path === flow.facts.broadcastPath).map(({ body }) => body);
    expect<unknown>(release).toEqual([withTransactionId(expected.broadcastCalls![0]!.body, id)]);
  });
});

function expectAsAsked({ payload, transactionId }: SignedTransaction, { expected, ...vector }: Vector): void {
  const submitted = JSON.parse(payload) as SubmittedTransaction;
  if (expected.submittedTransaction !== undefined) {
    expect(submitted).toEqual(expected.submittedTransaction);
    expect(transactionId).toBe(expected.txid!);
    return;
  }
  if (expected.argumentsJson === undefined) return;
  expect(submitted.arguments.map(text)).toEqual([...expected.argumentsJson]);
  const { gas_limit, reference_block_id, proposal_key, payer, authorizers } = submitted;
  expect(expected).toMatchObject({ gas_limit, reference_block_id, proposal_key, payer, authorizers });
  const signers = (list: SubmittedTransaction["payload_signatures"]) =>
    list.map(({ address, key_index }) => ({ address, key_index }));
  expect(expected).toMatchObject({
    payloadSigners: signers(submitted.payload_signatures),
    envelopeSigners: signers(submitted.envelope_signatures),
  });
  const own = submitted.payload_signatures.find(({ address }) => address === authorizers[0])!;
  const message = Buffer.from(encodeTransactionPayload(voucherOf(submitted)), "hex");
  const [wallet] = Object.values(vector.wallets);
  const { key } = flow.parsePrivateKey(
    wallet!.privateKey ??
      flow.derivePrivateKey(wallet!, vector.pending.index ?? 0, networkOf(vector.testnet)),
    networkOf(vector.testnet),
  );
  const options = { prehash: false, lowS: false } as const;
  const signature = Buffer.from(own.signature, "base64");
  expect(secp256k1.verify(signature, sha3_256(message), key.publicKey, options)).toBe(true);
}

function answersIncludingRelease(vector: Vector): readonly Exchange[] {
  return [...answersOf(vector), { method: "POST", path: flow.facts.broadcastPath, response: {} }];
}
