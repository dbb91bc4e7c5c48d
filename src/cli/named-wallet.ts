/** Commands that work on one wallet, which is named by its signature ID: what they share. */

import { knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { toNetwork } from "../wallets/managed-wallets.ts";
import { createContext, type VaultArguments } from "./context.ts";
import { withVault } from "./open-vault.ts";
import { vaultOptions } from "./options.ts";

export const signatureIdArgument = {
  signatureId: { type: "positional", required: true, description: "Signature ID of the wallet" },
} as const;

/**
 * An ID names one wallet of one chain and network, so that `--chain` and `--testnet` have nothing to choose here; whoever
 * gives them does not want another wallet than that.
 */
export const namedWalletOptions = {
  chain: {
    type: "string",
    valueHint: "BTC,ETH",
    description: "Go on only if the wallet is of one of these chains",
  },
  testnet: { type: "boolean", description: "Go on only if the wallet is of a test network" },
  ...vaultOptions,
} as const;

interface NamedWalletArguments extends VaultArguments {
  readonly signatureId: string;
  readonly chain?: string | undefined;
  readonly testnet?: boolean | undefined;
}

/**
 * Opens the vault for work on the wallet.
 * @throws KmsError `USAGE` when the wallet is of another chain or network than the options say
 */
export async function withNamedWallet(
  args: NamedWalletArguments,
  work: (vault: Vault) => Promise<void>,
): Promise<void> {
  const tickers = args.chain === undefined ? undefined : knownTickers(args.chain);
  await withVault(await createContext(args), async (vault) => {
    const wallet = vault.wallets().find(({ signatureId }) => signatureId === args.signatureId);
    if (wallet !== undefined) {
      const { chain = "", testnet } = wallet;
      const network = toNetwork(testnet);
      const isOfNetwork = args.testnet === undefined || toNetwork(args.testnet) === network;
      if (!isOfNetwork) throw otherWallet(args.signatureId, `a ${network} wallet`, "testnet");
      if (tickers?.includes(chain) === false) throw otherWallet(args.signatureId, `one of ${chain}`, "chain");
    }
    await work(vault);
  });
}

function otherWallet(signatureId: string, what: string, option: string): KmsError {
  return new KmsError("USAGE", `Wallet ${signatureId} is ${what}; nothing was done.`, {
    hint: `Option --${option} asks for another one. Check the signature ID, or leave the option out.`,
  });
}
