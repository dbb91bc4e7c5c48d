import type { ChainFacts } from "../../chains/chain.ts";
import type { Curve } from "../../chains/signing-key.ts";

/**
 * The curve of a key that a hardware token makes for a chain. No token has BIP32-Ed25519; a plain Ed25519 key does in its
 * place, because its signatures are of the same kind. The XRP Ledger takes keys of both curves: new ones are on Ed25519,
 * as in the wallets made here.
 */
export function tokenCurve({ curve }: Pick<ChainFacts, "curve">): Exclude<Curve, "ed25519-bip32"> {
  return curve === "ed25519-bip32" ? "ed25519" : curve;
}
