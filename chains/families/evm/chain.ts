/**
 * Chains of the EVM family: Ethereum and those that took over its accounts, its transactions and its JSON-RPC.
 * https://ethereum.github.io/yellowpaper/paper.pdf
 * https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type { Hex } from "viem";
import { keccak256 } from "viem/utils";
import type { Chain, ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signRecoverable } from "../../keys/secp256k1.ts";
import { assertFeeWithinBound, assertWithin, operatorsBound, wei } from "../fee-bound.ts";
import { ethereumWallets } from "../other-wallets.ts";
import { chooseKey } from "../signer-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { digestToSign, type EvmTransaction, serializeSigned } from "./encode.ts";
import type { EvmFacts } from "./facts.ts";
import { filledInValues, fillIn } from "./fill-in.ts";
import { assertTakenByNetwork } from "./network-rules.ts";
import { parsePayload } from "./payload.ts";
import { assertSignedAsMeant } from "./read-back.ts";
import {
  deriveAddress,
  derivePrivateKey,
  generateWallet,
  parsePrivateKey,
  restoreWallet,
  walletAddress,
} from "./wallet.ts";

export interface EvmChain extends Chain {
  readonly facts: EvmFacts;
}

/** A chain of the EVM family, from what is true about it. */
export function evmChain(own: EvmFacts): EvmChain {
  const facts: EvmFacts = { ...own, otherWallets: ethereumWallets(own.derivationPath) };
  return {
    facts,
    generateWallet: (network) => generateWallet(facts, network),
    restoreWallet: (mnemonic, network) => restoreWallet(mnemonic, facts, network),
    deriveAddress: (wallet, index, network) => deriveAddress(wallet, index, facts, network),
    derivePrivateKey: (wallet, index, network) => derivePrivateKey(wallet, index, facts, network),
    parsePrivateKey: (text) => parsePrivateKey(text, facts),
    addressOfPublicKey: (publicKey) => walletAddress(publicKey, facts),
    sendingAccount: async (request) => addressOfPublicKey((await chooseKey(request)).publicKey),
    describe: (transaction, network) => describeTransaction(transaction, facts, network),
    sign: (request, environment) => sign(request, facts, environment),
  };
}

async function sign(
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

  const raw = serializeSigned(transaction, await signRecoverable(key, digestToSign(transaction)));
  await assertSignedAsMeant(raw, transaction, sender, facts.feeCurrencies?.readSigned);
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
