/** VeChain in the sandbox: a transfer of VET, transaction ids, and a node (https://github.com/vechain/thor). */

import * as v from "valibot";
import type { Network } from "../../../chains/chain.ts";
import { jsonResponse } from "../api-error.ts";
import { hostPath, type Route } from "../routes.ts";
import type { ExamplePayment, ExampleWallet, KnownOfNetwork, SandboxChain } from "./chain.ts";

/** The ids of the first blocks; their last byte is the chain tag. */
const GENESIS: Readonly<Record<Network, string>> = {
  mainnet: "0x00000000851caf3cfdb6e899cf5958bfb1ac3413d346d43539627e6be7ec1b4a",
  testnet: "0x000000000b2bce3c70bc649a02749e8687721b09ed2e15997f466536b20bb127",
};
const BLOCK_NUMBER = 20_000_000;
/** What a contract call uses. */
const CALL_GAS = 36_000;

const simulation = v.object({ clauses: v.array(v.object({ data: v.optional(v.string(), "0x") })) });

function endpoints({ network }: KnownOfNetwork): readonly Route[] {
  const node = hostPath("VET");
  return [
    {
      method: "POST",
      path: `${node}/accounts/*`,
      handle: (request) =>
        jsonResponse(
          request.body(simulation).clauses.map(({ data }) => ({
            data: "0x",
            events: [],
            transfers: [],
            gasUsed: data === "0x" ? 0 : CALL_GAS,
            reverted: false,
            vmError: "",
          })),
        ),
    },
    {
      method: "GET",
      path: `${node}/blocks/:revision`,
      handle: (request) =>
        jsonResponse(request.parameter("revision") === "0" ? genesis(network) : newestBlock()),
    },
    { method: "GET", path: `${node}/transactions/:id`, handle: () => jsonResponse(null) },
  ];
}

function genesis(network: Network): object {
  return { number: 0, id: GENESIS[network] };
}

/** An invented block; ids begin with the number. */
function newestBlock(): object {
  return { number: BLOCK_NUMBER, id: `0x${BLOCK_NUMBER.toString(16).padStart(8, "0")}${"5a".repeat(28)}` };
}

/** 0.001 VET. */
const VALUE_WEI = "1000000000000000";

function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  return {
    chain: "VET",
    serializedTransaction: JSON.stringify({ from: address, to, value: VALUE_WEI }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

const BODY_ITEMS = 9;

/** The id of a broadcast transaction: BLAKE2b-256 of the signed digest and the sender; `undefined` when it is none. */
async function transactionId(txData: string): Promise<string | undefined> {
  const { blake2b } = await import("@noble/hashes/blake2.js");
  const { concat, fromRlp, hexToBytes, parseSignature, recoverAddress, toRlp, bytesToHex } = await import(
    "viem"
  );
  const hash = (bytes: Uint8Array): Uint8Array => blake2b(bytes, { dkLen: 32 });
  try {
    const items = fromRlp(txData as `0x${string}`);
    const signature = items[BODY_ITEMS];
    if (!Array.isArray(items) || typeof signature !== "string") return undefined;
    const digest = hash(toRlp(items.slice(0, BODY_ITEMS), "bytes"));
    const sender = await recoverAddress({
      hash: digest,
      signature: parseSignature(signature as `0x${string}`),
    });
    return bytesToHex(hash(hexToBytes(concat([bytesToHex(digest), sender]))));
  } catch {
    return undefined;
  }
}

export const vechain: SandboxChain = {
  ticker: "VET",
  pathName: "vet",
  kind: "other",
  transactionId,
  examples: { transfer: payment },
  endpoints,
};
