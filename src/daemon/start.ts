/** The daemon's start and end: put together from its settings, and taken down on a signal. */
import { KmsError } from "../errors.ts";
import { HttpClient } from "../http/client.ts";
import { type Fence, Journal } from "../journal/journal.ts";
import { type LeaseOptions, takeLeaseNow, waitForLease } from "../lease/acquire.ts";
import type { Lease } from "../lease/lease.ts";
import { withoutRepetition } from "../operations/log.ts";
import { JobMetrics } from "../operations/metrics.ts";
import { keepMetricsFile } from "../operations/metrics-file.ts";
import { buryOrphans } from "../operations/orphans.ts";
import { notifySystemd } from "../operations/systemd.ts";
import { FourEyeCheck } from "../signing/policy/four-eye.ts";
import { ParkedReminder } from "../signing/reminders.ts";
import type { KeySource, Services } from "../signing/services.ts";
import { Sightings } from "../signing/sightings.ts";
import { TatumApi } from "../tatum/api.ts";
import { NodeCalls } from "../tatum/node.ts";
import { connectToTatum, type StopSignals } from "../tatum/settings.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import { createDryRound, type Forecast, readOnly } from "./dry-run.ts";
import { tellIdleChains } from "./idle-chains.ts";
import { type DaemonOptions, runCycle, runDaemon } from "./loop.ts";
import { openTokens } from "./open-tokens.ts";
import { ChainRounds } from "./round.ts";
import type { DaemonSettings } from "./settings.ts";
import { handleSignals } from "./signals.ts";

/** The settings of a daemon that runs, and what it counts. */
interface RunningSettings extends DaemonSettings {
  readonly metrics: JobMetrics;
}

/** What a turn of the daemon works with. */
function createServices(
  { vault, tokens }: KeySource,
  settings: RunningSettings,
  fence: Fence,
  { stopping, deadline }: StopSignals,
): Services {
  const { config, log, metrics, network, period, externalUrl, externalUrlMethod, tatum } = settings;
  const { timeout } = tatum;
  const hosts = [tatum.apiUrl, ...(externalUrl === undefined ? [] : [externalUrl])];
  const http = new HttpClient(hosts, { plainHttp: settings.plainHttp });
  const connection = connectToTatum(tatum, http, { stopping, deadline });
  const asked = { method: externalUrlMethod, http, timeout, signal: stopping };
  return {
    vault,
    tokens,
    journal: new Journal(vault, { fence, period }),
    api: new TatumApi(connection),
    nodes: new NodeCalls(connection),
    http,
    policies: externalUrl === undefined ? [] : [new FourEyeCheck({ url: externalUrl, ...asked })],
    log,
    metrics,
    parkedReminder: new ParkedReminder(log),
    sightings: new Sightings(),
    network,
    setting: (name) => config.get(name),
    timeout,
    retryDelay: tatum.retries.delay,
    runOnce: settings.runOnce,
    stopping,
  };
}

/**
 * The wallets that the daemon can work for.
 * @throws KmsError `NO_SUCH_WALLET` when `--wallets` names one that is not there
 */
function usableWallets(vault: Vault, settings: DaemonSettings): WalletSummary[] {
  const { wallets, network, tickers, log } = settings;
  const known = vault.wallets();
  const unknown = [...(wallets ?? [])].filter((id) => !known.some(({ signatureId }) => signatureId === id));
  if (unknown[0] !== undefined) {
    throw new KmsError("NO_SUCH_WALLET", `No such wallet for signatureId '${unknown[0].slice(0, 128)}'.`, {
      hint: "Option --wallets names signature IDs of the vault.",
    });
  }
  const chosen = known.filter(({ signatureId }) => wallets?.has(signatureId) ?? true);
  const told = tellIdleChains(chosen, settings);
  if (told !== undefined) log.warn(told);
  return known.filter(
    ({ chain, testnet }) =>
      chain !== undefined && tickers.includes(chain) && (testnet === true) === (network === "testnet"),
  );
}

async function work(
  settings: DaemonSettings,
  services: Services,
  roundsOf: DaemonOptions["roundsOf"],
): Promise<void> {
  const { tickers, period, wallets, transactionIds } = settings;
  const options: DaemonOptions = { tickers, services, roundsOf, period, wallets, transactionIds };
  await (settings.runOnce ? runCycle(options) : runDaemon(options));
}

/** Works as long as the lease is held, and gives it back. */
async function workUnder(
  lease: Lease,
  source: KeySource,
  settings: RunningSettings,
  { stopping, deadline }: StopSignals,
): Promise<void> {
  settings.metrics.leaseTaken(lease.lost);
  const signals = { stopping: AbortSignal.any([stopping, lease.lost]), deadline };
  try {
    const services = createServices(source, settings, lease, signals);
    await work(settings, services, () => {
      const rounds = new ChainRounds(() => services.api.isHeldUp);
      return (round) => rounds.begin(round);
    });
  } finally {
    settings.metrics.leaseReleased();
    await lease.release();
    if (lease.lost.aborted)
      settings.log.warn("Another daemon took the lease over; this one stopped its work.");
  }
}

/** Works whenever it holds the lease. */
async function takeTurns(source: KeySource, settings: RunningSettings, signals: StopSignals): Promise<void> {
  const { leaseDuration: duration, log, runOnce } = settings;
  const { stopping } = signals;
  const options: LeaseOptions = { store: source.vault.store, duration, log, stopping };
  do {
    const lease = await (runOnce ? takeLeaseNow(options) : waitForLease(options));
    if (lease !== undefined) await workUnder(lease, source, settings, signals);
    else if (runOnce) throw new KmsError("INCOMPLETE", "The run was stopped before it came to its turn.");
  } while (!runOnce && !stopping.aborted);
}

/**
 * Runs the daemon until a signal comes, or one cycle with `--run-once`. While another daemon works on the vault, it
 * stands by. With `--dry-run` it needs no turn, as it changes nothing.
 *
 * @param print prints the result of a dry run for one transaction
 * @throws KmsError `INCOMPLETE`, `CONFIGURATION`, `NO_SUCH_WALLET`, `VAULT_BUSY`
 */
export async function startDaemon(
  source: KeySource,
  given: DaemonSettings,
  print: (forecast: Forecast) => void,
): Promise<void> {
  const log = withoutRepetition(given.log);
  const metrics = new JobMetrics();
  const settings = { ...given, log, metrics };
  const signals = handleSignals(log);
  // A module that hangs does not see the signal, and may take longer than anybody waits for a daemon to stop.
  signals.deadline.addEventListener("abort", () => source.tokens.close());
  try {
    const usable = usableWallets(source.vault, settings);
    if (settings.dryRun) {
      const dryRound = createDryRound(print);
      await work(settings, createServices(source, settings, readOnly, signals), () => dryRound);
    } else {
      const { metricsFile: path, runOnce } = settings;
      await keepMetricsFile({ path, metrics, store: source.vault.store, log, runOnce }, async () => {
        await openTokens(source, usable, log);
        buryOrphans();
        const endNotifying = notifySystemd(signals.stopping, log);
        await takeTurns(source, settings, signals).finally(endNotifying);
      });
    }
  } finally {
    signals.release();
  }
}
