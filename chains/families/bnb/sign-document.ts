import { stringifyExactJson } from "../../codec/exact-json.ts";
import type { Share, TransferPayload } from "./transfer-payload.ts";

export interface SigningAccount {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** The text whose SHA-256 is signed: compact JSON, members in alphabetical order (`StdSignDoc` of the Cosmos SDK). */
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
