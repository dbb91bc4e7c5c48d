/** A vault of known wallets for the tests of the daemon, and pending transactions that they can sign. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation } from "../executable.ts";

export interface Pending {
  readonly id: string;
  readonly chain: string;
  readonly serializedTransaction: string;
  readonly hashes: readonly string[];
  readonly index?: number;
  readonly withdrawalId?: string;
  readonly withdrawalResponses?: readonly unknown[];
}

interface Vector {
  readonly name: string;
  readonly pending: Pending;
  readonly wallets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly expected: { readonly txData: string; readonly txid: string };
}

async function vector(chain: string, name: string): Promise<Vector> {
  const vectors = (await Bun.file(
    join(import.meta.dir, `../../vectors/signing/${chain}.json`),
  ).json()) as Vector[];
  const found = vectors.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`There is no vector ${name} of ${chain}.`);
  return found;
}

/** The vectors use one signature ID for different wallets; one vault needs different ones. */
function withOtherSignatureId(original: Vector): Vector {
  const [signatureId] = Object.keys(original.wallets) as [string];
  const other = `33333333${signatureId.slice(8)}`;
  return JSON.parse(JSON.stringify(original).replaceAll(signatureId, other)) as Vector;
}

const bitcoinVector = await vector("BTC", "p2pkh-1in-1out-mainnet");
const litecoinVector = await vector("LTC", "p2pkh-1in-1out-mainnet");
const withdrawalVector = withOtherSignatureId(await vector("LTC", "offchain-3in-change-mainnet"));

/** Signature IDs of the vault's wallets. */
export const walletIds = {
  eth: "11111111-0000-4000-8000-000000000001",
  ethTestnet: "11111111-0000-4000-8000-000000000002",
  btc: Object.keys(bitcoinVector.wallets)[0] as string,
  ltc: Object.keys(litecoinVector.wallets)[0] as string,
  ltcMnemonic: Object.keys(withdrawalVector.wallets)[0] as string,
} as const;

/** The private key of both Ethereum wallets, to look for in everything the program writes. */
export const ethPrivateKey = "0xec51339ad545d6159e87dc0315e2d0973c7a5a239b78b4c2fed77f7c1b4b38f6";
/** Their address (EIP-55). */
export const ethAddress = "0xA6241A7473070a0f4E0b2cdB1C4E8939D8C350eE";

export const allWallets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [walletIds.eth]: { privateKey: ethPrivateKey, chain: "ETH", testnet: false },
  [walletIds.ethTestnet]: { privateKey: ethPrivateKey, chain: "ETH", testnet: true },
  ...bitcoinVector.wallets,
  ...litecoinVector.wallets,
  ...withdrawalVector.wallets,
};

/** A payment whose bytes are known, with the transaction id they have. */
export const bitcoinPayment = { pending: bitcoinVector.pending, ...bitcoinVector.expected };
export const litecoinPayment = { pending: litecoinVector.pending, ...litecoinVector.expected };
/** An off-chain withdrawal. */
export const withdrawal = { pending: withdrawalVector.pending, ...withdrawalVector.expected };

/** 24 hex digits, as the API's ids are. */
export function pendingId(number: number): string {
  return number.toString(16).padStart(24, "a");
}

/** An Ethereum payment that says everything, so that nothing has to be asked for to sign it. */
export function ethPayment(number: number, changes: Readonly<Record<string, unknown>> = {}): Pending {
  const transaction = {
    chainId: 1,
    to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
    value: "1000000000000000000",
    gas: "21000",
    gasPrice: "20000000000",
    nonce: number,
    ...changes,
  };
  return {
    id: pendingId(number),
    chain: "ETH",
    hashes: [walletIds.eth],
    serializedTransaction: JSON.stringify(transaction),
  };
}

/** A payment with other or more members, also ones that no real one has. */
export function altered(pending: Pending, changes: Readonly<Record<string, unknown>>): Pending {
  return { ...pending, ...changes };
}

/** A payment as an account without a nonce of its own: the signer has to find it. */
export function ethPaymentWithoutNonce(number: number): Pending {
  return ethPayment(number, { nonce: undefined, value: String(number) });
}

const vaults = new Map<string, Promise<Uint8Array>>();

async function makeVault(wallets: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const installation = new Installation();
  try {
    const file = join(installation.home, "wallets.json");
    writeFileSync(file, JSON.stringify(wallets));
    const imported = await installation.run(["import", file]);
    if (imported.status !== 0) throw new Error(imported.stderr);
    return await Bun.file(installation.vaultPath).bytes();
  } finally {
    installation.remove();
  }
}

/** An installation whose vault holds these wallets. Making a vault takes time, so each kind is made once. */
export async function installationWith(wallets = allWallets): Promise<Installation> {
  const kind = JSON.stringify(wallets);
  const known = vaults.get(kind) ?? makeVault(wallets);
  vaults.set(kind, known);
  const bytes = await known;
  const installation = new Installation();
  mkdirSync(dirname(installation.vaultPath), { mode: 0o700 });
  writeFileSync(installation.vaultPath, bytes, { mode: 0o600 });
  chmodSync(installation.vaultPath, 0o600);
  return installation;
}
