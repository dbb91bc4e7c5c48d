/** Wallets under the care of the vault: made, stored, and asked for keys and addresses. */
import { randomUUID } from "node:crypto";
import type { Chain, Network, WalletFields } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { loadChain } from "../../chains/index.ts";
import type { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { networkOf, tokenKeyOf, type WalletRecord, walletFields } from "../vault/wallet-record.ts";
import { makeKeysOnAllCores } from "./key-threads.ts";
import { assertLabelsFree, type GivenNames, numberedLabel, titleOf } from "./names.ts";
import { kindOfSecret, shownName } from "./secret-kinds.ts";

export const MAXIMUM_BATCH = 1_000_000;

/** What the outside learns of a wallet that was stored. */
export interface NewWallet {
  readonly signatureId: string;
  readonly address?: string;
  readonly xpub?: string;
}

export function toNetwork(testnet: boolean | undefined): Network {
  return testnet === true ? "testnet" : "mainnet";
}

function toRecord(fields: WalletFields, chain: Chain, network: Network): WalletRecord {
  return { ...fields, chain: chain.facts.ticker, testnet: network === "testnet" };
}

/** What a wallet is made or stored for, and what the operator calls it. */
export interface WalletOrder extends GivenNames {
  readonly chain: Chain;
  readonly network: Network;
}

/** The address by which a wallet is found; `null` when its key cannot be read. */
function firstAddressOf({ chain, network }: WalletOrder, fields: WalletFields): string | null {
  try {
    return chain.deriveAddress(fields, 0, network);
  } catch (error) {
    if (error instanceof ChainError) return null;
    throw error;
  }
}

/**
 * Stores a wallet under a new signature ID.
 * @throws KmsError `WALLET_EXISTS` when another wallet has the label
 */
export async function storeManagedWallet(
  vault: Vault,
  { chain, network, label, groups, apiKey }: WalletOrder,
  fields: WalletFields,
): Promise<NewWallet> {
  const signatureId = randomUUID();
  await assertLabelsFree(vault, label === undefined ? [] : [label]);
  const firstAddress = firstAddressOf({ chain, network }, fields);
  await vault.add([[signatureId, toRecord(fields, chain, network), { label, groups, firstAddress, apiKey }]]);
  return {
    signatureId,
    ...(fields.address !== undefined && { address: fields.address }),
    ...(fields.xpub !== undefined && { xpub: fields.xpub }),
  };
}

/** Makes a wallet and stores it. @throws KmsError as {@link storeManagedWallet} */
export function generateManagedWallet(vault: Vault, order: WalletOrder): Promise<NewWallet> {
  return storeManagedWallet(vault, order, order.chain.generateWallet(order.network));
}

/** What the vault holds already of a wallet that is about to be stored, in a sentence; `undefined` when it holds nothing. */
export async function sayIfStored(
  vault: Vault,
  { chain, network }: WalletOrder,
  fields: WalletFields,
): Promise<string | undefined> {
  const address = firstAddressOf({ chain, network }, fields);
  if (address === null) return undefined;
  const [same, ...more] = (await vault.directory.find({ address })).filter(
    (one) => one.chain === chain.facts.ticker && toNetwork(one.testnet) === network,
  );
  if (same === undefined) return undefined;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `The vault holds this wallet already, as ${titleOf(same)}${others}; it is stored once more.`;
}

/**
 * Reads a mnemonic before anything is asked or written.
 * @throws ChainError `INVALID_KEY`, KmsError `INVALID_INPUT` when it looks like something else
 */
export function checkMnemonic(chain: Chain, network: Network, mnemonic: Secret): WalletFields {
  const text = mnemonic.reveal();
  return explained("mnemonic", text, () => chain.restoreWallet(text.trim().split(/\s+/).join(" "), network));
}

/**
 * What a person has to know who compares the wallet of a mnemonic with another program's; `undefined` where common wallets
 * show the same address.
 */
export function otherWalletsNote(
  { facts, deriveAddress }: Chain,
  network: Network,
  fields: WalletFields,
): string | undefined {
  const others = facts.otherWallets?.[network];
  const path = facts.firstAddressPath?.[network] ?? `${facts.derivationPath?.[network]}/0`;
  return (
    others &&
    `The first address of this wallet is ${deriveAddress(fields, 0, network)}, at ${path}. For the same mnemonic, ` +
      `${others.wallets} show another one, at ${others.path}.`
  );
}

/** Where a secret of the other kind goes. */
const otherCommand = {
  mnemonic: "storemanagedprivatekey stores a private key.",
  "private key": "storemanagedwallet stores a mnemonic.",
} as const;

/** Says of a text that is refused what it looks like, when that is something else than what was wanted. */
function explained<Result>(wanted: keyof typeof otherCommand, text: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const kind = error instanceof ChainError ? kindOfSecret(text, wanted) : undefined;
    if (!(error instanceof ChainError) || kind === undefined) throw error;
    const message = `${error.message.replace(/\.?$/, ".")} What was given looks like ${kind}.`;
    throw new KmsError("INVALID_INPUT", message, { hint: otherCommand[wanted] });
  }
}

/** A private key that was understood but is not yet stored. */
export interface CheckedPrivateKey {
  readonly address: string;
  readonly warnings: readonly string[];
  readonly fields: WalletFields;
}

/**
 * Reads a private key before anything is asked or written.
 * @throws ChainError `INVALID_KEY`, KmsError `INVALID_INPUT` when it looks like something else
 */
export function checkPrivateKey(chain: Chain, network: Network, privateKey: Secret): CheckedPrivateKey {
  const text = privateKey.reveal().trim();
  const { address, warnings } = explained("private key", text, () => chain.parsePrivateKey(text, network));
  return { address, warnings, fields: { privateKey: text } };
}

/** @throws KmsError as {@link storeManagedWallet} */
export async function storeManagedPrivateKey(
  vault: Vault,
  order: WalletOrder,
  { fields }: CheckedPrivateKey,
): Promise<{ signatureId: string }> {
  const { signatureId } = await storeManagedWallet(vault, order, fields);
  return { signatureId };
}

/**
 * Makes and stores private keys on all cores, each of a fresh wallet, with the labels `<label>-1`, `<label>-2` and so on. A key is
 * handed to `onStored` only when it is durably in the vault; the time grows linearly with the count.
 *
 * @throws KmsError `WALLET_EXISTS` when a wallet has one of the labels; then none is made
 */
export async function generatePrivateKeyBatch(
  vault: Vault,
  { chain, network, label, groups, apiKey }: WalletOrder,
  count: number,
  onStored: (key: { signatureId: string; address: string }) => void,
): Promise<void> {
  const labelOf = (number: number) => (label === undefined ? undefined : numberedLabel(label, number));
  const labels =
    label === undefined ? [] : Array.from({ length: count }, (_, at) => numberedLabel(label, at + 1));
  await assertLabelsFree(vault, labels);
  let made = 0;
  await makeKeysOnAllCores({ ticker: chain.facts.ticker, network, count }, async (keys) => {
    const entries = keys.map(({ privateKey, address }) => {
      made += 1;
      const names = { label: labelOf(made), groups, firstAddress: address, apiKey };
      return { signatureId: randomUUID(), address, record: toRecord({ privateKey }, chain, network), names };
    });
    await vault.add(entries.map(({ signatureId, record, names }) => [signatureId, record, names] as const));
    for (const { signatureId, address } of entries) onStored({ signatureId, address });
  });
}

/**
 * The stored entry of a signature ID.
 * @throws KmsError `NO_SUCH_WALLET`
 */
export async function getManagedWallet(vault: Vault, signatureId: string): Promise<WalletRecord> {
  const record = await vault.get(signatureId);
  if (record === undefined) throw noSuchWallet(signatureId);
  return record;
}

function noSuchWallet(signatureId: string): KmsError {
  return new KmsError("NO_SUCH_WALLET", `No such wallet for signatureId '${shownName(signatureId)}'.`);
}

/**
 * @param until when it can be restored no more, in milliseconds since 1970; without it, it is gone at once
 * @throws KmsError `NO_SUCH_WALLET`
 */
export async function removeManagedWallet(vault: Vault, signatureId: string, until?: number): Promise<void> {
  if (!(await vault.remove(signatureId, until))) throw noSuchWallet(signatureId);
}

interface Derivation {
  readonly chain: Chain;
  readonly fields: WalletFields;
  readonly network: Network;
  readonly index: number;
}

/** The chain a stored entry names, which may be anything in an old one. */
async function chainOf(signatureId: string, record: WalletRecord): Promise<Chain> {
  const { chain: ticker } = record;
  const chain = typeof ticker === "string" ? await loadChain(ticker) : undefined;
  if (chain !== undefined) return chain;
  throw new KmsError("INVALID_INPUT", `The blockchain of wallet ${signatureId} is not one of this version.`);
}

async function prepareDerivation(
  signatureId: string,
  record: WalletRecord,
  index: number | undefined,
): Promise<Derivation> {
  const chain = await chainOf(signatureId, record);
  const fields = walletFields(record);
  if (index === undefined && fields.mnemonic !== undefined) {
    throw new KmsError("USAGE", `Wallet ${signatureId} is mnemonic based: give the derivation index.`);
  }
  return { chain, fields, network: networkOf(record), index: index ?? 0 };
}

/**
 * The private key at an index; of a private-key wallet the stored key, as it was stored.
 * @throws KmsError `NO_SUCH_WALLET`, `INVALID_INPUT`, `USAGE` when the index is missing
 * @throws ChainError `INVALID_KEY`
 */
export async function getPrivateKey(
  vault: Vault,
  signatureId: string,
  index: number | undefined,
): Promise<{ privateKey: string }> {
  const record = await getManagedWallet(vault, signatureId);
  if (tokenKeyOf(record) !== undefined) {
    throw new KmsError(
      "KEY_STAYS_IN_TOKEN",
      `The private key of wallet ${signatureId} is in a token and cannot leave it.`,
      {
        hint: "getmanagedwallet shows where it is.",
      },
    );
  }
  const { mnemonic, privateKey } = walletFields(record);
  if (mnemonic === undefined && privateKey !== undefined) return { privateKey };
  const { chain, fields, network, index: at } = await prepareDerivation(signatureId, record, index);
  return { privateKey: chain.derivePrivateKey(fields, at, network) };
}

/**
 * The address at an index; of a private-key wallet its one address.
 * @throws KmsError `NO_SUCH_WALLET`, `INVALID_INPUT`, `USAGE` when the index is missing
 * @throws ChainError `INVALID_KEY`
 */
export async function getAddress(
  vault: Vault,
  signatureId: string,
  index: number | undefined,
): Promise<{ address: string }> {
  return { address: await addressOf(signatureId, await getManagedWallet(vault, signatureId), index) };
}

/**
 * The address of a stored wallet at an index.
 * @throws KmsError `INVALID_INPUT`, `USAGE` when the index is missing
 * @throws ChainError `INVALID_KEY`
 */
export async function addressOf(
  signatureId: string,
  record: WalletRecord,
  index: number | undefined,
): Promise<string> {
  const tokenKey = tokenKeyOf(record);
  if (tokenKey !== undefined) {
    const chain = await chainOf(signatureId, record);
    return chain.addressOfPublicKey(tokenKey.publicKey, networkOf(record));
  }
  const { chain, fields, network, index: at } = await prepareDerivation(signatureId, record, index);
  return chain.deriveAddress(fields, at, network);
}
