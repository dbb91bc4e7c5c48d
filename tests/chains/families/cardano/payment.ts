/** A payment of 5 ADA from one coin of 10 ADA, and the construction API that builds it: honest unless told otherwise. */
import { concatBytes, hexToBytes } from "@noble/curves/utils.js";
import { encode } from "cborg";
import { cardano } from "../../../../chains/ada.ts";
import type {
  ChainEnvironment,
  PendingTransaction,
  SignedTransaction,
  Signer,
} from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { enterpriseAddress, readAddress } from "../../../../chains/families/cardano/address.ts";
import { transactionHash } from "../../../../chains/families/cardano/encode.ts";
import type { SigningKey } from "../../../../chains/signing-key.ts";
import { offlineEnvironment, signerOf } from "../../offline-signing-vectors.ts";

export const PRIVATE_KEY = `680cda22bb562b0f0f4b5f3b5f2ca2f5c08d1b1f2a3b4c5d6e7f8091a2b3c445${"11".repeat(32)}`;
export const OTHER_KEY = `${"40".repeat(32)}${"22".repeat(32)}`;

const keyOf = (text: string) => cardano.parsePrivateKey(text, "testnet");
export const SENDER = keyOf(PRIVATE_KEY).address;
export const RECIPIENT = enterpriseAddress(new Uint8Array(32).fill(7), "testnet");
export const STRANGER = keyOf(OTHER_KEY).address;
export const COIN = "ab".repeat(32);
export const TTL = 60_384_206;

const currency = { symbol: "ADA", decimals: 6 };

export function inputOperation(address: string, value: string, coin = `${COIN}:0`) {
  return {
    type: "input",
    account: { address, metadata: {} },
    amount: { value, currency },
    coin_change: { coin_identifier: { identifier: coin }, coin_action: "coin_created" },
    metadata: {},
  };
}

export function outputOperation(address: string, value: string) {
  return {
    type: "output",
    account: { address, metadata: {} },
    amount: { value, currency, metadata: {} },
    metadata: {},
  };
}

export const OPERATIONS: readonly object[] = [
  inputOperation(SENDER, "-10000000"),
  outputOperation(RECIPIENT, "5000000"),
  outputOperation(SENDER, "4800000"),
];

export const bytesOfAddress = (address: string) => readAddress(address, "testnet").bytes;

export type Body = Map<number, unknown>;

/** The body that {@link OPERATIONS} ask for. */
export function honestBody(): Body {
  return new Map<number, unknown>([
    [0, [[hexToBytes(COIN), 0]]],
    [
      1,
      [
        [bytesOfAddress(RECIPIENT), 5_000_000],
        [bytesOfAddress(SENDER), 4_800_000],
      ],
    ],
    [2, 200_000],
    [3, TTL],
  ]);
}

export type Witness = readonly [Uint8Array, Uint8Array];

interface Payload {
  readonly account_identifier: { readonly address: string };
  readonly hex_bytes: string;
  readonly signature_type?: string;
}

export interface Dishonesty {
  /** The body as bytes. */
  readonly body?: Uint8Array;
  /** The unsigned transaction around a body. */
  readonly unsigned?: (body: Uint8Array) => Uint8Array;
  readonly payloads?: (hash: string) => readonly Payload[];
  /** The signed transaction around a body and its witnesses. */
  readonly signed?: (body: Uint8Array, witnesses: readonly Witness[]) => Uint8Array;
}

export function transactionOf(body: Uint8Array, witnesses: unknown, end = [0xf5, 0xf6]): Uint8Array {
  return concatBytes(Uint8Array.of(0x84), body, encode(witnesses), Uint8Array.from(end));
}

export const witnessSet = (witnesses: readonly Witness[]) => new Map([[0, witnesses]]);

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export function envelope(transaction: Uint8Array): string {
  return hexOf(encode([hexOf(transaction), {}]));
}

function constructionApi(lie: Dishonesty): ChainEnvironment["post"] {
  const body = lie.body ?? encode(honestBody());
  const hash = hexOf(transactionHash(body));
  return async (path, request): Promise<JsonValue> => {
    if (path.endsWith("/payloads")) {
      const unsigned = lie.unsigned ?? ((bytes) => transactionOf(bytes, new Map()));
      const payloads = lie.payloads?.(hash) ?? [
        { account_identifier: { address: SENDER }, hex_bytes: hash, signature_type: "ed25519" },
      ];
      return { unsigned_transaction: envelope(unsigned(body)), payloads: payloads as unknown as JsonValue };
    }
    if (!path.endsWith("/combine")) return {};
    const { signatures } = request as unknown as {
      readonly signatures: readonly { public_key: { hex_bytes: string }; hex_bytes: string }[];
    };
    const witnesses = signatures.map(
      ({ public_key, hex_bytes }): Witness => [hexToBytes(public_key.hex_bytes), hexToBytes(hex_bytes)],
    );
    const signed = lie.signed ?? ((bytes, made) => transactionOf(bytes, witnessSet(made)));
    return { signed_transaction: envelope(signed(body, witnesses)) };
  };
}

export function pendingOf(operations: unknown, more: Partial<PendingTransaction> = {}): PendingTransaction {
  return {
    id: "67af12fc27e6cf2f516fc414",
    chain: "ADA",
    serializedTransaction: typeof operations === "string" ? operations : JSON.stringify(operations),
    hashes: ["13a5b0c5-9302-4313-9779-4af4fa3d6106"],
    signatures: [],
    ...more,
  };
}

export interface SigningOptions extends Partial<ChainEnvironment> {
  readonly operations?: unknown;
  readonly privateKeys?: readonly string[];
  /** Keys of wallets beside {@link privateKeys}. */
  readonly keys?: readonly SigningKey[];
}

/** Signs on the test network. */
export function sign(lie: Dishonesty = {}, options: SigningOptions = {}): Promise<SignedTransaction> {
  const { operations = OPERATIONS, privateKeys = [PRIVATE_KEY], keys = [], ...more } = options;
  const transaction = pendingOf(operations);
  const signers = [
    ...privateKeys.map((privateKey) => signerOf("a key", { privateKey }, cardano, "testnet")),
    ...keys.map((key): Signer => ({ signatureId: "a key", kind: "private-key", key: async () => key })),
  ];
  return cardano.sign(
    { transaction, signers },
    offlineEnvironment({ network: "testnet", post: constructionApi(lie), ...more }),
  );
}
