/**
 * Signing of EVM transactions: what the payload leaves open is filled in, held against the network's rules and the bounds of
 * fees, signed, and read back.
 * https://ethereum.github.io/yellowpaper/paper.pdf, https://eips.ethereum.org/EIPS/eip-155
 */
import type { Hex } from "viem";
import { keccak256 } from "viem/utils";
import type { ChainEnvironment, NumberToUse, SignedTransaction, SigningRequest } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
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
import { assertSignedAsMeant, readEthereum } from "./read-back.ts";

/** Nodes take a transaction in the place of another when it pays a tenth more (geth, Erigon, Nethermind, Reth); this is a quarter. */
const outbidding = (price: bigint): bigint => price + price / 4n + 1n;

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
  assertSignedAsMeant(raw, transaction, key.publicKey, facts.feeCurrencies?.readSigned);
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

/**
 * A transfer of nothing to oneself (of type 0, whose price is price and tip in one), at a price above the usual one and above
 * those of the transactions in whose place it shall be mined.
 * @throws ChainError
 */
export async function noOperation(
  { account, number, instead }: NumberToUse,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<string> {
  const read = facts.feeCurrencies?.readSigned ?? readEthereum;
  const others = instead.map(({ payload }) => read(payload as Hex));
  if (others.some((other) => other?.feeCurrency !== undefined))
    environment.warn("its fee is paid in a token: whether another one pays more cannot be told.");
  const prices = others.map((other) => other?.gasPrice ?? other?.maxFeePerGas ?? 0n);
  const usual = await facts.gasPrice(facts, environment);
  const highest = prices.reduce((most, price) => (price > most ? price : most), usual);
  return stringifyExactJson({
    from: account,
    to: account,
    value: "0",
    nonce: String(number),
    gasPrice: String(outbidding(highest)),
  });
}
