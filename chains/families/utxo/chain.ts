/**
 * Chains of the UTXO family: coins whose transactions spend outputs of earlier ones, like Bitcoin's.
 * https://developer.bitcoin.org/reference/transactions.html, https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 */

import type { Chain } from "../../chain.ts";
import { generateMnemonic } from "../../keys/bip39.ts";
import { readSecp256k1PublicKey } from "../../keys/public-key.ts";
import { addressOfPublicKey } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { outpoint } from "./encode.ts";
import type { UtxoParameters } from "./facts.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { signTransaction } from "./sign.ts";
import { isSpent, proveReplaced } from "./submit.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

/** A coin whose pending transactions are JSON that shows the spent outputs. */
export function utxoChain(parameters: UtxoParameters): Chain {
  const { facts, networks } = parameters;
  return {
    facts,
    generatePrivateKey: (index, network) =>
      derivePrivateKey({ mnemonic: generateMnemonic() }, index, parameters, network),
    generateWallet: (network) => generateWallet(parameters, network),
    restoreWallet: (mnemonic, network) => restoreWallet(mnemonic, parameters, network),
    deriveAddress: (wallet, index, network) => deriveAddress(wallet, index, parameters, network),
    derivePrivateKey: (wallet, index, network) => derivePrivateKey(wallet, index, parameters, network),
    parsePrivateKey: (text, network) => parsePrivateKey(text, parameters, network),
    addressOfPublicKey: (publicKey, network) =>
      addressOfPublicKey(readSecp256k1PublicKey(publicKey), parameters, networks[network]),
    spending: (transaction) => ({ outputs: parsePayload(transaction, parameters).inputs.map(outpoint) }),
    isSpent: (transaction, environment) =>
      isSpent(parsePayload(transaction, parameters).inputs.map(outpoint)[0], facts, environment),
    // Inputs are used up, not numbered: the order of transactions does not matter.
    sendingAccount: async () => undefined,
    describe: (transaction, network) =>
      describeTransaction(parsePayload(transaction, parameters), facts.ticker, networks[network]),
    sign: (request, environment) => signTransaction(request, parameters, environment),
    proveReplaced: (signed, environment) => proveReplaced(signed, facts, environment),
  };
}
