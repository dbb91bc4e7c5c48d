/** Bitcoin Cash in the sandbox: a raw transaction without signatures. */
import * as v from "valibot";
import { jsonResponse } from "../api-error.ts";
import type { Route } from "../routes.ts";
import {
  BITCOIN_FEE_SATOSHI,
  bitcoinLikeChain,
  INVENTED_INPUT,
  isSpent,
  unsignedTransaction,
} from "./bitcoin-like.ts";
import type { ExamplePayment, ExampleWallet, KnownOfNetwork, SandboxChain } from "./chain.ts";

/** The raw transaction without signatures, and the amounts of its inputs. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index, network, input = INVENTED_INPUT } = wallet;
  const { decodeCashAddress } = await import("../../../chains/families/utxo/cash-address.ts");
  const prefix = network === "mainnet" ? "bitcoincash" : "bchtest";
  const recipient = decodeCashAddress(to, prefix);
  if (recipient === undefined) throw new RangeError(`This is no BCH address of the ${network}: ${to}`);
  const script = `76a914${Buffer.from(recipient.hash).toString("hex")}88ac`;
  const raw = await unsignedTransaction(input, { satoshis: input.satoshis - BITCOIN_FEE_SATOSHI, script });
  return {
    chain: "BCH",
    serializedTransaction: `${Buffer.from(raw).toString("hex")}:[${input.satoshis}]`,
    ...(index === undefined
      ? { hashes: [signatureId] }
      : { hashes: [], signatures: [{ id: signatureId, index }] }),
  };
}

const outputRequest = v.object({
  id: v.unknown(),
  method: v.literal("gettxout"),
  params: v.looseTuple([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))]),
});

/** A node knows of no output whether it is there: each that is asked for is unspent until a transaction spends it. */
function endpoints({ broadcasts }: KnownOfNetwork): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v3/bcash/node",
      handle: (request) => {
        const { id, params } = request.body(outputRequest);
        const [hash, index] = params;
        const isUnspent = !isSpent({ hash, index }, broadcasts.accepted("BCH").values());
        return jsonResponse({ jsonrpc: "2.0", id, result: isUnspent ? { confirmations: 6 } : null });
      },
    },
  ];
}

export const bitcoinCash: SandboxChain = {
  ...bitcoinLikeChain("BCH", "bcash", { "cash-address": payment }),
  endpoints,
};
