/** A stand-in of a VeChain node (https://github.com/vechain/thor): what a signer asks. */
import * as v from "valibot";
import type { Network } from "../../../chains/chain.ts";
import { jsonResponse } from "../api-error.ts";
import { hostPath, type Route } from "../routes.ts";

/** The ids of the first blocks; their last byte is the chain tag. */
const GENESIS: Readonly<Record<Network, string>> = {
  mainnet: "0x00000000851caf3cfdb6e899cf5958bfb1ac3413d346d43539627e6be7ec1b4a",
  testnet: "0x000000000b2bce3c70bc649a02749e8687721b09ed2e15997f466536b20bb127",
};
const BLOCK_NUMBER = 20_000_000;
/** What a contract call uses. */
const CALL_GAS = 36_000;

const simulation = v.object({ clauses: v.array(v.object({ data: v.optional(v.string(), "0x") })) });

export function vechainEndpoints(network: Network): readonly Route[] {
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
