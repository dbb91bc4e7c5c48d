/**
 * Signing of EVM transactions: what the payload leaves open is filled in, held against the network's rules and the bounds of
 * fees, signed, and read back.
 * https://ethereum.github.io/yellowpaper/paper.pdf, https://eips.ethereum.org/EIPS/eip-155
 */
import type { Hex } from "viem";
import { keccak256 } from "viem/utils";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signRecoverableUnchecked } from "../../keys/secp256k1.ts";
import { assertFeeWithinBound, assertWithin, operatorsBound, wei } from "../fee-bound.ts";
import { chooseKey } from "../signer-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { digestToSign, type EvmTransaction, serializeSigned } from "./encode.ts";
import type { EvmFacts } from "./facts.ts";
import { filledInValues, fillIn } from "./fill-in.ts";
import { assertTakenByNetwork } from "./network-rules.ts";
import { parsePayload } from "./payload.ts";
import { assertSignedAsMeant } from "./read-back.ts";

/** @throws ChainError */
export async function signTransaction(
  request: SigningRequest,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const { transaction: pending } = request;
  const payload = parsePayload(pending, facts, environment.network);
  const key = await chooseKey(request);
  const sender = addressOfPublicKey(key.publicKey);
  assertSender(payload.from, sender, pending.id);

  const isWithdrawal = pending.withdrawalId !== undefined;
  const transaction = await fillIn(payload, sender, isWithdrawal, facts, environment);
  assertTakenByNetwork(transaction, sender, facts);
  assertFeeWithinBounds(transaction, facts, environment);

  const raw = serializeSigned(transaction, await signRecoverableUnchecked(key, digestToSign(transaction)));
  assertSignedAsMeant(raw, transaction, sender, facts.feeCurrencies?.readSigned);
  return {
    payload: raw,
    transactionId: keccak256(raw),
    filledIn: filledInValues(payload, transaction),
    sequence: { account: sender, number: transaction.nonce },
  };
}

/**
 * Refuses a gas price or a fee that only a mistake or a lying node can explain. Explicit values are checked as well.
 * Where a token pays the fee, the bounds count in its smallest unit.
 */
function assertFeeWithinBounds(
  transaction: EvmTransaction,
  { ticker, maxGasPrice, maxFee }: EvmFacts,
  environment: ChainEnvironment,
): void {
  const price = "maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
  const priceBound = { ticker, unit: wei, highest: maxGasPrice, kind: "GAS_PRICE" } as const;
  assertWithin(operatorsBound(priceBound, environment), { name: "gas price", amount: price });
  assertFeeWithinBound(price * transaction.gas, { ticker, unit: wei, highest: maxFee }, environment);
}

function assertSender(from: Hex | undefined, sender: Hex, id: string): void {
  if (from === undefined || from === sender) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is to be sent from ${from}, but the wallet it names has the address ${sender}.`,
  );
}
