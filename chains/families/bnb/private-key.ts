/**
 * Private keys of the BNB Beacon Chain as text: 32 bytes of secp256k1 in hex, as on the EVM.
 * https://www.secg.org/sec1-v2.pdf
 */

import type { Network, ParsedPrivateKey } from "../../chain.ts";
import { memorySecp256k1Key } from "../../keys/secp256k1.ts";
import { privateKeyBytes } from "../evm/private-key.ts";
import { addressOfPublicKey } from "./address.ts";

/** @throws ChainError `INVALID_KEY` */
export function parsePrivateKey(text: string, network: Network): ParsedPrivateKey {
  const key = memorySecp256k1Key(privateKeyBytes(text));
  return { address: addressOfPublicKey(key.publicKey, network), key, warnings: [] };
}
