/** What a text most likely is that was given where a mnemonic or a private key of a chain was wanted. */
import { isMnemonic, isMnemonicWord } from "../../chains/keys/bip39.ts";

const kindsByForm: readonly (readonly [form: RegExp, kind: string])[] = [
  [/^-----BEGIN /, "the content of a PEM file"],
  [/^[{[]/, "JSON"],
  [/^[59][1-9A-HJ-NP-Za-km-z]{50}$/, "a private key in WIF, as Bitcoin has it"],
  [/^[KLc][1-9A-HJ-NP-Za-km-z]{51}$/, "a private key in WIF, as Bitcoin has it"],
  [/^[6TQ][1-9A-HJ-NP-Za-km-z]{50,51}$/, "a private key in WIF, as Litecoin and Dogecoin have it"],
  [/^[xyzt]prv[1-9A-HJ-NP-Za-km-z]{100,}$/, "an extended private key, of which this program takes none"],
  [/^[xyzt]pub[1-9A-HJ-NP-Za-km-z]{100,}$/, "an extended public key, with which nothing can be signed"],
  [/^S[A-Z2-7]{55}$/, "a secret seed of Stellar"],
  [/^G[A-Z2-7]{55}$/, "an address of Stellar"],
  [/^s[1-9A-HJ-NP-Za-km-z]{20,40}$/, "a seed of the XRP Ledger"],
  [/^addr_x?sk1/, "a payment key of Cardano"],
  [/^0x[0-9a-f]{40}$/i, "an address of an EVM chain"],
  [/^[1-9A-HJ-NP-Za-km-z]{86,88}$/, "a secret key in base58, as Solana has it"],
];

/**
 * @param wanted what was asked for, which is not told again
 * @returns As in "it looks like <kind>"; `undefined` for what is like nothing known. The text is not repeated.
 */
export function kindOfSecret(text: string, wanted: "mnemonic" | "private key"): string | undefined {
  const trimmed = text.trim();
  const words = trimmed.split(/\s+/);
  if (words.length >= 12 && words.every(isMnemonicWord)) {
    if (wanted === "mnemonic") return undefined;
    const isWhole = isMnemonic(words.join(" ").toLowerCase());
    return `${isWhole ? "a BIP-39 mnemonic" : "words of a mnemonic"} (${words.length} words)`;
  }
  if (wanted === "mnemonic" && /^(0x)?[0-9a-f]{64}$/i.test(trimmed)) return "a private key of 64 hex digits";
  return kindsByForm.find(([form]) => form.test(trimmed))?.[1];
}

/** Signature IDs have no more characters as this program makes them; private keys have more, but for some seeds. */
const LONGEST_SHOWN = 36;
const EVM_ADDRESS = /^0x[0-9a-f]{40}$/i;

/** What somebody typed to name a wallet, for an error: something longer may be a secret that was pasted, and is not repeated. */
export function shownName(typed: string): string {
  const isSecret = kindOfSecret(typed, "private key") !== undefined;
  if (EVM_ADDRESS.test(typed) || (typed.length <= LONGEST_SHOWN && !isSecret)) return typed;
  return `(${typed.length} characters, not shown)`;
}
