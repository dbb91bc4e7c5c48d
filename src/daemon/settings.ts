/** The daemon's settings, from its options and variables. */
import type { Network } from "../../chains/chain.ts";
import { tickers } from "../../chains/index.ts";
import { defaultApiKey, readApiKeyNames } from "../api-key-name.ts";
import { knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import { judgePlainHttp, plainHttpReach } from "../http/endpoints.ts";
import { readHttpUrl } from "../http/http-url.ts";
import { type ListenAddress, parseListenAddress, wantedListenAddress } from "../http/listen-address.ts";
import type { PlainHttpReach } from "../http/plain-http.ts";
import { usualNodeName } from "../node-name.ts";
import {
  type AdjustableLog,
  createLog,
  isJournal,
  type Log,
  type LogLevel,
  logFormats,
  logLevels,
} from "../operations/log.ts";
import { checkMetricsPath } from "../operations/metrics-file.ts";
import { apiKeyNames } from "../settings/api-keys.ts";
import type { HeaderList, SettingDefinition } from "../settings/kinds.ts";
import type { AskSecret, SecretReading } from "../settings/secret-sources.ts";
import { type Config, placeOf } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { namedThirdParties } from "../signing/environment.ts";
import { type ApprovalMethod, fourEyeEndpoint, parseExternalUrl } from "../signing/policy/four-eye.ts";
import { apiEndpoint, readTatumSettings, type TatumSettings } from "../tatum/settings.ts";
import { toNetwork } from "../wallets/managed-wallets.ts";

const MINIMUM_PERIOD_SECONDS = 0.05;
const MAXIMUM_PERIOD_SECONDS = 86_400;

/** The daemon's options, as the command line hands them over. */
export interface DaemonArguments {
  readonly "external-url"?: string | undefined;
  readonly "external-url-method"?: string | undefined;
  readonly "allow-plain-http"?: boolean | undefined;
  readonly chain?: string | undefined;
  readonly testnet?: boolean | undefined;
  readonly period?: string | undefined;
  readonly "run-once"?: boolean | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly wallets?: string | undefined;
  readonly "transaction-ids"?: string | undefined;
  readonly "api-key"?: string | undefined;
  readonly "api-key-name"?: string | undefined;
  readonly listen?: string | undefined;
  readonly standby?: string | undefined;
  readonly "log-level"?: string | undefined;
  readonly "log-format"?: string | undefined;
}

/** What a running daemon takes over when its files are read anew. */
export interface LiveValues {
  readonly tickers: readonly string[];
  /** Whether `--chain` named them. */
  readonly chainsAreNamed: boolean;
  /** Milliseconds. */
  readonly period: number;
  readonly externalUrl: URL | undefined;
  readonly externalUrlMethod: ApprovalMethod;
  /** Requests a second that the API takes, where the operator says; 0 for no limit. */
  readonly requestsPerSecond: number | undefined;
  readonly logLevel: LogLevel;
  /** What to tell of hosts that are asked over plain http. */
  readonly plainHttpWarning: string | undefined;
}

/** Everything the daemon needs to know before it starts. */
export interface DaemonSettings extends LiveValues {
  readonly network: Network;
  readonly plainHttp: PlainHttpReach;
  readonly runOnce: boolean;
  readonly dryRun: boolean;
  readonly wallets: ReadonlySet<string> | undefined;
  readonly transactionIds: ReadonlySet<string> | undefined;
  /** Absolute path of the file to write metrics to. */
  readonly metricsFile: string | undefined;
  /** Where traces and metrics are sent. */
  readonly collector: Collector | undefined;
  /** Where probes and Prometheus may ask. */
  readonly listen: ListenAddress | undefined;
  /** Of a daemon that stands by in another place: milliseconds for which nobody else may have had a lease that it takes. */
  readonly standby: number | undefined;
  /** The name of this daemon. */
  readonly node: string;
  /** Milliseconds without a sign of life after which another daemon takes over. */
  readonly leaseDuration: number;
  /** Milliseconds after which of a job that ended only what keeps it from being signed again is kept. */
  readonly retention: number;
  /** Of the first of the API keys; in all but the key the others are the same. */
  readonly tatum: TatumSettings;
  /** Of each API key that is worked with. */
  readonly apis: readonly TatumSettings[];
  /** Their names. */
  readonly apiKeys: readonly string[];
  /** Whether they were named, so that wallets of other keys are left to other daemons. */
  readonly apiKeysAreNamed: boolean;
  readonly config: Config;
  readonly log: Log;
}

function readPeriod(text: string): number {
  const seconds = Number(text);
  if (seconds >= MINIMUM_PERIOD_SECONDS && seconds <= MAXIMUM_PERIOD_SECONDS) return seconds * 1000;
  // A secret that stands here by mistake is not repeated.
  const found = /^[+-]?[\d.,]{1,20}[a-z]{0,3}$/i.test(text) ? `, but is ${text}` : "";
  throw new KmsError(
    "USAGE",
    `Option --period must be a number of seconds from ${MINIMUM_PERIOD_SECONDS} to ${MAXIMUM_PERIOD_SECONDS}${found}.`,
  );
}

/** @throws KmsError `USAGE` */
function readStandby(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = settings.standby.parse(text, "Option --standby");
  if (milliseconds !== undefined) return milliseconds;
  throw new KmsError("USAGE", `Option --standby must be ${settings.standby.wanted}.`);
}

function readMethod(text: string): ApprovalMethod {
  const method = text.toUpperCase();
  if (method === "GET" || method === "POST") return method;
  throw new KmsError("USAGE", "Option --external-url-method must be GET or POST.");
}

function readIds(option: string, text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length > 0) return new Set(ids);
  throw new KmsError("USAGE", `Option --${option} names no id.`);
}

function readWord<Word extends string>(
  option: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text.toLowerCase());
  if (found !== undefined) return found;
  throw new KmsError("USAGE", `Option --${option} must be one of ${words.join(", ")}.`);
}

/** @throws KmsError `USAGE`, `CONFIGURATION` */
function readListen(text: string | undefined, config: Config): ListenAddress | undefined {
  if (text === undefined) return config.value(settings.listen);
  const address = parseListenAddress(text);
  if (address !== undefined) return address;
  throw new KmsError("USAGE", `Option --listen must be ${wantedListenAddress}.`);
}

/** A collector of OpenTelemetry, and how far plain http may go to it. */
export interface Collector {
  readonly endpoint: URL;
  /** What goes with each request; may be secret. */
  readonly headers: HeaderList;
  readonly plainHttp: PlainHttpReach;
}

/**
 * The headers that go to an endpoint. Those of the standard name may be the key to a collector of other programs: they go to
 * the endpoint of the standard name alone.
 * @throws KmsError `CONFIGURATION`
 */
function headersFor(
  endpoint: SettingDefinition,
  config: Config,
  warn: (text: string) => void,
): HeaderList | undefined {
  const { otlpHeaders, standardOtlpHeaders, standardOtlpEndpoint } = settings;
  const own = config.value(otlpHeaders);
  if (own !== undefined || config.setting(standardOtlpHeaders.name) === undefined) return own;
  if (endpoint === standardOtlpEndpoint)
    return config.value({ ...otlpHeaders, name: standardOtlpHeaders.name });
  warn(
    `The headers of ${standardOtlpHeaders.name} do not go to the collector of ${endpoint.name}; set ${otlpHeaders.name} for it.`,
  );
  return undefined;
}

/**
 * The collector that the settings name. Plain http goes to this machine alone, unless it is allowed everywhere.
 * @param warn told why a variable with a standard name, which may be meant for other programs, is left out
 * @throws KmsError `CONFIGURATION` about a variable of this program
 */
export async function readCollector(
  config: Config,
  allowPlainHttp: boolean | undefined,
  warn: (text: string) => void,
): Promise<Collector | undefined> {
  const plainHttp = plainHttpReach("mainnet", allowPlainHttp, config) === "any" ? "any" : "own";
  const judged = async (definition: SettingDefinition): Promise<Collector | undefined> => {
    const { name } = definition;
    const setting = config.setting(name);
    if (setting === undefined) return undefined;
    const what = `${name} (from ${placeOf(setting)})`;
    const url = readHttpUrl({ what, text: setting.value, code: "CONFIGURATION" });
    const danger = "see what the daemon does when";
    await judgePlainHttp([{ setting: what, url, danger, code: "CONFIGURATION" }], plainHttp);
    return { endpoint: url, headers: headersFor(definition, config, warn) ?? {}, plainHttp };
  };
  const own = await judged(settings.otlpEndpoint);
  if (own !== undefined) return own;
  try {
    return await judged(settings.standardOtlpEndpoint);
  } catch (failure) {
    if (!(failure instanceof KmsError)) throw failure;
    warn(`No traces and metrics are sent: ${failure.message}`);
    return undefined;
  }
}

const STANDARD_ERROR = 2;

/** @throws KmsError `USAGE`, `CONFIGURATION` */
function readLog(args: DaemonArguments, config: Config, level: LogLevel): AdjustableLog {
  const format = readWord("log-format", args["log-format"], logFormats) ?? config.value(settings.logFormat);
  return createLog({
    level,
    format: format ?? "text",
    withPriority: isJournal(STANDARD_ERROR),
  });
}

async function readMetricsFile(config: Config): Promise<string | undefined> {
  const { metricsFile } = settings;
  const path = config.value(metricsFile);
  const setting = config.setting(metricsFile.name);
  if (path === undefined || setting === undefined) return undefined;
  await checkMetricsPath(path, `${metricsFile.name} (from ${placeOf(setting)})`);
  return path;
}

/** The log's level that the variables ask for. */
function logLevelOf(config: Config): LogLevel {
  return config.value(settings.logLevel) ?? (config.value(settings.debugMode) ? "debug" : "info");
}

/** @throws KmsError `USAGE`, `CONFIGURATION` */
function readExternalUrl(args: DaemonArguments, config: Config, network: Network): URL | undefined {
  const text = args["external-url"] ?? config.get(settings.externalUrl.name);
  if (text !== undefined) return parseExternalUrl(text);
  if (network === "testnet") return undefined;
  throw new KmsError(
    "USAGE",
    "Missing required flag --external-url: on mainnet your own server approves each transaction.",
    {
      hint: "Give the URL of your four-eye server, or --testnet to work on test networks.",
    },
  );
}

/**
 * All API keys that are set, or those that were named.
 * @throws KmsError `USAGE`, `CONFIGURATION` when one that was named is not set, or none is
 */
async function readApis(
  args: DaemonArguments,
  config: Config,
  reading: SecretReading,
): Promise<
  Pick<DaemonSettings, "apiKeys" | "apiKeysAreNamed"> & {
    readonly apis: readonly [TatumSettings, ...TatumSettings[]];
  }
> {
  const { "api-key": option, "api-key-name": namedByOption } = args;
  const named = namedByOption ?? config.value(settings.apiKeyNames);
  const known = new Set([...(option === undefined ? [] : [defaultApiKey]), ...apiKeyNames(config)]);
  const [first = defaultApiKey, ...others] = named === undefined ? known : readApiKeyNames(named);
  const read = (name: string): Promise<TatumSettings> =>
    readTatumSettings(config, { name, ...reading, ...(name === defaultApiKey && { option }) });
  return {
    apis: [await read(first), ...(await Promise.all(others.map(read)))],
    apiKeys: [first, ...others],
    apiKeysAreNamed: named !== undefined,
  };
}

/** What stays as it was at the start, whatever the files say later. */
export type FixedValues = Pick<DaemonSettings, "network" | "plainHttp" | "tatum" | "config">;

/**
 * What may change while the daemon runs: options count before the files.
 * @param config as the files say now
 * @throws KmsError `USAGE`, `CONFIGURATION`
 */
export async function readLiveValues(
  args: DaemonArguments,
  config: Config,
  { network, plainHttp, tatum, config: atStart }: FixedValues,
): Promise<LiveValues> {
  const externalUrl = readExternalUrl(args, config, network);
  const logLevel = readWord("log-level", args["log-level"], logLevels) ?? logLevelOf(config);
  const named = args.chain === undefined ? config.value(settings.chain) : knownTickers(args.chain);
  const chosen = named ?? tickers;
  const endpoints = [
    ...(externalUrl === undefined ? [] : [fourEyeEndpoint(externalUrl)]),
    apiEndpoint(tatum),
    ...(await namedThirdParties(chosen, network, (name) => atStart.setting(name))),
  ];
  return {
    tickers: chosen,
    chainsAreNamed: named !== undefined,
    period: args.period === undefined ? config.value(settings.period) : readPeriod(args.period),
    externalUrl,
    externalUrlMethod: readMethod(
      args["external-url-method"] ?? config.value(settings.externalUrlMethod) ?? "GET",
    ),
    requestsPerSecond: config.value(settings.requestsPerSecond),
    logLevel,
    plainHttpWarning: await judgePlainHttp(endpoints, plainHttp),
  };
}

/**
 * Checks the daemon's options before anybody is asked for a password.
 * @param ask gives the API keys that providers have
 * @throws KmsError `USAGE`, `CONFIGURATION`
 */
export async function readDaemonSettings(
  args: DaemonArguments,
  config: Config,
  ask: AskSecret,
): Promise<DaemonSettings & { readonly log: AdjustableLog }> {
  const network = toNetwork(args.testnet ?? config.value(settings.testnet));
  readExternalUrl(args, config, network);
  const exposed: string[] = [];
  const warn = (text: string): void => void exposed.push(text);
  const { apis, ...apiKeys } = await readApis(args, config, { warn, ask });
  const [tatum] = apis;
  const plainHttp = plainHttpReach(network, args["allow-plain-http"], config);
  const live = await readLiveValues(args, config, { network, plainHttp, tatum, config });
  const log = readLog(args, config, live.logLevel);
  for (const text of exposed) log.warn(text, { action: "configuration-doubtful" });
  if (live.plainHttpWarning !== undefined)
    log.warn(live.plainHttpWarning, { action: "configuration-doubtful" });
  return {
    ...live,
    network,
    plainHttp,
    runOnce: args["run-once"] ?? config.value(settings.runOnce),
    dryRun: args["dry-run"] ?? config.value(settings.dryRun),
    wallets: readIds("wallets", args.wallets ?? config.value(settings.wallets)),
    transactionIds: readIds(
      "transaction-ids",
      args["transaction-ids"] ?? config.value(settings.transactionIds),
    ),
    metricsFile: await readMetricsFile(config),
    collector: await readCollector(config, args["allow-plain-http"], (text) =>
      log.warn(text, { action: "configuration-doubtful" }),
    ),
    listen: readListen(args.listen, config),
    standby: readStandby(args.standby) ?? config.value(settings.standby),
    node: config.value(settings.node) ?? usualNodeName(),
    leaseDuration: config.value(settings.lease),
    retention: config.value(settings.retention),
    tatum,
    apis,
    ...apiKeys,
    config,
    log,
  };
}
