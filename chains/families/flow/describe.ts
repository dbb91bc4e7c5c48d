/**
 * The intents of a Flow transaction, read from its payload alone.
 * https://developers.flow.com/build/cadence/basics/transactions
 */

import { sha3_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { type Operation, parsePayload } from "./payload.ts";
import { CONTRACTS } from "./scripts.ts";

/**
 * What a pending transaction does. Amounts are in units of 10^-8.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction, network: Network): readonly Intent[] {
  const { account, operation } = parsePayload(pending);
  return [intent(operation, account, network)];
}

function intent(operation: Operation, from: string, network: Network): Intent {
  const call = (to: string, method: string, ...args: readonly string[]): Intent => ({
    kind: "contract-call",
    from,
    to,
    amount: "0",
    method,
    arguments: args,
  });
  const { FUSD, TatumMultiNFT } = CONTRACTS[network];
  switch (operation.kind) {
    case "transfer": {
      const asset = operation.token === "FLOW" ? "FLOW" : FUSD;
      return { kind: "transfer", from, to: operation.to, amount: String(operation.units), asset };
    }
    case "create-account":
      return call(from, "createAccount(publicKey)", operation.publicKey);
    case "add-key":
      return call(from, "addKey(publicKey)", operation.publicKey);
    case "mint":
      return call(TatumMultiNFT, "mint(to,url,type)", operation.to, operation.url, operation.tokenType);
    case "mint-multiple": {
      const lists = [operation.to, operation.url].map((list) => `[${list.join(",")}]`);
      return call(TatumMultiNFT, "mintMultiple(to,url,type)", ...lists, operation.tokenType);
    }
    case "burn":
      return call(TatumMultiNFT, "burn(id,type)", operation.tokenId, operation.tokenType);
    case "transfer-token":
      return call(
        TatumMultiNFT,
        "transfer(to,id,type)",
        operation.to,
        operation.tokenId,
        operation.tokenType,
      );
    case "custom":
      return { kind: "opaque", reason: customReason(operation.script, operation.arguments, from) };
  }
}

function customReason(script: string, args: readonly unknown[], from: string): string {
  const digest = bytesToHex(sha3_256(utf8ToBytes(script)));
  return (
    `a Cadence transaction of ${script.length} characters (SHA3-256 ${digest}) that acts as ${from}, with the ` +
    `arguments ${stringifyExactJson(args)}`
  );
}
