import { hex } from "@scure/base";
import { hash160 } from "@scure/btc-signer/utils.js";
import type { SigningKey } from "../../signing-key.ts";
import { type SpendableScript, witnessKeyHashScript } from "./spendable-script.ts";

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
