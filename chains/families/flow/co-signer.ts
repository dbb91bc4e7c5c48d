/**
 * The accounts of the Tatum API that propose and pay for the transactions of its users.
 * https://developers.flow.com/build/cadence/basics/transactions
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";
import type { KeyOfAccount } from "./encode.ts";

type Role = "payer" | "proposer";

const keyAnswer = v.object({
  address: v.pipe(
    v.string("must be an address"),
    v.regex(/^(?:0x)?[0-9a-fA-F]{16}$/, "must be 16 hex digits"),
    v.transform((text) => text.replace(/^0x/, "").toLowerCase()),
  ),
  keyId: v.pipe(v.number("must be a number"), v.safeInteger("must be a whole number"), v.minValue(0)),
});

/** The key that plays a role. A key that proposes is reserved until it is released. @throws ChainError */
export async function keyOf(role: Role, environment: ChainEnvironment): Promise<KeyOfAccount> {
  const path = `/v3/flow/proposal/${role === "payer"}`;
  const { address, keyId } = readAnswer(await environment.get(path), path, keyAnswer);
  return { address, keyIndex: keyId };
}

const signatureAnswer = v.object({
  signature: v.pipe(
    v.string("must be 64 bytes in hex"),
    v.regex(/^(?:0x)?[0-9a-fA-F]{128}$/, "must be 64 bytes in hex"),
    v.transform((text) => hexToBytes(text.replace(/^0x/, ""))),
  ),
});

/** The signature of a role over a message. @throws ChainError */
export async function signAs(
  role: Role,
  message: Uint8Array,
  environment: ChainEnvironment,
): Promise<Uint8Array> {
  const path = "/v3/flow/sign";
  const answer = await environment.post(path, { data: bytesToHex(message), isPayer: role === "payer" });
  return readAnswer(answer, path, signatureAnswer).signature;
}

/**
 * Lets the key of the proposer go. Never fails: without it the API lets the key go after a while.
 *
 * @param transactionId empty when nothing was submitted
 */
export async function releaseProposer(
  keyIndex: number,
  transactionId: string,
  environment: ChainEnvironment,
): Promise<void> {
  try {
    await environment.post("/v3/flow/broadcast", { txData: transactionId, proposalKey: keyIndex });
  } catch (failure) {
    const reason = failure instanceof ChainError ? `: ${failure.message}` : "";
    environment.warn(`The proposal key ${keyIndex} could not be released${reason}`);
  }
}
