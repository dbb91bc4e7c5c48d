/** What the operator calls a wallet: its label, which no other wallet has, and the groups that it is counted among. */
import { KmsError } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import type { StoredWallet, WalletDescription, WalletNames } from "../vault/wallet-record.ts";
import { kindOfSecret } from "./secret-kinds.ts";

/** What a new wallet is to be called, and the API key that it belongs to. */
export interface GivenNames {
  readonly label?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** The name of the API key that it is polled with; `undefined` for the default one. */
  readonly apiKey?: string | undefined;
}

/** In characters. */
const LONGEST_NAME = 64;
const MOST_GROUPS = 16;
const UNFIT = /[\p{Cc}\p{Cf}\u2028\u2029\ufffd,]/u;
const SIGNATURE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A label or the name of a group, as somebody typed it. What looks like a secret is refused, and not repeated: a label is shown.
 * @throws KmsError `USAGE`
 */
export function readName(what: "label" | "group", typed: string): string {
  const name = typed.trim().replace(/\s+/g, " ").normalize("NFC");
  const isFit = name.length > 0 && name.length <= LONGEST_NAME && !UNFIT.test(name);
  if (!isFit)
    throw new KmsError(
      "USAGE",
      `A ${what} has 1 to ${LONGEST_NAME} characters, none of them a comma or unseen.`,
    );
  const kind = kindOfSecret(name, "private key") ?? kindOfSecret(name, "mnemonic");
  if (kind !== undefined)
    throw new KmsError("USAGE", `What was given as the ${what} looks like ${kind}.`, {
      hint: "Labels and groups are shown; a secret or an address has no place in them.",
    });
  if (SIGNATURE_ID.test(name)) throw new KmsError("USAGE", `A ${what} must not look like a signature ID.`);
  return name;
}

/** Names of groups, separated by commas. @throws KmsError `USAGE` */
export function readGroups(typed: string): string[] {
  return [
    ...new Set(
      typed
        .split(",")
        .filter((name) => name.trim() !== "")
        .map((name) => readName("group", name)),
    ),
  ];
}

/** A label of a batch. */
export function numberedLabel(label: string, number: number): string {
  return `${label}-${number}`;
}

/** A wallet for people: its signature ID, and its label where it has one. */
export function titleOf({ signatureId, label }: Pick<WalletDescription, "signatureId" | "label">): string {
  return label === undefined ? signatureId : `${signatureId} (${label})`;
}

/** `mainnet` or `testnet`; an entry that does not say counts as one of the main network. */
export function networkName({ testnet }: Pick<WalletDescription, "testnet">): "mainnet" | "testnet" {
  return testnet === true ? "testnet" : "mainnet";
}

/** @throws KmsError `WALLET_EXISTS` naming the wallet that has one of the labels */
export async function assertLabelsFree(
  vault: Vault,
  labels: readonly string[],
  except?: string,
): Promise<void> {
  for (const label of labels) {
    const [other] = (await vault.directory.find({ label })).filter(
      ({ signatureId }) => signatureId !== except,
    );
    if (other !== undefined)
      throw new KmsError("WALLET_EXISTS", `The label ${label} is that of wallet ${other.signatureId}.`, {
        hint: "Labels are there to tell wallets apart. For what several have in common there are groups.",
      });
  }
}

/**
 * Gives a wallet a label, or takes it away.
 * @throws KmsError `WALLET_EXISTS`
 */
export async function labelWallet(
  vault: Vault,
  signatureId: string,
  label: string | undefined,
): Promise<void> {
  await assertLabelsFree(vault, label === undefined ? [] : [label], signatureId);
  await vault.directory.edit([
    {
      signatureId,
      edit: (wallet) => (wallet.label === label ? undefined : { groups: wallet.groups, label }),
    },
  ]);
}

/**
 * Counts a wallet among groups, or no longer.
 * @throws KmsError `USAGE` when it would be in too many
 */
export async function groupWallet(
  vault: Vault,
  signatureId: string,
  change: { readonly add: readonly string[] } | { readonly remove: readonly string[] },
): Promise<void> {
  await vault.directory.edit([
    {
      signatureId,
      edit({ label, groups = [] }) {
        const after =
          "add" in change
            ? [...new Set([...groups, ...change.add])]
            : groups.filter((group) => !change.remove.includes(group));
        if (after.length > MOST_GROUPS)
          throw new KmsError("USAGE", `A wallet is in at most ${MOST_GROUPS} groups; nothing was changed.`);
        if (after.length === groups.length) return undefined;
        return { label, groups: after.length === 0 ? undefined : after };
      },
    },
  ]);
}

/** Wallets that are given a key in one change: the daemons that share a store wait for it. */
const MOST_IN_A_WRITE = 500;

/** Which wallets an API key is given: one, or those of a group, in capitals or not. */
export type WalletChoice = { readonly signatureId: string } | { readonly group: string };

/**
 * Has wallets belong to another API key.
 * @param apiKey its name; `undefined` for the default one
 * @returns how many belong to it now
 * @throws KmsError `NO_SUCH_WALLET` when there is none in the group
 */
export async function giveApiKey(
  vault: Vault,
  choice: WalletChoice,
  apiKey: string | undefined,
): Promise<number> {
  const isOfGroup = (group: string) =>
    group.toLowerCase() === ("group" in choice ? choice.group.toLowerCase() : "");
  const ids =
    "signatureId" in choice
      ? [choice.signatureId]
      : (await vault.directory.all())
          .filter(({ groups = [] }) => groups.some(isOfGroup))
          .map(({ signatureId }) => signatureId);
  if (ids.length === 0) throw new KmsError("NO_SUCH_WALLET", "No wallet is in that group.");
  const edit = (wallet: StoredWallet): WalletNames | undefined =>
    wallet.apiKey === apiKey ? undefined : { label: wallet.label, groups: wallet.groups, apiKey };
  for (let from = 0; from < ids.length; from += MOST_IN_A_WRITE)
    await vault.directory.edit(
      ids.slice(from, from + MOST_IN_A_WRITE).map((signatureId) => ({ signatureId, edit })),
    );
  return ids.length;
}
