/**
 * The accounts below the empty mnemonic. Early versions of this program printed their addresses instead of the
 * wallet's own, so deposits may be on their way to them. Anybody can compute their keys.
 * https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
 */

import type { Network } from "../../chain.ts";
import { mnemonicToSeed } from "../../keys/bip39.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { slip10Ed25519 } from "../../keys/slip10.ts";
import { accountPath, addressOfPublicKey } from "./address.ts";

/** Indices 0 to 19 on both networks: what people ask for. */
const INDICES = 20;

let known: ReadonlySet<string> | undefined;

/** Whether the private key of an address is public knowledge because it comes from the empty mnemonic. */
export function isOfEmptyMnemonic(address: string): boolean {
  known ??= new Set((["mainnet", "testnet"] as const).flatMap(addresses));
  return known.has(address);
}

function addresses(network: Network): readonly string[] {
  const seed = mnemonicToSeed("");
  return Array.from({ length: INDICES }, (_, index) =>
    addressOfPublicKey(memoryEd25519Key(slip10Ed25519(seed, accountPath(network, index))).publicKey),
  );
}
