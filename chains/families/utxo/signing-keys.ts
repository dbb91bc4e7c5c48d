/**
 * The keys for a UTXO transaction, chosen from the wallets that it names.
 * https://developer.bitcoin.org/reference/transactions.html
 */
import { hex } from "@scure/base";
import { hash160 } from "@scure/btc-signer/utils.js";
import type { SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { type SpendableScript, witnessKeyHashScript } from "./spendable-script.ts";
import { withdrawalInputs, withdrawalWallet } from "./withdrawal.ts";

/** The keys for one transaction, found by what a script commits to and never by their position. */
export class KeyRing {
  readonly #byPublicKeyHash = new Map<string, SigningKey>();
  readonly #byRedeemScriptHash = new Map<string, SigningKey>();

  constructor(keys: Iterable<SigningKey>) {
    for (const key of keys) {
      this.#byPublicKeyHash.set(hex.encode(hash160(key.publicKey)), key);
      this.#byRedeemScriptHash.set(hex.encode(hash160(witnessKeyHashScript(key.publicKey))), key);
    }
  }

  /** The key that unlocks a script, if it is there. */
  keyOf(spent: SpendableScript): SigningKey | undefined {
    const keys = spent.kind === "p2sh-p2wpkh" ? this.#byRedeemScriptHash : this.#byPublicKeyHash;
    return keys.get(hex.encode(spent.hash));
  }
}

const NO_PRIVATE_KEY =
  "Wallets with requested private keys were not found. Most likely mnemonic-based wallet was used without index " +
  "parameter (see docs: https://apidoc.tatum.io/)";

/**
 * The keys that a pending transaction may be signed with: for an off-chain withdrawal those at the derivation indexes
 * of its inputs, else those of all its wallets.
 *
 * @throws ChainError `MISSING_KEY`, `INVALID_TRANSACTION`
 */
export async function signingKeys(request: SigningRequest): Promise<readonly SigningKey[]> {
  return request.transaction.withdrawalId === undefined ? keysOfWallets(request) : keysOfWithdrawal(request);
}

/** None of the wallets a transaction names gives a key. */
export function noPrivateKey(): ChainError {
  return new ChainError("MISSING_KEY", NO_PRIVATE_KEY);
}

async function keysOfWallets({ signers }: SigningRequest): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  const asked = new Set<string>();
  for (const signer of signers) {
    // A mnemonic named without an index is a wallet, not a key: the API gives indexes in `signatures` only.
    if (signer.kind === "mnemonic" && signer.index === undefined) continue;
    const identity = `${signer.signatureId}/${signer.kind === "mnemonic" ? signer.index : ""}`;
    if (asked.has(identity)) continue;
    asked.add(identity);
    keys.push(await signer.key(signer.index));
  }
  if (keys.length === 0) throw noPrivateKey();
  return keys;
}

async function keysOfWithdrawal(request: SigningRequest): Promise<readonly SigningKey[]> {
  const indexes = new Set(withdrawalInputs(request.transaction).map((input) => input.derivationIndex));
  const wallet = withdrawalWallet(request);
  const keys: SigningKey[] = [];
  for (const index of indexes) keys.push(await wallet.key(index));
  return keys;
}
