/**
 * Chains of the EVM family: Ethereum and those that took over its accounts, its transactions and its JSON-RPC.
 * https://ethereum.github.io/yellowpaper/paper.pdf
 * https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type { Hex } from "viem";
import type { Chain } from "../../chain.ts";
import { generateMnemonic } from "../../keys/bip39.ts";
import { ethereumWallets } from "../other-wallets.ts";
import { chooseKey } from "../signer-key.ts";
import { addressOfPublicKey, walletAddress } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import type { EvmFacts } from "./facts.ts";
import { countTransactions } from "./node.ts";
import { parsePayload } from "./payload.ts";
import { parsePrivateKey } from "./private-key.ts";
import { noOperation, signTransaction } from "./sign.ts";
import { locate, proveReplaced } from "./submit.ts";
import { deriveAddress, derivePrivateKey, generateWallet, restoreWallet } from "./wallet.ts";

export interface EvmChain extends Chain {
  readonly facts: EvmFacts;
}

/** A chain of the EVM family, from what is true about it. */
export function evmChain(own: EvmFacts): EvmChain {
  const facts: EvmFacts = { ...own, otherWallets: ethereumWallets(own.derivationPath) };
  return {
    facts,
    generatePrivateKey: (index, network) =>
      derivePrivateKey({ mnemonic: generateMnemonic() }, index, facts, network),
    generateWallet: (network) => generateWallet(facts, network),
    restoreWallet: (mnemonic, network) => restoreWallet(mnemonic, facts, network),
    deriveAddress: (wallet, index, network) => deriveAddress(wallet, index, facts, network),
    derivePrivateKey: (wallet, index, network) => derivePrivateKey(wallet, index, facts, network),
    parsePrivateKey: (text) => parsePrivateKey(text, facts),
    addressOfPublicKey: (publicKey) => walletAddress(publicKey, facts),
    sendingAccount: async (request) => addressOfPublicKey((await chooseKey(request)).publicKey),
    spending: (transaction, network) => ({ number: parsePayload(transaction, facts, network).nonce }),
    describe: (transaction, network) => describeTransaction(transaction, facts, network),
    sign: (request, environment) => signTransaction(request, facts, environment),
    noOperation: (use, environment) => noOperation(use, facts, environment),
    countTransactions: (account, environment) => countTransactions(account as Hex, facts, environment),
    locate: (signed, environment) => locate(signed, facts, environment),
    proveReplaced: (signed, environment) => proveReplaced(signed, facts, environment),
  };
}
