/** Wallets and jobs of API keys that are not set: nobody polls them, which is told and not found out. */
import { defaultApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import { signedStates } from "../journal/job.ts";
import { allJobs } from "../journal/job-list.ts";
import { apiKeyVariable } from "../settings/api-keys.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import type { DaemonSettings, LiveValues } from "./settings.ts";

/** What has to be known of the daemon. Where keys were named, those of others are left to other daemons. */
type KnownKeys = Pick<DaemonSettings, "apiKeys" | "apiKeysAreNamed" | "network" | "tickers">;

/** The same of a daemon that runs, whose chains may change. */
interface LookSettings extends Pick<DaemonSettings, "apiKeys" | "apiKeysAreNamed" | "network" | "log"> {
  readonly live: { readonly values: Pick<LiveValues, "tickers"> };
}

/** Milliseconds between two looks at the wallets. */
const LOOKS_APART = 5_000;

/** States of jobs whose bytes may still have to be sent, or that wait for a person. */
const open = signedStates.filter((state) => state !== "done");

/** As in `shop (3), till (1)`; `undefined` where there are none. */
function countedByKey(
  found: readonly { readonly apiKey?: string | undefined }[],
  { apiKeys, apiKeysAreNamed }: KnownKeys,
): { readonly names: readonly string[]; readonly told: string } | undefined {
  if (apiKeysAreNamed) return undefined;
  const unset = found.filter(({ apiKey = defaultApiKey }) => !apiKeys.includes(apiKey));
  const byKey = [...Map.groupBy(unset, ({ apiKey = defaultApiKey }) => apiKey)];
  if (byKey.length === 0) return undefined;
  return {
    names: byKey.map(([name]) => name),
    told: byKey.map(([name, of]) => `${name} (${of.length})`).join(", "),
  };
}

function ofDaemon(
  wallets: readonly WalletSummary[],
  { network, tickers }: KnownKeys,
): readonly WalletSummary[] {
  return wallets.filter(
    ({ chain = "", testnet }) => tickers.includes(chain) && (testnet === true) === (network === "testnet"),
  );
}

/** @throws KmsError `CONFIGURATION` when a wallet that the daemon would work for belongs to a key that is not set */
export function assertKeysSet(wallets: readonly WalletSummary[], known: KnownKeys): void {
  const unset = countedByKey(ofDaemon(wallets, known), known);
  if (unset === undefined) return;
  const variables = unset.names.map(apiKeyVariable).join(", ");
  throw new KmsError("CONFIGURATION", `Wallets belong to API keys that are not set: ${unset.told}.`, {
    hint: `Set ${variables}; or say with --api-key-name which keys this daemon works with; or give the wallets another key: tatum-kms wallet key.`,
  });
}

/** Says once of each set of keys what belongs to them, when the daemon starts and whenever wallets were changed. */
export class UnsetKeys {
  readonly #vault: Vault;
  readonly #settings: LookSettings;
  #generation = -1;
  #told = "";

  constructor(vault: Vault, settings: LookSettings) {
    this.#vault = vault;
    this.#settings = settings;
  }

  /** Jobs whose bytes were signed when their key was set. */
  async tellJobs(): Promise<void> {
    const known = this.#known();
    const { network, tickers, log } = known;
    const jobs = await allJobs(this.#vault, { states: open, chains: tickers });
    const unset = countedByKey(
      jobs.filter((job) => job.network === network),
      known,
    );
    if (unset === undefined) return;
    const variables = unset.names.map(apiKeyVariable).join(", ");
    log.error(
      `Jobs that hold signed bytes belong to API keys that are not set: ${unset.told}. Nothing is sent or asked for them until ${variables} is set; job list shows them.`,
      { action: "api-key-unset" },
    );
  }

  /** @param period milliseconds between two looks at the wallets @returns ends it */
  keepLooking(period = LOOKS_APART): () => void {
    // What goes wrong with the vault is told by the rounds.
    const timer = setInterval(() => this.#look().catch(() => undefined), period);
    return () => clearInterval(timer);
  }

  /** With the chains that count now. */
  #known(): LookSettings & KnownKeys {
    return { ...this.#settings, tickers: this.#settings.live.values.tickers };
  }

  async #look(): Promise<void> {
    await this.#vault.refresh();
    const { generation } = this.#vault;
    if (generation === this.#generation) return;
    this.#generation = generation;
    const known = this.#known();
    const unset = countedByKey(ofDaemon(await this.#vault.wallets(), known), known);
    const told = unset?.told ?? "";
    if (told === this.#told) return;
    this.#told = told;
    if (unset === undefined) return;
    known.log.error(
      `Wallets belong to API keys that are not set, and are not polled: ${told}. Set them, and start the daemon anew.`,
      { action: "api-key-unset" },
    );
  }
}
