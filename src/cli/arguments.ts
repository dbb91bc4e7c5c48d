/** What commands are told to work on: a chain, a wallet of the vault, a token or key of PKCS#11. */
import type { Chain } from "../../chains/chain.ts";
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { knownChain, knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { networkOf } from "../vault/wallet-record.ts";
import { toNetwork } from "../wallets/managed-wallets.ts";
import { type CommandContext, createContext, type VaultArguments } from "./context.ts";
import { withVault } from "./open-vault.ts";
import { vaultOptions } from "./options.ts";
import { printNote } from "./output.ts";

/**
 * The chain that an argument names. Where that is not its ticker it is told, since results and the API carry the ticker.
 * @throws KmsError `USAGE`
 */
export async function chainArgument(name: string): Promise<Chain> {
  const chain = await knownChain(name);
  const { ticker, name: title } = chain.facts;
  if (name.trim().toUpperCase() !== ticker) printNote(`${name.trim()} is ${ticker} (${title}) here.`);
  return chain;
}

export const signatureIdArgument = {
  signatureId: {
    type: "positional",
    required: true,
    description: "Signature ID of the wallet",
  },
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
  testnet: {
    type: "boolean",
    description: "Go on only if the wallet is of a test network",
  },
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
  work: (vault: Vault, context: CommandContext) => Promise<void>,
): Promise<void> {
  const tickers = args.chain === undefined ? undefined : knownTickers(args.chain);
  const context = await createContext(args);
  await withVault(context, async (vault) => {
    const record = await vault.get(args.signatureId);
    if (record !== undefined) {
      const chain = typeof record["chain"] === "string" ? record["chain"] : "";
      const network = networkOf(record);
      const isOfNetwork = args.testnet === undefined || toNetwork(args.testnet) === network;
      if (!isOfNetwork) throw otherWallet(args.signatureId, `a ${network} wallet`, "testnet");
      if (tickers?.includes(chain) === false) throw otherWallet(args.signatureId, `one of ${chain}`, "chain");
    }
    await work(vault, context);
  });
}

function otherWallet(signatureId: string, what: string, option: string): KmsError {
  return new KmsError("USAGE", `Wallet ${signatureId} is ${what}; nothing was done.`, {
    hint: `Option --${option} asks for another one. Check the signature ID, or leave the option out.`,
  });
}

/**
 * The token or key that a command works on: that of `--pkcs11`, else of `TATUM_KMS_PKCS11_URI`.
 * @throws KmsError `USAGE` when none is named
 */
export function namedTokenKey({ namedTokens: { byOption, byVariable } }: CommandContext): Pkcs11Uri {
  const uri = byOption ?? byVariable;
  if (uri !== undefined) return uri;
  throw new KmsError("USAGE", "Missing option --pkcs11: which token?", {
    hint: "Give --pkcs11=pkcs11:token=<label>;object=<name of the key>?module-path=<file>.",
  });
}
