/** What the pipeline works with: made once when the daemon's turn begins, the same for all chains. */
import type { Network } from "../../chains/chain.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
import type { HttpClient } from "../http/client.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log, Troubles } from "../operations/log.ts";
import type { JobMetrics } from "../operations/metrics.ts";
import type { TatumApi } from "../tatum/api.ts";
import type { NodeCalls } from "../tatum/node.ts";
import type { Vault } from "../vault/vault.ts";
import type { Policy } from "./policy/policy.ts";
import type { ParkedReminder } from "./reminders.ts";
import type { Sightings } from "./sightings.ts";
import type { WalletKeys } from "./wallet-keys.ts";

/** Where wallets and their keys are. */
export interface KeySource {
  readonly vault: Vault;
  /** Those that hold keys of the vault's wallets. */
  readonly tokens: Tokens;
}

export interface Services extends KeySource {
  readonly journal: Journal;
  /** Of the vault's wallets. */
  readonly keys: WalletKeys;
  readonly api: TatumApi;
  readonly nodes: NodeCalls;
  /** For the third parties of chains. */
  readonly http: HttpClient;
  /** Who has to agree before anything is signed; nobody on test networks without `--external-url`. */
  readonly policies: readonly Policy[];
  readonly log: Log;
  readonly metrics: JobMetrics;
  readonly troubles: Troubles;
  readonly parkedReminder: ParkedReminder;
  /** What was seen of chains and has to be seen again before it counts. */
  readonly sightings: Sightings;
  readonly network: Network;
  setting(name: string): string | undefined;
  /** Milliseconds until an answer of a third party has to be there. */
  readonly timeout: number;
  /** Milliseconds between attempts to broadcast within a round. */
  readonly retryDelay: number;
  /** One cycle and no later one: everything is tried now, whatever the waits. */
  readonly runOnce: boolean;
  readonly stopping: AbortSignal;
}
