/** Wallets that were removed: for a while they can be restored, then they are gone. Nothing that is told of them is secret. */
import { KmsError } from "../errors.ts";
import type { RemovedDescription } from "../vault/removed-wallet.ts";
import type { Vault } from "../vault/vault.ts";
import { type ListedWallet, listedWallet } from "./listing.ts";
import { titleOf } from "./names.ts";
import { shownName } from "./secret-kinds.ts";

/** A removed wallet as JSON shows it. */
export interface ListedRemoved extends ListedWallet {
  /** ISO 8601, UTC. */
  readonly removedAt: string;
  /** Until when it can be restored: ISO 8601, UTC. */
  readonly restorableUntil: string;
}

export function listedRemoved(removed: RemovedDescription): ListedRemoved {
  const { removedAt, until } = removed;
  return {
    ...listedWallet(removed),
    removedAt: new Date(removedAt).toISOString(),
    restorableUntil: new Date(until).toISOString(),
  };
}

/** The fewest characters that stand for a signature ID. */
const SHORTEST_ID = 4;

/** Those that somebody may mean: by the signature ID or its beginning, or by the label. */
export function meantBy(typed: string, removed: readonly RemovedDescription[]): RemovedDescription[] {
  const text = typed.trim().toLowerCase();
  const exact = removed.filter(({ signatureId }) => signatureId.toLowerCase() === text);
  if (exact.length > 0) return exact;
  return removed.filter(
    ({ signatureId, label }) =>
      label?.toLowerCase() === text || (text.length >= SHORTEST_ID && signatureId.startsWith(text)),
  );
}

/**
 * The one removed wallet that somebody means.
 * @throws KmsError `NO_SUCH_WALLET`; `USAGE` when several are meant, naming them
 */
export async function findRemoved(vault: Vault, typed: string): Promise<RemovedDescription> {
  const [only, ...others] = meantBy(typed, await vault.directory.removed());
  const text = JSON.stringify(shownName(typed));
  if (only === undefined)
    throw new KmsError("NO_SUCH_WALLET", `No removed wallet that can be restored is meant by ${text}.`, {
      hint: "tatum-kms wallet list --removed shows those that there are.",
    });
  if (others.length === 0) return only;
  throw new KmsError(
    "USAGE",
    `${others.length + 1} removed wallets are meant by ${text}; nothing was done.`,
    {
      hint: `Give the whole signature ID. They are: ${[only, ...others].slice(0, 5).map(titleOf).join("; ")}.`,
    },
  );
}

/**
 * Brings a removed wallet back, as the newest, with all that it had; without its label, where another wallet has that now.
 * @returns whether it has its label
 * @throws KmsError `NO_SUCH_WALLET` when its time is over
 */
export async function restoreRemoved(
  vault: Vault,
  { signatureId, label }: RemovedDescription,
): Promise<boolean> {
  const isFree = label === undefined || (await vault.directory.find({ label })).length === 0;
  if (await vault.directory.restore(signatureId, isFree ? undefined : { label: undefined })) return isFree;
  throw new KmsError("NO_SUCH_WALLET", `The removed wallet ${signatureId} cannot be restored any more.`);
}

/** What keeps removed wallets from being ended now, and is told by what the command is about. */
const passing: readonly string[] = ["CANNOT_WRITE", "VAULT_BUSY", "VAULT_CORRUPT"];

/** Ends removed wallets whose time is over; where that cannot be done now, it is done later. */
export async function endRemovedWallets(vault: Vault): Promise<void> {
  try {
    await vault.directory.purge();
  } catch (error) {
    if (!(error instanceof KmsError) || !passing.includes(error.code)) throw error;
  }
}

const HOUR = 3_600_000;

/** {@link endRemovedWallets} once an hour. @returns ends it */
export function keepEndingRemoved(vault: Vault, period = HOUR): () => void {
  const timer = setInterval(() => endRemovedWallets(vault).catch(() => undefined), period);
  return () => clearInterval(timer);
}
