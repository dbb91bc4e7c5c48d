/** A stand-in of the MultiversX node behind the Tatum API: what a signer asks. */
import * as v from "valibot";
import { jsonResponse } from "../api-error.ts";
import type { Route } from "../routes.ts";
import type { SandboxState } from "../state.ts";

const MIN_GAS = 50_000;
const GAS_PER_DATA_BYTE = 1_500;

const costRequest = v.object({ data: v.optional(v.string(), "") });

export function multiversxEndpoints({ network, sequences }: SandboxState): readonly Route[] {
  const answer = (data: object): Response => jsonResponse({ data, error: "", code: "successful" });
  const config = {
    erd_chain_id: network === "mainnet" ? "1" : "D",
    erd_min_gas_price: 1_000_000_000,
    erd_min_gas_limit: MIN_GAS,
    erd_gas_per_data_byte: GAS_PER_DATA_BYTE,
    erd_min_transaction_version: 1,
  };
  return [
    {
      method: "GET",
      path: "/v3/egld/node/:apiKey/network/config",
      handle: () => answer({ config }),
    },
    {
      method: "GET",
      path: "/v3/egld/node/:apiKey/address/:address/nonce",
      handle: (request) => answer({ nonce: sequences.next("EGLD", request.parameter("address")) }),
    },
    {
      method: "POST",
      path: "/v3/egld/node/:apiKey/transaction/cost",
      handle: (request) => {
        const bytes = Buffer.from(request.body(costRequest).data, "base64").length;
        return answer({ txGasUnits: MIN_GAS + bytes * GAS_PER_DATA_BYTE, returnMessage: "" });
      },
    },
  ];
}
