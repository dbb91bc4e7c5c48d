/**
 * Signing of Cardano transactions that the construction API builds: nothing of its answers is taken unchecked. Addresses name
 * their payment keys by hashes (CIP-19).
 * https://github.com/coinbase/mesh-specifications
 * https://cips.cardano.org/cip/CIP-0019
 */
import { bytesToHex } from "@noble/curves/utils.js";
import type { ChainEnvironment, Network, SignedTransaction, Signer, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { signEd25519Bip32 } from "../../keys/ed25519-bip32.ts";
import type { SigningKey } from "../../signing-key.ts";
import { assertFeeWithinBound, lovelace } from "../fee-bound.ts";
import { keyHashText, readAddress } from "./address.ts";
import { readRosettaTransaction, transactionHash } from "./encode.ts";
import { combineSignatures, constructTransaction, type PayloadSignature, slotTime } from "./node.ts";
import { type Operations, parsePayload } from "./payload.ts";
import { assertBodyDoes } from "./transaction-body.ts";

/** Keys by the BLAKE2b-224 of their public key, in hex. */
type PaymentKeys = ReadonlyMap<string, SigningKey>;

/**
 * The keys that a transaction's inputs need. A mnemonic wallet has to be named in `signatures`, with an index; a
 * withdrawal is signed with such wallets alone.
 *
 * @throws ChainError `MISSING_KEY` naming the wallet or the address, `INVALID_KEY`
 */
async function paymentKeys(request: SigningRequest, { inputs }: Operations): Promise<PaymentKeys> {
  const keys = new Map<string, SigningKey>();
  for (const signer of signersOf(request)) {
    const key = await signer.key(signer.index);
    keys.set(keyHashText(key.publicKey), key);
  }
  const uncovered = inputs.find(({ address }) => !keys.has(address.paymentKeyHash ?? ""));
  if (uncovered === undefined) return keys;
  throw new ChainError(
    "MISSING_KEY",
    `Transaction ${request.transaction.id} spends from ${uncovered.addressText}, but no wallet that it names has the ` +
      "key of this address.",
  );
}

/**
 * The key that spends from an address.
 *
 * @throws ChainError `MISSING_KEY`
 */
function keyOfAddress(address: string, keys: PaymentKeys, network: Network): SigningKey {
  const key = keys.get(readAddress(address, network).paymentKeyHash ?? "");
  if (key === undefined) throw new ChainError("MISSING_KEY", `No wallet has the key of ${address}.`);
  return key;
}

function signersOf({ transaction, signers }: SigningRequest): readonly Signer[] {
  const { id, withdrawalId, signatures } = transaction;
  const named = new Set(signatures.map((entry) => entry.id));
  const isWithdrawal = withdrawalId !== undefined;
  const used = isWithdrawal ? signers.filter(({ signatureId }) => named.has(signatureId)) : signers;

  const withoutIndex = used.find(({ kind, index }) => kind === "mnemonic" && index === undefined);
  if (withoutIndex !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Wallet ${withoutIndex.signatureId} is mnemonic based: transaction ${id} has to name it in signatures with an index.`,
    );
  }
  const withoutMnemonic = used.find(({ kind }) => kind === "private-key");
  if (isWithdrawal && withoutMnemonic !== undefined) {
    throw new ChainError(
      "MISSING_KEY",
      `Wallet ${withoutMnemonic.signatureId} is private key based, but the withdrawal ${id} has to be signed with ` +
        "mnemonic based wallets.",
    );
  }
  return used;
}

/** More than ten times what the largest transaction costs. */
const FEE_BOUND = { ticker: "ADA", unit: lovelace, highest: 10_000_000n } as const;

/**
 * Has the transaction built, signs it when it does exactly what the operations say, and takes the signed one only when
 * nothing but the signatures was added.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  environment: ChainEnvironment,
): Promise<SignedTransaction> {
  const operations = parsePayload(request.transaction, environment.network);
  const keys = await paymentKeys(request, operations);
  assertFeeWithinBound(operations.fee, FEE_BOUND, environment);

  const unsigned = await constructTransaction(operations.json, environment);
  const { bodyBytes, body, witnesses } = readRosettaTransaction(unsigned.hex, "unsigned_transaction");
  if (witnesses.length > 0) throw unsafe("its unsigned transaction carries signatures");
  const { fee, ttl } = assertBodyDoes(operations, body);
  const hash = transactionHash(bodyBytes);
  assertPayloads(unsigned.payloads, operations, bytesToHex(hash));

  const expiry = slotTime(ttl, environment.network);
  if (expiry <= BigInt(environment.now())) {
    environment.warn(`Its last slot ${ttl} has passed, so the network will not take it.`);
  }

  const signatures = await signPayloads(unsigned.payloads, hash, (address) =>
    keyOfAddress(address, keys, environment.network),
  );
  const signed = await combineSignatures(unsigned.hex, signatures, environment);
  assertOnlySignaturesAdded(signed, bodyBytes, signatures);

  return {
    payload: signed,
    transactionId: bytesToHex(hash),
    filledIn: { fee: fee.toString(), ttl: ttl.toString() },
    inputs: operations.inputs.map(({ coin }) => coin),
    expiry: { kind: "time", value: expiry },
  };
}

/** Every address that is spent from is asked for once, and nothing but the hash of the body is to be signed. */
function assertPayloads(
  payloads: readonly { readonly address: string; readonly hash: string }[],
  { inputs }: Operations,
  hash: string,
): void {
  if (payloads.some((payload) => payload.hash.toLowerCase() !== hash)) {
    throw unsafe("it asks for the signature of something else than the hash of its transaction");
  }
  const asked = payloads.map(({ address }) => address).toSorted();
  const spentFrom = [...new Set(inputs.map(({ addressText }) => addressText))].toSorted();
  if (asked.join() !== spentFrom.join())
    throw unsafe("it asks for signatures of other addresses than those spent from");
}

/** Two addresses may have one key. It signs once: the ledger wants one signature, and a token may make two that differ. */
async function signPayloads(
  payloads: readonly PayloadSignature["payload"][],
  hash: Uint8Array,
  keyOf: (address: string) => SigningKey,
): Promise<readonly PayloadSignature[]> {
  const made = new Map<string, string>();
  const signatures: PayloadSignature[] = [];
  for (const payload of payloads) {
    const key = keyOf(payload.address);
    const publicKey = bytesToHex(key.publicKey);
    const signature = made.get(publicKey) ?? bytesToHex(await signEd25519Bip32(key, hash));
    made.set(publicKey, signature);
    signatures.push({ payload, publicKey, signature });
  }
  return signatures;
}

function assertOnlySignaturesAdded(
  signed: string,
  bodyBytes: Uint8Array,
  signatures: readonly PayloadSignature[],
): void {
  const transaction = readRosettaTransaction(signed, "signed_transaction");
  const received = transaction.witnesses.map((witness) => witness.map(bytesToHex).join()).toSorted();
  const made = new Set(signatures.map(({ publicKey, signature }) => [publicKey, signature].join()));
  const isSameBody = bytesToHex(transaction.bodyBytes) === bytesToHex(bodyBytes);
  if (!isSameBody || received.join(";") !== [...made].toSorted().join(";")) {
    throw unsafe(
      "its signed transaction is not the one that was signed, with these signatures and no others",
    );
  }
}

function unsafe(difference: string): ChainError {
  return new ChainError("UNSAFE_TRANSACTION", `The construction API cannot be trusted: ${difference}.`);
}
