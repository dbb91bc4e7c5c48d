/** The daemon's start and end: put together from its settings, and taken down on a signal. */
import { defaultApiKey, keptApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { HttpClient } from "../http/client.ts";
import { NodeMembership } from "../lease/node.ts";
import { shareLimits } from "../lease/shared-limit.ts";
import { collectMetrics, type MetricsSource } from "../operations/collect-metrics.ts";
import { Listener } from "../operations/listener.ts";
import { type AdjustableLog, type Log, Troubles, withoutRepetition } from "../operations/log.ts";
import { JobMetrics, type RateLimitState } from "../operations/metrics.ts";
import { keepMetricsFile } from "../operations/metrics-file.ts";
import { buryOrphans } from "../operations/orphans.ts";
import { type DaemonStatus, StatusCollector, type StatusSource } from "../operations/status.ts";
import { answerBesideVault, answerForDatabase, databasePlace } from "../operations/status-socket.ts";
import { notifySystemd } from "../operations/systemd.ts";
import { Telemetry } from "../operations/telemetry.ts";
import { FourEyeCheck, type FourEyeOptions } from "../signing/policy/four-eye.ts";
import type { Policy } from "../signing/policy/policy.ts";
import { ParkedReminder } from "../signing/reminders.ts";
import type { KeySource, Services } from "../signing/services.ts";
import { Sightings } from "../signing/sightings.ts";
import { SigningThread } from "../signing/signing-thread.ts";
import { WalletKeys } from "../signing/wallet-keys.ts";
import { namesPostgres } from "../store/postgres/address.ts";
import { TatumApi } from "../tatum/api.ts";
import { NodeCalls } from "../tatum/node.ts";
import { connectToTatum, type StopSignals } from "../tatum/settings.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import { version } from "../version.ts";
import { keepEndingRemoved } from "../wallets/removed.ts";
import type { Turn } from "./chain-loop.ts";
import { createDryRound, type Forecast, readOnly } from "./dry-run.ts";
import { tellIdleChains } from "./idle-chains.ts";
import { type DaemonOptions, runCycle, runDaemon } from "./loop.ts";
import { openTokens } from "./open-tokens.ts";
import type { Round } from "./poll.ts";
import { LiveSettings, type LiveStart } from "./reload.ts";
import { type BegunRound, ChainRounds } from "./round.ts";
import type { DaemonSettings, LiveValues } from "./settings.ts";
import { handleSignals } from "./signals.ts";
import { keepTelling, tellApproval, tellStart } from "./start-line.ts";
import { assertKeysSet, UnsetKeys } from "./unset-keys.ts";

/** The settings of a daemon that runs, what it counts, and the keys that it knows. */
interface RunningSettings extends DaemonSettings {
  readonly listener?: Listener | undefined;
  readonly http: HttpClient;
  readonly metrics: JobMetrics;
  readonly keys: WalletKeys;
  readonly troubles: Troubles;
  readonly live: LiveSettings;
}

/** The client for the hosts that the settings name. */
function clientOf({ tatum, externalUrl, plainHttp }: DaemonSettings): HttpClient {
  const hosts = [tatum.apiUrl, ...(externalUrl === undefined ? [] : [externalUrl])];
  return new HttpClient(hosts, { plainHttp });
}

/** Who has to agree now: the same list as before for as long as the settings name the same server. */
function policiesOf(
  live: LiveSettings,
  asked: Omit<FourEyeOptions, "url" | "method">,
): () => readonly Policy[] {
  let known: { readonly values: LiveValues; readonly policies: readonly Policy[] } | undefined;
  return () => {
    const { values } = live;
    const { externalUrl: url, externalUrlMethod: method } = values;
    const isKnown = known !== undefined && known.values.externalUrl?.href === url?.href;
    if (known === undefined || !isKnown || known.values.externalUrlMethod !== method)
      known = { values, policies: url === undefined ? [] : [new FourEyeCheck({ url, method, ...asked })] };
    return known.policies;
  };
}

/** What the pipelines of all chains share, for one turn of one of them. */
function servicesOf(
  { vault, tokens }: KeySource,
  settings: RunningSettings,
  deadline: AbortSignal,
): (turn: Turn) => Services {
  const { live, keys, log, metrics, troubles, network, http, tatum, apis } = settings;
  const { timeout } = tatum;
  const parkedReminder = new ParkedReminder(log);
  const sightings = new Sightings();
  return ({ journal, apiKey, stopping }) => {
    const { requestsPerSecond } = live.values;
    const api = apis.find(({ apiKeyName }) => apiKeyName === apiKey) ?? tatum;
    const connection = connectToTatum({ ...api, requestsPerSecond }, http, { stopping, deadline });
    const policies = policiesOf(live, { http, timeout, signal: stopping });
    return {
      vault,
      tokens,
      journal,
      keys,
      api: new TatumApi(connection),
      nodes: new NodeCalls(connection),
      http,
      get policies() {
        return policies();
      },
      log,
      metrics: metrics.of(apiKey),
      troubles,
      parkedReminder,
      sightings,
      network,
      setting: (name) => live.get(name),
      timeout,
      retryDelay: tatum.retries.delay,
      runOnce: settings.runOnce,
      stopping,
    };
  };
}

/**
 * The wallets that the daemon can work for.
 * @throws KmsError `NO_SUCH_WALLET` when `--wallets` names one that is not there
 */
async function usableWallets(vault: Vault, settings: DaemonSettings): Promise<WalletSummary[]> {
  const { wallets, network, tickers, log } = settings;
  const known = await vault.wallets();
  const unknown = [...(wallets ?? [])].filter((id) => !known.some(({ signatureId }) => signatureId === id));
  if (unknown[0] !== undefined) {
    throw new KmsError("NO_SUCH_WALLET", `No such wallet for signatureId '${unknown[0].slice(0, 128)}'.`, {
      hint: "Option --wallets names signature IDs of the vault.",
    });
  }
  const wanted = known.filter(({ signatureId }) => wallets?.has(signatureId) ?? true);
  assertKeysSet(wanted, settings);
  const chosen = wanted.filter(({ apiKey = defaultApiKey }) => settings.apiKeys.includes(apiKey));
  const told = tellIdleChains(chosen, settings);
  if (told !== undefined) log.warn(told, { action: "configuration-doubtful" });
  return chosen.filter(
    ({ chain, testnet }) =>
      chain !== undefined && tickers.includes(chain) && (testnet === true) === (network === "testnet"),
  );
}

/** What may have been paid before is parked, which nobody should have to find out. */
function tellRestored({ restoredAt }: Vault, log: Log): void {
  if (restoredAt === undefined) return;
  log.warn(
    `The vault was restored from a backup at ${new Date(restoredAt).toISOString()}: what may have been paid before is parked, until \`job recover\` confirms it.`,
    { action: "vault-restored" },
  );
}

/** What begins the rounds of one chain. */
function roundsOf(services: Services): (round: Round) => Promise<BegunRound> {
  const rounds = new ChainRounds(() => services.api.isHeldUp);
  return (round) => rounds.begin(round);
}

/** @param how of a dry run: what it does in a round, and that it may change nothing */
async function work(
  source: KeySource,
  settings: RunningSettings,
  { stopping, deadline }: StopSignals,
  how: Pick<DaemonOptions, "roundsOf" | "fence">,
): Promise<void> {
  const { vault } = source;
  const createServices = servicesOf(source, settings, deadline);
  const options: DaemonOptions = {
    ...settings,
    ...how,
    vault,
    createServices,
    stopping,
    tickers: settings.live.values.tickers,
    onTickers: (follow) => settings.live.onChange(({ tickers }) => follow(tickers)),
    get period() {
      return settings.live.values.period;
    },
  };
  await (settings.runOnce ? runCycle(options) : runDaemon(options));
}

/** The limits of requests, by API key. */
const limitsOf =
  ({ http, apis }: RunningSettings) =>
  (): ReadonlyMap<string, RateLimitState> =>
    new Map(
      apis.flatMap(({ apiUrl, apiKeyName }): [string, RateLimitState][] => {
        const limit = http.limitOf(apiUrl, keptApiKey(apiKeyName));
        return limit === undefined ? [] : [[apiKeyName, limit]];
      }),
    );

/** Lets commands and probes ask; returns what ends it. */
async function answer(
  source: StatusSource & Pick<RunningSettings, "listener" | "config">,
): Promise<() => void> {
  const collector = new StatusCollector(source);
  source.listener?.unlocked({ collector, metrics: source });
  const { config, log, vault } = source;
  const status = (): Promise<DaemonStatus> => collector.status();
  if (!namesPostgres(vault.place)) return answerBesideVault(vault.place, status, log);
  return answerForDatabase(databasePlace(vault.place, config), status, log);
}

/** Works where the others that share a database see who does. */
async function asNode(
  vault: Vault,
  settings: RunningSettings,
  stopping: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const { node: name, network, live, apiKeys, leaseDuration: duration, standby, log } = settings;
  if (!namesPostgres(vault.place)) return work();
  const isStandby = standby !== undefined;
  const membership = await NodeMembership.join(vault, {
    ...{ name, version, network, apiKeys, isStandby, duration, log },
    limits: shareLimits(vault, settings, () => live.values.requestsPerSecond),
    get chains() {
      return live.values.tickers;
    },
  });
  const drain = (): void => void membership.drain();
  stopping.addEventListener("abort", drain);
  await work().finally(() => {
    stopping.removeEventListener("abort", drain);
    return membership.leave();
  });
}

/**
 * Listens where the settings say, also while the vault is being unlocked; nowhere for a single cycle or a dry run.
 * @throws KmsError `CONFIGURATION` when it cannot be listened there, and what the work throws
 */
export async function whileListening(
  { listen, log, runOnce, dryRun }: DaemonSettings,
  work: (listener: Listener | undefined) => Promise<void>,
): Promise<void> {
  if (listen === undefined || runOnce || dryRun) return work(undefined);
  const listener = await Listener.open(listen, log);
  await work(listener).finally(() => listener.close());
}

/** Does the work while its numbers go into the metrics file and to the collector, where there are such. */
async function whileFollowed(
  { collector, path, runOnce, ...numbers }: Followed,
  work: () => Promise<void>,
): Promise<void> {
  const { metrics, log } = numbers;
  if (collector === undefined) return keepMetricsFile({ path, ...numbers, runOnce }, work);
  const { endpoint, headers, plainHttp } = collector;
  const http = new HttpClient([endpoint], { plainHttp });
  const telemetry = new Telemetry({ endpoint, headers, http, log, collect: () => collectMetrics(numbers) });
  metrics.observe(telemetry.traces);
  await keepMetricsFile({ path, ...numbers, runOnce }, work).finally(() => telemetry.close());
}

interface Followed extends MetricsSource, Pick<DaemonSettings, "runOnce" | "collector"> {
  /** Of the metrics file. */
  readonly path: string | undefined;
}

/** What the daemon begins with. */
interface GivenSettings extends DaemonSettings {
  readonly log: AdjustableLog;
  readonly listener?: Listener | undefined;
  /** The options that count before what SIGHUP has read anew, and what reads it. */
  readonly reloading: Pick<LiveStart, "options" | "reread">;
}

/**
 * Logs in to the tokens of chains that are about to be worked for, and tells of those without wallets.
 * @throws KmsError when a token is not to be had: nothing of the new settings counts then
 */
async function prepareChains(
  source: KeySource,
  given: GivenSettings,
  next: LiveValues,
  before: LiveValues,
): Promise<void> {
  if (next.tickers.join() === before.tickers.join()) return;
  const usable = await usableWallets(source.vault, { ...given, ...next });
  const added = usable.filter(({ chain = "" }) => !before.tickers.includes(chain));
  await openTokens(source, added, given.log);
}

/** Has approval server and limit count as soon as they are taken over. */
function followWith(live: LiveSettings, { apis, log, ...before }: GivenSettings, http: HttpClient): void {
  let told: LiveValues = before;
  live.onChange((values) => {
    if (values.externalUrl !== undefined) http.allow(values.externalUrl);
    if (values.requestsPerSecond !== told.requestsPerSecond)
      for (const { apiUrl, apiKeyName } of apis)
        http.changeLimit(apiUrl, values.requestsPerSecond, keptApiKey(apiKeyName));
    tellApproval(log, values, told);
    told = values;
  });
}

/** Signs beside this thread while there is much to sign. */
function signingThread(log: Log): SigningThread {
  const onFailure = (failure: unknown): void =>
    log.warn(
      `The thread that signs failed (${describeFailure(failure)}); all is signed in the main thread from now on.`,
      { action: "signing-thread-failed", failure },
    );
  return new SigningThread({ onFailure });
}

/**
 * Runs the daemon until a signal comes, or one cycle with `--run-once`.
 * It stands by at each chain that another daemon works for. With `--dry-run` it needs no turn, as it changes nothing.
 *
 * @param print prints the result of a dry run for one transaction
 * @throws KmsError `INCOMPLETE`, `CONFIGURATION`, `NO_SUCH_WALLET`, `VAULT_BUSY`
 */
export async function startDaemon(
  source: KeySource,
  given: GivenSettings,
  print: (forecast: Forecast) => void,
): Promise<void> {
  const log = withoutRepetition(given.log);
  const metrics = new JobMetrics();
  const keys = new WalletKeys(source.vault, signingThread(log));
  const troubles = new Troubles(log);
  const http = clientOf(given);
  const live = new LiveSettings({
    ...given.reloading,
    config: given.config,
    values: given,
    log: given.log,
    prepare: (next, before) => prepareChains(source, given, next, before),
  });
  followWith(live, given, http);
  const settings = { ...given, log, metrics, keys, troubles, live, http };
  const store = namesPostgres(source.vault.place) ? "database" : "file";
  const signals = handleSignals(log, store, () => live.reload());
  // A module that hangs does not see the signal, and may take longer than anybody waits for a daemon to stop.
  signals.deadline.addEventListener("abort", () => source.tokens.close());
  try {
    const usable = await usableWallets(source.vault, settings);
    tellRestored(source.vault, log);
    if (settings.dryRun) {
      const dryRound = createDryRound(print);
      await work(source, settings, signals, { roundsOf: () => dryRound, fence: readOnly });
    } else {
      const { metricsFile: path, runOnce } = settings;
      const numbers: MetricsSource = { metrics, vault: source.vault, log, limits: limitsOf(settings) };
      await whileFollowed({ ...numbers, path, runOnce, collector: settings.collector }, async () => {
        await openTokens(source, usable, log);
        buryOrphans();
        tellStart(source.vault, usable, settings);
        const { stopping } = signals;
        const endNotifying = notifySystemd(stopping, log);
        const endTelling = keepTelling(log, metrics);
        const endEnding = keepEndingRemoved(source.vault);
        const unsetKeys = new UnsetKeys(source.vault, settings);
        await unsetKeys.tellJobs();
        const endLooking = unsetKeys.keepLooking();
        const endAnswering = runOnce
          ? undefined
          : await answer({
              ...settings,
              ...numbers,
              stopping,
              get period() {
                return live.values.period;
              },
              get tickers() {
                return live.values.tickers;
              },
            });
        await asNode(source.vault, settings, stopping, () =>
          work(source, settings, signals, { roundsOf }),
        ).finally(() => {
          endNotifying();
          endTelling();
          endEnding();
          endLooking();
          endAnswering?.();
        });
      });
    }
  } finally {
    keys.wipe();
    signals.release();
  }
}
