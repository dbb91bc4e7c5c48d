/**
 * TRON wallets: the secp256k1 accounts of a mnemonic (BIP-44, coin type 195 of SLIP-0044), or one private key.
 * https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { HDKey } from "@scure/bip32";
import { ChainError } from "../../error.ts";
import { xpubWallet } from "../../keys/xpub-wallet.ts";
import { hexAddressOfPublicKey, readableAddress } from "./address.ts";
import { privateKeyBytes, privateKeyText } from "./private-key.ts";

const STANDARD_XPUB_CHARACTERS = 111;

/** The test networks use the same. */
const ACCOUNT_PATH = "m/44'/195'/0'/0";
export const derivationPath = { mainnet: ACCOUNT_PATH, testnet: ACCOUNT_PATH };

const standardWallet = xpubWallet({
  path: derivationPath,
  firstField: "mnemonic",
  address: (publicKey) => readableAddress(hexAddressOfPublicKey(publicKey)),
  privateKeyBytes,
  privateKeyText,
});

/** The wallets of TRON, whose `xpub` may have an older form as well. */
export const tronWallet: typeof standardWallet = {
  ...standardWallet,
  deriveAddress({ xpub, ...wallet }, index, network) {
    const standard = xpub === undefined ? wallet : { ...wallet, xpub: standardXpub(xpub) };
    return standardWallet.deriveAddress(standard, index, network);
  },
};

/** Old wallets hold the public key and the chain code of the node as 66 and 64 hex digits. */
function standardXpub(text: string): string {
  if (text.length === STANDARD_XPUB_CHARACTERS) return text;
  if (!/^0[23][0-9a-f]{128}$/i.test(text)) throw new ChainError("INVALID_KEY", "Unknown xpub format");
  const [publicKey, chainCode] = [hexToBytes(text.slice(0, 66)), hexToBytes(text.slice(66))];
  try {
    return new HDKey({ publicKey, chainCode }).publicExtendedKey;
  } catch (cause) {
    throw new ChainError("INVALID_KEY", "The xpub does not begin with a point of secp256k1.", { cause });
  }
}
