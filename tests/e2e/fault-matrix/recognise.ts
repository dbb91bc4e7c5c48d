import { base58 } from "@scure/base";
import type { CallName } from "./calls.ts";
import type { Payment } from "./payment.ts";

/** A request of the daemon, understood. */
export interface Recognised {
  readonly name: CallName;
  /** Whether it is made for a payment, as far as the request tells. */
  readonly isAbout: (payment: Payment) => boolean;
  /** The signed transaction in it. */
  readonly content?: string;
}

interface Body {
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly signatureId?: string;
  readonly txData?: string;
  readonly errors?: readonly { readonly signatureId: string }[];
  readonly clauses?: readonly { readonly value: string }[];
}

const SIGNATURE_BYTES = 64;

/** The id of a Solana transaction: its first signature, after one byte with their number. */
export function solanaId(wire: string): string {
  return base58.encode(Buffer.from(wire, "base64").subarray(1, 1 + SIGNATURE_BYTES));
}

const ofChain =
  (ticker: string) =>
  ({ call }: Payment): boolean =>
    call.chain === ticker;

function recogniseRpc(ticker: "ETH" | "SOL", { method, params = [] }: Body): Recognised {
  const name = method as CallName;
  const [first] = params;
  switch (method) {
    case "eth_estimateGas": {
      const { from } = first as { from: string };
      return { name, isAbout: ({ ethAddress }) => ethAddress.toLowerCase() === from };
    }
    case "sendTransaction": {
      const content = first as string;
      const lamports = Buffer.from(content, "base64").readBigUInt64LE(
        Buffer.from(content, "base64").length - 8,
      );
      return {
        name,
        content,
        isAbout: (payment) => payment.call.chain === "SOL" && payment.lamports === lamports,
      };
    }
    case "getTransaction":
    case "getSignatureStatuses": {
      const id = typeof first === "string" ? first : (first as string[])[0];
      return { name, isAbout: ({ contents }) => [...contents].some((content) => solanaId(content) === id) };
    }
    default:
      return { name, isAbout: ofChain(ticker) };
  }
}

/** @throws Error for a request that the matrix does not know. */
export function recognise(method: string, path: string, json: unknown): Recognised {
  const body = (json ?? {}) as Body;
  const parts = path.split(/[/?]/).slice(1);
  const last = parts.at(-1) ?? "";
  const isAbout = ({ id }: Payment): boolean => id === last;
  if (path.startsWith("/four-eye/"))
    return { name: method === "GET" ? "four-eye GET" : "four-eye POST", isAbout };
  if (path.startsWith("/v3/kms/pending/")) return { name: "poll", isAbout: ofChain(last) };
  if (path.startsWith("/v3/kms/")) {
    const name = method === "GET" ? "question" : "completion";
    return { name, isAbout: ({ id }) => id === parts[2] };
  }
  if (path === "/v3/tatum/kms/batch") {
    const ids = (body.errors ?? []).map(({ signatureId }) => signatureId);
    return { name: "report", isAbout: ({ id }) => ids.includes(id) };
  }
  if (path.endsWith("/broadcast")) {
    // What Solana's broadcast carries is the id of what the node was handed.
    const content = path === "/v3/solana/broadcast" ? {} : { content: body.txData ?? "" };
    const name = path.startsWith("/v3/offchain/") ? "withdrawal" : "broadcast";
    return { name, isAbout: ({ id }) => id === body.signatureId, ...content };
  }
  if (path.startsWith("/v3/ethereum/transaction/count/"))
    return { name: "transaction count", isAbout: ({ ethAddress }) => ethAddress === last };
  if (path === "/v3/blockchain/fee/ETH") return { name: "gas price", isAbout: ofChain("ETH") };
  if (path.startsWith("/v3/ethereum/web3/")) return recogniseRpc("ETH", body);
  if (path.startsWith("/v3/blockchain/node/SOL/")) return recogniseRpc("SOL", body);
  if (path.startsWith("/vet/accounts/")) {
    const value = Number(body.clauses?.[0]?.value);
    return { name: "accounts/*", isAbout: ({ call, number }) => call.chain === "VET" && number === value };
  }
  if (path.startsWith("/vet/blocks/")) return { name: "blocks/best", isAbout: ofChain("VET") };
  throw new Error(`The matrix does not know ${method} ${path}.`);
}
