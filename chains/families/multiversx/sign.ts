/**
 * Signing of MultiversX transactions, completed with what the network says: Ed25519 over their text or its hash.
 * https://docs.multiversx.com/developers/signing-transactions/
 */

import { keccak_256 } from "@noble/hashes/sha3.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { ChainEnvironment, NumberToUse, SignedTransaction, SigningRequest } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { ChainError } from "../../error.ts";
import { signEd25519 } from "../../keys/ed25519.ts";
import { assertFeeWithinBound, egldUnits } from "../fee-bound.ts";
import { chooseKey } from "../signer-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { isOfEmptyMnemonic } from "./empty-mnemonic.ts";
import { signedText, type Transaction, textToSign, transactionId, transactionJson } from "./encode.ts";
import { gasCost, networkConfig, nextNonce } from "./node.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/** 1 EGLD: the most gas a transaction can use costs 0.6 EGLD at the lowest price. */
const FEE_BOUND = { ticker: "EGLD", unit: egldUnits, highest: 10n ** 18n };
/** Versions from this one on have options. */
const VERSION_WITH_OPTIONS = 2;

/** The account that sends; its transactions share a nonce. @throws ChainError `MISSING_KEY`, `INVALID_KEY` */
export async function sendingAccount(request: SigningRequest): Promise<string> {
  return addressOfPublicKey((await chooseKey(request)).publicKey);
}

/**
 * Signs a payload; the signed transaction is JSON text.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const payload = parsePayload(request.transaction);
  const key = await chooseKey(request);
  const sender = addressOfPublicKey(key.publicKey);
  assertSender(payload.from, sender, request.transaction.id);
  if (payload.wasNegative) environment.warn("Its value is below 0; it is signed with the value 0.");

  const transaction = await complete(payload, sender, environment);
  assertFeeWithinBound(transaction.gasLimit * transaction.gasPrice, FEE_BOUND, environment);
  const text = utf8ToBytes(textToSign(transaction));
  const signature = await signEd25519(key, payload.isHashSigned ? keccak_256(text) : text);
  const { nonce, gasPrice, gasLimit, chainId, version } = transaction;
  return {
    payload: signedText(transaction, signature),
    transactionId: transactionId(transaction, signature),
    filledIn: {
      ...(payload.nonce === undefined && { nonce: String(nonce) }),
      gasPrice: String(gasPrice),
      gasLimit: String(gasLimit),
      chainID: chainId,
      version: String(version),
    },
    sequence: { account: sender, number: nonce },
  };
}

/** A transfer of nothing to oneself. It is signed at the network's price, as everything is: nobody is outbid. */
export async function noOperation(
  { account, number, instead }: NumberToUse,
  environment: ChainEnvironment,
): Promise<string> {
  if (instead.length > 0)
    environment.warn(
      "it is signed at the same gas price: where the other bytes still wait, either may be carried out.",
    );
  return stringifyExactJson({ from: account, to: account, value: "0", nonce: String(number) });
}

async function complete(
  { to, value, data, nonce, chainId, version, isHashSigned }: TransactionPayload,
  sender: string,
  environment: ChainEnvironment,
): Promise<Transaction> {
  const network = await networkConfig(environment);
  if (chainId !== undefined && chainId !== network.chainId) {
    throw new ChainError(
      "NETWORK_MISMATCH",
      `The transaction has chain id ${chainId}, but the node has ${network.chainId}.`,
    );
  }
  const transaction: Transaction = {
    nonce: nonce ?? (await nextNonce(sender, environment)),
    value,
    receiver: to,
    sender,
    gasPrice: network.gasPrice,
    gasLimit: 0n,
    data,
    chainId: network.chainId,
    version: Math.max(version ?? 1, network.version, isHashSigned ? VERSION_WITH_OPTIONS : 1),
    options: isHashSigned ? 1 : 0,
  };
  return { ...transaction, gasLimit: await gasCost(transactionJson(transaction), environment) };
}

function assertSender(from: string | undefined, sender: string, id: string): void {
  if (from === undefined || from === sender) return;
  const reason = isOfEmptyMnemonic(from)
    ? ` The address ${from} was printed by mistake by early versions of this program; it belongs to the empty ` +
      "mnemonic, and anybody can take what it holds."
    : "";
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is to be sent from ${from}, but the wallet it names has the address ${sender}.${reason}`,
  );
}
