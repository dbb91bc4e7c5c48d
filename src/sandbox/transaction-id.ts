/** Ids of broadcast transactions, as the sandbox gives them. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Network } from "../../chains/chain.ts";
import type { SandboxChain } from "./chains/chain.ts";

/**
 * The id that the network gives a signed transaction, on chains whose transactions the sandbox can read; else a stand-in,
 * the SHA-256 of the text.
 *
 * @throws UnreadableTransaction
 */
export async function transactionId(chain: SandboxChain, txData: string, network: Network): Promise<string> {
  return (await chain.transactionId?.(txData, network)) ?? bytesToHex(sha256(utf8ToBytes(txData)));
}
