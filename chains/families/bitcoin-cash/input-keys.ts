/**
 * The key of each input of a Bitcoin Cash transaction, whose payload does not say what the inputs spend.
 * https://developer.bitcoin.org/reference/transactions.html
 */
import { hex } from "@scure/base";
import { equalBytes } from "@scure/btc-signer/utils.js";
import type { Signer, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { outpoint } from "../utxo/encode.ts";
import type { NetworkParameters } from "../utxo/facts.ts";
import { noPrivateKey } from "../utxo/signing-keys.ts";
import { publicKeyHashScript } from "../utxo/spendable-script.ts";
import { type WithdrawalInput, withdrawalInputs, withdrawalWallet } from "../utxo/withdrawal.ts";
import { parseAddress } from "./address.ts";
import type { BitcoinCashTransaction } from "./payload.ts";

type Input = BitcoinCashTransaction["inputs"][number];

/**
 * The keys in the order of the inputs: on-chain the order of the wallets decides, for an off-chain withdrawal the ledger's
 * list.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_TRANSACTION`, `INVALID_KEY`
 */
export async function inputKeys(
  request: SigningRequest,
  inputs: readonly Input[],
  network: NetworkParameters,
): Promise<readonly SigningKey[]> {
  return request.transaction.withdrawalId === undefined
    ? keysInOrder(request, inputs)
    : keysOfWithdrawal(request, inputs, network);
}

async function keysInOrder(
  request: SigningRequest,
  inputs: readonly Input[],
): Promise<readonly SigningKey[]> {
  const signers = signersInOrder(request);
  const [unsigned] = inputs.slice(signers.length);
  if (unsigned !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Input ${signers.length} (${outpoint(unsigned)}) is not signed: transaction ${request.transaction.id} has ` +
        `${inputs.length} inputs, but names only ${signers.length} keys. It has to name one for each input.`,
    );
  }
  if (signers.length > inputs.length) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `Transaction ${request.transaction.id} names ${signers.length} keys, but has only ${inputs.length} inputs.`,
    );
  }
  const keyOf = rememberKeys();
  const keys: SigningKey[] = [];
  for (const signer of signers) keys.push(await keyOf(signer, signer.index));
  return keys;
}

/** The wallets that give a key, one for each input. A wallet left out would make others sign the wrong inputs. */
function signersInOrder({ transaction, signers }: SigningRequest): readonly Signer[] {
  const givesKey = (signer: Signer) => signer.kind !== "mnemonic" || signer.index !== undefined;
  if (!signers.some(givesKey)) throw noPrivateKey();
  const named: { readonly id: string; readonly index?: number }[] = [
    ...transaction.hashes.map((id) => ({ id })),
    ...transaction.signatures,
  ];
  const found = signers.values();
  let next = found.next().value;
  for (const [position, { id, index }] of named.entries()) {
    const isNext = next?.signatureId === id && (next.kind !== "mnemonic" || next.index === index);
    if (!isNext) {
      throw new ChainError(
        "MISSING_KEY",
        `Wallet ${id}, number ${position + 1} of transaction ${transaction.id}, is not in the vault or is a mnemonic ` +
          "named without an index. Nothing is signed, because the other keys would sign the wrong inputs.",
      );
    }
    next = found.next().value;
  }
  // A mnemonic among the hashes is a wallet, not a key: the API gives indexes in `signatures` only.
  return signers.filter(givesKey);
}

async function keysOfWithdrawal(
  request: SigningRequest,
  inputs: readonly Input[],
  network: NetworkParameters,
): Promise<readonly SigningKey[]> {
  const entries = withdrawalInputs(request.transaction);
  const wallet = withdrawalWallet(request);
  if (entries.length !== inputs.length) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `Transaction ${request.transaction.id} has ${inputs.length} inputs, but withdrawalResponses has ${entries.length}.`,
    );
  }
  const keyOf = rememberKeys();
  const keys: SigningKey[] = [];
  for (const [position, input] of inputs.entries()) {
    const entry = entries.find((candidate) => spendsSame(candidate, input));
    if (entry === undefined) {
      throw new ChainError(
        "INVALID_TRANSACTION",
        `Input ${position} (${outpoint(input)}) is not in withdrawalResponses of transaction ${request.transaction.id}.`,
      );
    }
    const key = await keyOf(wallet, entry.derivationIndex);
    assertOwner(key, entry, position, wallet, network);
    keys.push(key);
  }
  return keys;
}

function spendsSame(entry: WithdrawalInput, input: Input): boolean {
  return entry.transactionId.toLowerCase() === hex.encode(input.txid) && entry.outputIndex === input.index;
}

/** The only place where a wrong wallet shows before the network refuses the transaction. */
function assertOwner(
  key: SigningKey,
  { address, derivationIndex }: WithdrawalInput,
  position: number,
  wallet: Signer,
  network: NetworkParameters,
): void {
  if (address === undefined || equalBytes(parseAddress(address, network), publicKeyHashScript(key.publicKey)))
    return;
  throw new ChainError(
    "MISSING_KEY",
    `Input ${position} is not signed: it spends from ${address}, which is not the address of wallet ` +
      `${wallet.signatureId} at index ${derivationIndex}.`,
  );
}

/** Asks a wallet for each key once: deriving is slow, and inputs often share a key. */
function rememberKeys(): (signer: Signer, index: number | undefined) => Promise<SigningKey> {
  const keys = new Map<string, SigningKey>();
  return async (signer, index) => {
    const name = `${signer.signatureId}/${signer.kind === "mnemonic" ? index : ""}`;
    const key = keys.get(name) ?? (await signer.key(index));
    keys.set(name, key);
    return key;
  };
}
