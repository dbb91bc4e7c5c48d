/**
 * The document that is signed for a transfer on the BNB Beacon Chain (`StdSignDoc` of the Cosmos SDK).
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/auth/stdtx.go
 */

import { stringifyExactJson } from "../../codec/exact-json.ts";
import type { Share, TransferPayload } from "./payload.ts";

export interface SigningAccount {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** The text whose SHA-256 is signed: compact JSON, members in alphabetical order. */
export function signDocument(
  { inputs, outputs, memo, source }: TransferPayload,
  { chainId, accountNumber, sequence }: SigningAccount,
): string {
  return stringifyExactJson({
    account_number: accountNumber.toString(),
    chain_id: chainId,
    data: null,
    memo,
    msgs: [{ inputs: inputs.map(shareJson), outputs: outputs.map(shareJson) }],
    sequence: sequence.toString(),
    source: source.toString(),
  });
}

function shareJson({ address, coins }: Share): unknown {
  return { address, coins: coins.map(({ denom, amount }) => ({ amount, denom })) };
}
