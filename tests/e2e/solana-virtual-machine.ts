/** A real Solana virtual machine behind the calls of a node that signing uses. */
import { getSignatureFromTransaction, getTransactionDecoder } from "@solana/kit";
import { FailedTransactionMetadata, LiteSVM } from "litesvm";
import type { RecordedRequest } from "./stand-in-api.ts";

const NODE = "/v3/blockchain/node/SOL/test-api-key";

export type SvmAddress = Parameters<LiteSVM["getBalance"]>[0];
export type SvmSignature = Parameters<LiteSVM["getTransaction"]>[0];
type SvmTransaction = Parameters<LiteSVM["sendTransaction"]>[0];
type Lamports = Parameters<LiteSVM["airdrop"]>[1];

export const LAMPORTS_PER_SOL = 1_000_000_000n;

export class SolanaVirtualMachine {
  readonly svm = new LiteSVM();
  #heightOfBlock = 100;

  airdrop(address: string, lamports: bigint): void {
    this.svm.airdrop(address as SvmAddress, lamports as Lamports);
  }

  balance(address: string): bigint {
    return this.svm.getBalance(address as SvmAddress) ?? 0n;
  }

  /** Whether the machine carried the transaction out. */
  holds(signature: string): boolean {
    return this.svm.getTransaction(signature as SvmSignature) !== null;
  }

  /** The node's answer to a request of the Tatum API's path for it; `undefined` for every other one. */
  readonly answer = ({ path, body }: RecordedRequest): Response | undefined => {
    if (path !== NODE) return undefined;
    const { id, method, params } = body as { id: number; method: string; params: readonly unknown[] };
    try {
      return Response.json({ jsonrpc: "2.0", id, result: this.#call(method, params) });
    } catch (error) {
      return Response.json({
        jsonrpc: "2.0",
        id,
        error: { code: -32002, message: (error as Error).message },
      });
    }
  };

  #call(method: string, [first]: readonly unknown[]): unknown {
    const { svm } = this;
    switch (method) {
      case "getLatestBlockhash":
        this.#heightOfBlock += 1;
        return {
          context: { slot: this.#heightOfBlock },
          value: { blockhash: svm.latestBlockhash(), lastValidBlockHeight: this.#heightOfBlock + 150 },
        };
      case "sendTransaction": {
        const transaction = getTransactionDecoder().decode(Buffer.from(first as string, "base64"));
        const result = svm.sendTransaction(transaction as unknown as SvmTransaction);
        if (result instanceof FailedTransactionMetadata) throw new Error(result.toString());
        return getSignatureFromTransaction(transaction);
      }
      case "getTransaction": {
        const found = svm.getTransaction(first as SvmSignature);
        return found === null
          ? null
          : { meta: { err: found instanceof FailedTransactionMetadata ? found.toString() : null } };
      }
    }
    throw new Error(`Method ${method} is not expected`);
  }
}
