/** Finding wallets: by signature ID or the beginning of one, label or address; and the index that imported wallets get later. */
import { ChainError } from "../../chains/error.ts";
import { KmsError } from "../errors.ts";
import { didYouMean } from "../suggestion.ts";
import type { OnProgress } from "../vault/contents.ts";
import type { RemovedDescription } from "../vault/removed-wallet.ts";
import type { Vault } from "../vault/vault.ts";
import { type WalletDescription, walletFields } from "../vault/wallet-record.ts";
import { addressOf, getManagedWallet } from "./managed-wallets.ts";
import { networkName, titleOf } from "./names.ts";
import { meantBy } from "./removed.ts";
import { shownName } from "./secret-kinds.ts";

/** The fewest characters that stand for a signature ID. */
const SHORTEST_ID = 4;

const MOST_TOLD = 5;

/** What somebody who looks for a wallet found, and how. */
export interface FoundWallet {
  readonly wallet: WalletDescription;
  /** Whether the whole signature ID was given. */
  readonly isExact: boolean;
}

/**
 * The one wallet that somebody means: by its signature ID, in capitals or not, with blanks around it; by its label or its first address;
 * or by the beginning of its signature ID where that is the only one.
 *
 * @throws KmsError `NO_SUCH_WALLET` with what is near; `USAGE` when several are meant, naming them
 */
export async function findWallet(vault: Vault, typed: string): Promise<FoundWallet> {
  const text = typed.trim();
  for (const signatureId of new Set([typed, text, text.toLowerCase()])) {
    const wallet = signatureId === "" ? undefined : await vault.directory.get(signatureId);
    if (wallet !== undefined) return { wallet, isExact: true };
  }
  for (const name of [{ label: text }, { address: text }]) {
    const found = text === "" ? [] : await vault.directory.find(name);
    if (found.length > 0) return { wallet: onlyOne(found, text), isExact: false };
  }
  const all = await vault.directory.all();
  const begun =
    text.length < SHORTEST_ID
      ? []
      : all.filter(({ signatureId }) => signatureId.startsWith(text.toLowerCase()));
  if (begun.length === 0) throw noSuchWallet(text, all, meantBy(text, await vault.directory.removed())[0]);
  return { wallet: onlyOne(begun, text), isExact: false };
}

function onlyOne(found: readonly WalletDescription[], text: string): WalletDescription {
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const told = found
    .slice(0, MOST_TOLD)
    .map((wallet) => `${titleOf(wallet)}, ${wallet.chain ?? "no chain"} ${networkName(wallet)}`);
  const more = found.length > MOST_TOLD ? `; and ${found.length - MOST_TOLD} more` : "";
  throw new KmsError(
    "USAGE",
    `${found.length} wallets are meant by ${JSON.stringify(shownName(text))}; nothing was done.`,
    {
      hint: `Give the whole signature ID. They are: ${told.join("; ")}${more}.`,
    },
  );
}

function noSuchWallet(
  text: string,
  all: readonly WalletDescription[],
  removed: RemovedDescription | undefined,
): KmsError {
  const error = `No such wallet for signatureId '${shownName(text)}'.`;
  if (removed !== undefined)
    return new KmsError("NO_SUCH_WALLET", error, {
      hint: `It was removed; tatum-kms wallet restore ${removed.signatureId} brings it back.`,
    });
  const labels = all.flatMap(({ label }) => label ?? []);
  const ids = all.map(({ signatureId }) => signatureId);
  const unindexed = all.filter(({ firstAddress }) => firstAddress === undefined).length;
  const hint =
    didYouMean(text, labels) ??
    didYouMean(text, ids) ??
    (unindexed === 0
      ? "tatum-kms wallet list shows all wallets."
      : `${unindexed} wallets are not yet found by their address; tatum-kms wallet find looks among all.`);
  return new KmsError("NO_SUCH_WALLET", error, { hint });
}

/** Milliseconds of deriving after which what there is is written. */
const MOST_BETWEEN_WRITES = 1000;
const MOST_IN_A_WRITE = 500;

/**
 * Derives the first address of every wallet that has none yet: of an older vault, of imported wallets. What is derived is
 * written every second, so that it can be ended at any time and goes on where it was.
 *
 * @returns how many there were
 * @throws KmsError `CANNOT_WRITE`, `VAULT_CORRUPT`
 */
export async function indexFirstAddresses(
  vault: Vault,
  onProgress: OnProgress = () => undefined,
): Promise<number> {
  await vault.refresh();
  if (vault.directory.unindexed === 0) return 0;
  const pending = (await vault.directory.all())
    .filter(({ firstAddress }) => firstAddress === undefined)
    .map(({ signatureId }) => signatureId);
  for (let done = 0; done < pending.length; ) {
    const addresses = await deriveSome(vault, pending.slice(done, done + MOST_IN_A_WRITE));
    await vault.directory.edit(
      [...addresses].map(([signatureId, firstAddress]) => ({
        signatureId,
        edit: ({ label, groups, firstAddress: known }) =>
          known === undefined ? { label, groups, firstAddress } : undefined,
      })),
    );
    done += addresses.size;
    onProgress(done, pending.length);
  }
  return pending.length;
}

/** The addresses of as many of the wallets as can be derived in a second, at least of one. */
async function deriveSome(
  vault: Vault,
  signatureIds: readonly string[],
): Promise<Map<string, string | null>> {
  const end = performance.now() + MOST_BETWEEN_WRITES;
  const addresses = new Map<string, string | null>();
  for (const signatureId of signatureIds) {
    addresses.set(signatureId, await firstAddressOf(vault, signatureId));
    if (performance.now() > end) break;
  }
  return addresses;
}

/** `null` when there is none: the chain is not known, or the key cannot be read. */
async function firstAddressOf(vault: Vault, signatureId: string): Promise<string | null> {
  const record = await vault.get(signatureId);
  if (record === undefined) return null;
  try {
    return await addressOf(signatureId, record, 0);
  } catch (error) {
    const isOfWallet =
      error instanceof ChainError || (error instanceof KmsError && error.kind === "transaction");
    if (isOfWallet) return null;
    throw error;
  }
}

export interface WalletAddress {
  /** Of a mnemonic; a wallet that is one key has one address. */
  readonly index?: number;
  readonly address: string;
}

/**
 * The addresses of a wallet at indexes, 0 where none is named; of a wallet that is one key its one address.
 * @throws KmsError `NO_SUCH_WALLET`, `INVALID_INPUT` @throws ChainError `INVALID_KEY`
 */
export async function addressesOf(
  vault: Vault,
  signatureId: string,
  indexes: readonly number[] = [0],
): Promise<WalletAddress[]> {
  const record = await getManagedWallet(vault, signatureId);
  if (walletFields(record).mnemonic === undefined)
    return [{ address: await addressOf(signatureId, record, 0) }];
  const derive = async (index: number) => ({ index, address: await addressOf(signatureId, record, index) });
  return Promise.all(indexes.map(derive));
}
