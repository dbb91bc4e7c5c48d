import { OutScript } from "@scure/btc-signer/payment.js";
import { equalBytes } from "@scure/btc-signer/utils.js";

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
