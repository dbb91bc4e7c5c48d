import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { accountChainId } from "./account-chain-ids.ts";
import type { ApiChain } from "./api-chains.ts";

/** The text is not a transaction of its chain. */
export class UnreadableTransaction extends Error {
  override readonly name = "UnreadableTransaction";
}

/** What SOL and FLOW signers post: not a transaction but the id of the one they submitted themselves. */
const submittedIds: ReadonlyMap<string, RegExp> = new Map([
  ["SOL", /^[1-9A-HJ-NP-Za-km-z]{86,88}$/],
  ["FLOW", /^[0-9a-f]{64}$/i],
]);

/** Chains whose ids take more code, which is loaded when it is needed. */
const idByLibrary: ReadonlyMap<string, (txData: string) => Promise<string | undefined>> = new Map([
  [
    "EGLD",
    async (txData) => (await import("./multiversx-transaction-id.ts")).multiversxTransactionId(txData),
  ],
  ["ADA", async (txData) => (await import("./nodes/cardano-construction.ts")).cardanoTransactionId(txData)],
  ["VET", async (txData) => (await import("./vechain-transaction-id.ts")).vechainTransactionId(txData)],
]);

/**
 * The id of a signed transaction: Keccak-256 of the raw transaction on EVM chains; double SHA-256 without the witness
 * (BIP 141) on Bitcoin-like ones; what SOL and FLOW signers report; that of {@link accountChainId}; else a stand-in, the
 * SHA-256 of the text.
 *
 * @throws UnreadableTransaction
 */
export async function transactionId(chain: ApiChain, txData: string): Promise<string> {
  if (chain.kind === "evm") return evmTransactionId(txData);
  if (chain.kind === "bitcoin-like") return bitcoinTransactionId(txData);
  if (submittedIds.get(chain.ticker)?.test(txData) === true) return txData;
  const id = await idByLibrary.get(chain.ticker)?.(txData);
  if (id !== undefined) return id;
  return accountChainId(chain.ticker, txData) ?? bytesToHex(sha256(utf8ToBytes(txData)));
}

async function evmTransactionId(txData: string): Promise<string> {
  if (!/^0x([0-9a-f]{2})+$/i.test(txData)) {
    throw new UnreadableTransaction("txData must be the raw transaction in hexadecimal, beginning with 0x.");
  }
  const { keccak256 } = await import("viem");
  return keccak256(`0x${txData.slice(2)}`);
}

async function bitcoinTransactionId(txData: string): Promise<string> {
  const { RawOldTx, RawTx } = await import("@scure/btc-signer/script.js");
  try {
    const { version, inputs, outputs, lockTime } = RawTx.decode(hexToBytes(txData));
    return doubleSha256Id(RawOldTx.encode({ version, inputs, outputs, lockTime }));
  } catch (cause) {
    throw new UnreadableTransaction("txData must be the raw transaction in hexadecimal, without 0x.", {
      cause,
    });
  }
}

/** Double SHA-256 in the reversed byte order in which Bitcoin shows transaction ids. */
export function doubleSha256Id(bytes: Uint8Array): string {
  return bytesToHex(sha256(sha256(bytes)).reverse());
}
