/** What commands are told to work on: a chain, a wallet of the vault, a token or key of PKCS#11. */
import type { Chain, WalletFields } from "../../chains/chain.ts";
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { keptApiKey, readApiKeyName } from "../api-key-name.ts";
import { knownChain, knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletDescription } from "../vault/wallet-record.ts";
import { findWallet } from "../wallets/finding.ts";
import { sayIfStored, toNetwork, type WalletOrder } from "../wallets/managed-wallets.ts";
import { type GivenNames, networkName, readGroups, readName, titleOf } from "../wallets/names.ts";
import { isAsked } from "./confirmation.ts";
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
  if (name.replace(/[\s,]/g, "").toUpperCase() !== ticker)
    printNote(`${name.trim()} is ${ticker} (${title}) here.`);
  return chain;
}

/** The one chain of an account, by its ticker. @throws KmsError `USAGE` */
export function chainOfAccount(named: string | undefined): string {
  const [chain, ...others] = named === undefined ? [] : knownTickers(named);
  if (chain !== undefined && others.length === 0) return chain;
  throw new KmsError("USAGE", "Option --chain has to name the one chain of the account.");
}

/** What a new wallet is to be called, and the API key that it belongs to. @throws KmsError `USAGE` */
export function givenNames(args: {
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly "api-key-name"?: string | undefined;
}): GivenNames {
  const { label, group, "api-key-name": apiKey } = args;
  return {
    ...(apiKey !== undefined && { apiKey: keptApiKey(readApiKeyName(apiKey)) }),
    label: label === undefined ? undefined : readName("label", label),
    groups: group === undefined ? undefined : readGroups(group),
  };
}

/** Says when the vault holds a wallet already that is about to be stored. */
export async function noteIfStored(vault: Vault, order: WalletOrder, fields: WalletFields): Promise<void> {
  const said = await sayIfStored(vault, order, fields);
  if (said !== undefined) printNote(said);
}

export const signatureIdArgument = {
  signatureId: {
    type: "positional",
    required: true,
    description: "Signature ID of the wallet, the beginning of it, its label or its first address",
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

export interface NamedWalletArguments extends VaultArguments {
  readonly signatureId: string;
  readonly chain?: string | undefined;
  readonly testnet?: boolean | undefined;
}

/** A wallet that a command works on, in the open vault. */
export interface NamedWallet {
  readonly vault: Vault;
  readonly context: CommandContext;
  /** The whole one, whatever was given. */
  readonly signatureId: string;
}

/** What a command does with the wallet, where that matters to how the wallet may be named, and whether that has to be told. */
type Consequence = "describes" | "shows" | "reveals or destroys";

/**
 * Opens the vault for work on the wallet, which may be named by its label, its first address or the beginning of its signature ID.
 * For what reveals or destroys that is enough only where a person is asked, who sees the whole ID.
 *
 * @throws KmsError `NO_SUCH_WALLET`; `USAGE` when the wallet is of another chain or network than the options say, or when the
 * whole signature ID is needed
 */
export async function withNamedWallet(
  args: NamedWalletArguments,
  consequence: Consequence,
  work: (wallet: NamedWallet) => Promise<void>,
): Promise<void> {
  // A chain that there is not is told before anything is asked for.
  if (args.chain !== undefined) knownTickers(args.chain);
  const context = await createContext(args);
  await withVault(context, (vault) => workOnNamedWallet(args, consequence, { vault, context }, work));
}

/** {@link withNamedWallet} in a vault that is open already. */
export async function workOnNamedWallet(
  args: NamedWalletArguments,
  consequence: Consequence,
  { vault, context }: Omit<NamedWallet, "signatureId">,
  work: (wallet: NamedWallet) => Promise<void>,
): Promise<void> {
  const { wallet, isExact } = await findWallet(vault, args.signatureId);
  const { signatureId, chain = "" } = wallet;
  assertWanted(args, wallet);
  if (!isExact && consequence === "reveals or destroys" && !isAsked(context)) throw wholeIdNeeded(wallet);
  if (!isExact && consequence !== "describes")
    printNote(`The wallet is ${titleOf(wallet)}, ${chain} ${networkName(wallet)}.`);
  await work({ vault, context, signatureId });
}

/** @throws KmsError `USAGE` when a wallet is of another chain or network than the options say */
export function assertWanted(
  { chain: chains, testnet }: Pick<NamedWalletArguments, "chain" | "testnet">,
  wallet: WalletDescription,
): void {
  const tickers = chains === undefined ? undefined : knownTickers(chains);
  const { signatureId, chain = "" } = wallet;
  const network = networkName(wallet);
  const isOfNetwork = testnet === undefined || toNetwork(testnet) === network;
  if (!isOfNetwork) throw otherWallet(signatureId, `a ${network} wallet`, "testnet");
  if (tickers?.includes(chain) === false) throw otherWallet(signatureId, `one of ${chain}`, "chain");
}

function wholeIdNeeded(wallet: WalletDescription): KmsError {
  return new KmsError("USAGE", `Wallet ${titleOf(wallet)} would be meant; nothing was done.`, {
    hint: `For this the whole signature ID is needed: ${wallet.signatureId}`,
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
