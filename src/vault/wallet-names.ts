/**
 * The index from a wallet's first address, and from its label, to the wallet: keyed hashes, so that the file tells neither.
 * docs/vault-format.md describes it.
 */
import { vaultCorrupt } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  deleteNameRow,
  insertNameRow,
  type NameRow,
  readAllNameRows,
  readNameRows,
  readWalletRow,
} from "../store/tables/wallet.ts";
import { addToDigest } from "./digest.ts";
import type { RootKey } from "./root-key.ts";
import { openWallet, type StoredWallet, type WalletNames, walletKeyOf } from "./wallet-record.ts";

/** What a wallet is looked for by. */
export type WalletName = { readonly address: string } | { readonly label: string };

const EVM_ADDRESS = /^(?:0x|xdc)?([0-9a-f]{40})$/;
const HEXADECIMAL = /^(?:0x)?[0-9a-f]+$/i;

/**
 * An address in the one form that all its spellings share: without blanks around it, the scheme of a URI, and what follows in it; in
 * small letters where case means nothing (hexadecimal, and what is not of mixed case); `0x` before what may be an address of an
 * EVM chain.
 */
export function normalAddress(text: string): string {
  const bare = text
    .trim()
    .replace(/^[a-z]+:(?:\/\/)?/i, "")
    .replace(/[?@].*$/s, "");
  const hasCase = bare !== bare.toLowerCase() && bare !== bare.toUpperCase() && !HEXADECIMAL.test(bare);
  const isEvm = EVM_ADDRESS.exec(bare.toLowerCase())?.[1];
  if (isEvm !== undefined) return `0x${isEvm}`;
  return hasCase ? bare : bare.toLowerCase();
}

/** A label in the one form that all its spellings share. */
function normalLabel(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}

function nameKeyOf(rootKey: RootKey, name: WalletName): Uint8Array {
  return "address" in name
    ? rootKey.keyedHash("address", Buffer.from(normalAddress(name.address)))
    : rootKey.keyedHash("label", Buffer.from(normalLabel(name.label)));
}

/** The rows that a wallet has in the index. */
function nameRowsOf(rootKey: RootKey, signatureId: string, { label, firstAddress }: WalletNames): NameRow[] {
  const walletKey = walletKeyOf(rootKey, signatureId);
  const names: WalletName[] = [];
  if (typeof firstAddress === "string") names.push({ address: firstAddress });
  if (label !== undefined) names.push({ label });
  return names.map((name) => ({ nameKey: nameKeyOf(rootKey, name), walletKey }));
}

type Named = Pick<StoredWallet, "signatureId"> & WalletNames;

export async function insertNames(session: Session, rootKey: RootKey, wallet: Named): Promise<void> {
  for (const row of nameRowsOf(rootKey, wallet.signatureId, wallet)) await insertNameRow(session, row);
}

export async function deleteNames(session: Session, rootKey: RootKey, wallet: Named): Promise<void> {
  for (const row of nameRowsOf(rootKey, wallet.signatureId, wallet)) await deleteNameRow(session, row);
}

/**
 * The wallets of a name.
 * @throws KmsError `VAULT_CORRUPT` when the index says of a wallet what it is not
 */
export async function findNamed(
  session: Session,
  rootKey: RootKey,
  name: WalletName,
): Promise<StoredWallet[]> {
  const nameKey = nameKeyOf(rootKey, name);
  const found: StoredWallet[] = [];
  for (const { walletKey } of await readNameRows(session, nameKey)) {
    const row = await readWalletRow(session, walletKey);
    const wallet = row === undefined ? undefined : openWallet(rootKey, row);
    const keys = wallet === undefined ? [] : nameRowsOf(rootKey, wallet.signatureId, wallet);
    if (wallet === undefined || !keys.some((one) => Buffer.from(one.nameKey).equals(nameKey)))
      throw wrongIndex("names a wallet that does not have that address or label");
    found.push(wallet);
  }
  return found;
}

function wrongIndex(what: string): Error {
  return vaultCorrupt(`the index of addresses and labels ${what}`);
}

/** Compares the rows of the index with what the wallets say. */
export class NameCheck {
  readonly #rootKey: RootKey;
  #expected = 0n;

  constructor(rootKey: RootKey) {
    this.#rootKey = rootKey;
  }

  /** Takes note of one wallet. */
  expect(wallet: Named): void {
    for (const row of nameRowsOf(this.#rootKey, wallet.signatureId, wallet))
      this.#expected = addToDigest(this.#expected, this.#hash(row));
  }

  /** @throws KmsError `VAULT_CORRUPT` when there are other rows than those of the wallets that were noted */
  async compare(session: Session): Promise<void> {
    let found = 0n;
    for await (const row of readAllNameRows(session)) found = addToDigest(found, this.#hash(row));
    if (found !== this.#expected) throw wrongIndex("has a row too many, or one too few");
  }

  #hash({ nameKey, walletKey }: NameRow): Uint8Array {
    return this.#rootKey.keyedHash("name-digest", Buffer.concat([nameKey, walletKey]));
  }
}
