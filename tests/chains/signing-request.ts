/** Requests to sign made up by tests, for chains where one wallet signs. */
import type { Chain, Network, PendingTransaction, SigningRequest, WalletFields } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { signerOf } from "./offline-signing-vectors.ts";

export function pendingOf(payload: unknown): PendingTransaction {
  return {
    id: "7317a0f5ebeff9fe0efe25ff",
    chain: "TEST",
    serializedTransaction: typeof payload === "string" ? payload : stringifyExactJson(payload),
    hashes: ["4d797df0-8a81-4fef-a3fe-c7c217be5e02"],
    signatures: [],
  };
}

export function requestOf(
  payload: unknown,
  wallet: WalletFields,
  chain: Chain,
  network: Network = "mainnet",
): SigningRequest {
  const transaction = pendingOf(payload);
  return { transaction, signers: [signerOf(transaction.hashes[0]!, wallet, chain, network)] };
}
