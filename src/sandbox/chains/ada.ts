/** Cardano in the sandbox: a payment in Rosetta operations. */
import type { Network } from "../../../chains/chain.ts";
import { jsonResponse } from "../api-error.ts";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

const INPUT_LOVELACE = 10_000_000;
const AMOUNT_LOVELACE = 2_000_000;
const FEE_LOVELACE = 200_000;
/** Invented: no chain has a transaction with this id. */
const INVENTED_COIN = `${"5a".repeat(32)}:0`;
const currency = { symbol: "ADA", decimals: 6 };

/** The Rosetta operations of a payment with change. */
function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  const operations = [
    {
      operation_identifier: { index: 0, network_index: 0 },
      related_operations: [],
      type: "input",
      status: "success",
      account: { address, metadata: {} },
      amount: { value: `-${INPUT_LOVELACE}`, currency },
      coin_change: { coin_identifier: { identifier: INVENTED_COIN }, coin_action: "coin_created" },
      metadata: {},
    },
    output(1, to, AMOUNT_LOVELACE),
    output(2, address, INPUT_LOVELACE - AMOUNT_LOVELACE - FEE_LOVELACE),
  ];
  // A mnemonic wallet is named with the index of its key, a private-key wallet by its id alone.
  const key =
    index === undefined
      ? { hashes: [signatureId] }
      : { hashes: [], signatures: [{ id: signatureId, index }] };
  return { chain: "ADA", serializedTransaction: JSON.stringify(operations), ...key };
}

function output(index: number, address: string, lovelace: number): object {
  return {
    operation_identifier: { index, network_index: index - 1 },
    related_operations: [],
    type: "output",
    status: "success",
    account: { address, metadata: {} },
    amount: { value: String(lovelace), currency, metadata: {} },
    metadata: {},
  };
}

function nodePath(network: Network): string {
  return `/v3/blockchain/node/cardano-${network === "mainnet" ? "mainnet" : "preprod"}/:apiKey`;
}

export const cardano: SandboxChain = {
  ticker: "ADA",
  pathName: "ada",
  kind: "other",
  transactionId: async (txData) =>
    (await import("../nodes/cardano-construction.ts")).cardanoTransactionId(txData),
  examples: { "with-change": payment },
  endpoints: ({ network, broadcasts }) => [
    {
      method: "POST",
      path: `${nodePath(network)}/account/coins`,
      // All that the sandbox knows of coins is the invented one, and whether a transaction spends it.
      handle: async () => {
        const { holdsInItsBody } = await import("../nodes/cardano-construction.ts");
        const [id = ""] = INVENTED_COIN.split(":");
        const isSpent = [...broadcasts.accepted("ADA").values()].some((txData) => holdsInItsBody(txData, id));
        return jsonResponse({ coins: isSpent ? [] : [{ coin_identifier: { identifier: INVENTED_COIN } }] });
      },
    },
    {
      method: "POST",
      path: `${nodePath(network)}/construction/:step`,
      handle: async (request) => {
        const { constructionAnswer } = await import("../nodes/cardano-construction.ts");
        return jsonResponse(constructionAnswer(request.parameter("step"), request, network));
      },
    },
  ],
};
