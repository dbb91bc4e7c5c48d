/**
 * Output scripts: the standard templates, and those that one key unlocks.
 * https://developer.bitcoin.org/reference/transactions.html, https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 */
import { hex } from "@scure/base";
import { OutScript } from "@scure/btc-signer/payment.js";
import { equalBytes, hash160 } from "@scure/btc-signer/utils.js";
import { shown } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import type { ScriptKind } from "./facts.ts";

/**
 * The template an output script follows, such as `{type: "pkh", hash}`, or `undefined` for a script that is not one
 * of the known ones byte for byte.
 */
export function scriptTemplate(script: Uint8Array) {
  try {
    const template = OutScript.decode(script);
    // Decoding forgets how data was pushed; only the one usual way has an address.
    return template.type !== "unknown" && equalBytes(OutScript.encode(template), script)
      ? template
      : undefined;
  } catch {
    return undefined; // Scripts that end in the middle of a push are valid outputs, too.
  }
}

/** The script of a spent output, understood as one that a single key unlocks. */
export interface SpendableScript {
  readonly kind: ScriptKind;
  readonly script: Uint8Array;
  /** HASH160 the script commits to: of the redeem script for P2SH-P2WPKH, of the public key for the others. */
  readonly hash: Uint8Array;
}

/**
 * Understands the script of a spent output. Every P2SH output is taken for P2SH-P2WPKH, because the script it hides
 * shows only when a key fits.
 *
 * @param kinds what exists on the coin.
 * @throws ChainError `INVALID_TRANSACTION` for all other scripts.
 */
export function spendableScript(script: Uint8Array, kinds: readonly ScriptKind[]): SpendableScript {
  const understood = understand(script);
  if (understood !== undefined && kinds.includes(understood.kind)) return understood;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Unsupported input script type: the script of an output that is spent is ${shown(hex.encode(script))}, which is none ` +
      `of ${kinds.join(", ")}.`,
  );
}

function understand(script: Uint8Array): SpendableScript | undefined {
  const template = scriptTemplate(script);
  switch (template?.type) {
    case "pk":
      return { kind: "p2pk", script, hash: hash160(template.pubkey) };
    case "pkh":
      return { kind: "p2pkh", script, hash: template.hash };
    case "wpkh":
      return { kind: "p2wpkh", script, hash: template.hash };
    case "sh":
      return { kind: "p2sh-p2wpkh", script, hash: template.hash };
    default:
      return undefined;
  }
}

/** The P2PKH script of a public key: what a P2WPKH input signs as its script code (BIP-143). */
export function publicKeyHashScript(publicKey: Uint8Array): Uint8Array {
  return OutScript.encode({ type: "pkh", hash: hash160(publicKey) });
}

/** The P2WPKH script of a public key (BIP-141), which P2SH-P2WPKH uses as redeem script. */
export function witnessKeyHashScript(publicKey: Uint8Array): Uint8Array {
  return OutScript.encode({ type: "wpkh", hash: hash160(publicKey) });
}
