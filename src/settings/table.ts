/** Every variable that the program itself reads, once: name, meaning, default, bounds, and whether it is a secret. */
import { feeUnitOf, tickers } from "../../chains/index.ts";
import { providerNames, secretVariables } from "../../providers/index.ts";
import { knownTickers } from "../chain-names.ts";
import { readBaseUrl } from "../http/http-url.ts";
import { type ListenAddress, parseListenAddress, wantedListenAddress } from "../http/listen-address.ts";
import { nodeNamePattern, wantedNodeName } from "../node-name.ts";
import { LIBRARY_PATH_VARIABLE } from "../operations/clean-restart.ts";
import { logFormats, logLevels } from "../operations/log.ts";
import { type PostgresAddress, parsePostgresAddress } from "../store/postgres/address.ts";
import { parseVaultPin, type VaultPin, wantedVaultPin } from "../vault-pin.ts";
import {
  bounded,
  flag,
  headers,
  matching,
  namedSecret,
  oneOf,
  path,
  type SettingDefinition,
  type SettingWithDefault,
  seconds,
  secret,
  text,
  url,
  withoutDefault,
} from "./kinds.ts";

/** The variables that are asked for by name. */
export const settings = {
  apiKey: secret("TATUM_API_KEY", "Key of the Tatum API"),
  apiKeyFile: path("TATUM_API_KEY_FILE", "Instead of it: a file to take it from"),
  apiKeyFrom: namedSecret("TATUM_API_KEY_FROM"),
  apiKeyNames: text("TATUM_KMS_API_KEY_NAME", "As --api-key-name of daemon: names of API keys to work with"),
  apiUrl: {
    ...url("TATUM_API_URL", "Base URL of the Tatum API"),
    standard: "https://api.tatum.io",
    parse: (value: string, what: string) => readBaseUrl({ what, text: value, code: "CONFIGURATION" }),
  },
  retries: bounded("TATUM_RETRIES", "Further attempts of a request", "", {
    standard: "5",
    from: 0,
    to: 20,
  }),
  retryDelay: bounded(
    "TATUM_RETRY_DELAY",
    "Milliseconds before the first further attempt",
    " of milliseconds",
    {
      standard: "1000",
      from: 1,
      to: 60_000,
    },
  ),
  testnetType: text("TESTNET_TYPE", "Which Ethereum test network the API key is for"),
  httpTimeout: seconds("TATUM_KMS_HTTP_TIMEOUT", "Seconds that an answer may take", {
    standard: "20",
    from: 0.1,
    to: 600,
  }),
  requestsPerSecond: withoutDefault(
    bounded(
      "TATUM_KMS_REQUESTS_PER_SECOND",
      "Requests that the Tatum API takes; learned without it",
      " of requests",
      {
        standard: "",
        from: 0,
        to: 10_000,
      },
    ),
  ),
  lease: seconds(
    "TATUM_KMS_LEASE",
    "Seconds without a sign of life after which a standby daemon takes over",
    {
      standard: "15",
      from: 0.2,
      to: 3600,
    },
  ),
  standby: withoutDefault(
    seconds("TATUM_KMS_STANDBY", "As --standby of daemon", { standard: "", from: 0, to: 86_400 }),
  ),
  node: {
    ...matching(
      "TATUM_KMS_NODE",
      "Name of this daemon among those of the vault",
      wantedNodeName,
      nodeNamePattern,
    ),
  } satisfies SettingDefinition<string>,
  retention: seconds(
    "TATUM_KMS_JOURNAL_RETENTION",
    "Seconds after which the journal keeps of an ended job only what keeps it from being signed again",
    {
      standard: "2592000",
      from: 0,
      to: 315_360_000,
    },
  ),
  removedWallets: seconds(
    "TATUM_KMS_REMOVED_WALLETS",
    "Seconds that a removed wallet stays in the vault and can be restored; 0 for not at all",
    {
      standard: "2592000",
      from: 0,
      to: 315_360_000,
    },
  ),
  anchor: path(
    "TATUM_KMS_ANCHOR",
    "File on another disk that tells when the vault was turned back while nothing ran",
  ),
  metricsFile: path("TATUM_KMS_METRICS_FILE", "File for the daemon's metrics, ending in .prom"),
  otlpEndpoint: url(
    "TATUM_KMS_OTLP_ENDPOINT",
    "Collector of OpenTelemetry for traces and metrics (OTLP over HTTP)",
  ),
  standardOtlpEndpoint: text(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "The same by its standard name, after TATUM_KMS_OTLP_ENDPOINT",
  ),
  otlpHeaders: headers(
    "TATUM_KMS_OTLP_HEADERS",
    "Headers for the collector, such as authorization=Bearer%20...",
  ),
  standardOtlpHeaders: secret(
    "OTEL_EXPORTER_OTLP_HEADERS",
    "The same by its standard name; for the endpoint of the standard name alone",
  ),
  debugMode: flag("TATUM_KMS_DEBUG_MODE", "The log tells more: as --log-level=debug"),
  listen: {
    name: "TATUM_KMS_LISTEN",
    meaning: "As --listen: where the daemon answers probes and gives metrics",
    secret: false,
    wanted: wantedListenAddress,
    parse: parseListenAddress,
  } satisfies SettingDefinition<ListenAddress>,
  logLevel: oneOf("TATUM_KMS_LOG_LEVEL", "As --log-level: the least severe lines of the log", logLevels),
  logFormat: oneOf("TATUM_KMS_LOG_FORMAT", "As --log-format: how the log is written", logFormats),
  path: path("TATUM_KMS_PATH", "As --path: the vault file"),
  socketFolder: path(
    "TATUM_KMS_SOCKET_FOLDER",
    "Folder for the socket of health and status, where the vault is in a database",
  ),
  configFile: { ...path("TATUM_KMS_CONFIG", "As --config: the config file"), environmentOnly: true },
  externalUrl: url("TATUM_KMS_EXTERNAL_URL", "As --external-url: your server that approves each transaction"),
  externalUrlMethod: oneOf("TATUM_KMS_EXTERNAL_URL_METHOD", "As --external-url-method", ["get", "post"]),
  chain: {
    ...text("TATUM_KMS_CHAIN", "As --chain of daemon: chains to poll"),
    wanted: "chains, separated by commas",
    parse: knownTickers,
  } satisfies SettingDefinition<string[]>,
  testnet: flag("TATUM_KMS_TESTNET", "As --testnet of daemon"),
  period: seconds("TATUM_KMS_PERIOD", "As --period: seconds between polls", {
    standard: "5",
    from: 0.05,
    to: 86_400,
  }),
  runOnce: flag("TATUM_KMS_RUN_ONCE", "As --run-once"),
  dryRun: flag("TATUM_KMS_DRY_RUN", "As --dry-run"),
  wallets: text("TATUM_KMS_WALLETS", "As --wallets of daemon"),
  transactionIds: text("TATUM_KMS_TRANSACTION_IDS", "As --transaction-ids of daemon"),
  vaultId: {
    name: "TATUM_KMS_VAULT_ID",
    meaning: "As --vault-id: the one vault that may be opened",
    secret: false,
    wanted: wantedVaultPin,
    parse: parseVaultPin,
  } satisfies SettingDefinition<VaultPin>,
  store: {
    name: "TATUM_KMS_STORE",
    meaning: "As --store: the database that holds the vault",
    secret: false,
    wanted: "the address of a PostgreSQL store, as postgres://user@host:5432/database",
    parse: parsePostgresAddress,
  } satisfies SettingDefinition<PostgresAddress>,
  storePassword: secret("TATUM_KMS_STORE_PASSWORD", "Password of the database's user"),
  storePasswordFile: path("TATUM_KMS_STORE_PASSWORD_FILE", "Instead of it: a file to take it from"),
  storePasswordFrom: namedSecret("TATUM_KMS_STORE_PASSWORD_FROM"),
  storeTls: {
    ...oneOf("TATUM_KMS_STORE_TLS", "TLS of the database; off on this machine only", ["verify", "off"]),
    standard: "verify",
  } satisfies SettingWithDefault<"verify" | "off">,
  storeAuthority: path("TATUM_KMS_STORE_CA", "Certificates in PEM that the database's own is checked with"),
  storeCertificate: path("TATUM_KMS_STORE_CERTIFICATE", "Certificate in PEM that is shown to the database"),
  storeKey: path("TATUM_KMS_STORE_KEY", "Key in PEM of that certificate"),
  allowGroupAccess: flag("TATUM_KMS_ALLOW_GROUP_ACCESS", "As --allow-group-access"),
  allowPlainHttp: flag("TATUM_KMS_ALLOW_PLAIN_HTTP", "As --allow-plain-http"),
  yes: flag("TATUM_KMS_YES", "As --yes: no question before what reveals, destroys or weakens"),
  trustedOwner: {
    ...matching(
      "TATUM_KMS_TRUSTED_OWNER",
      "Number of a user whose files are trusted as root's",
      "the number of a user",
      /^\d{1,10}$/,
    ),
    environmentOnly: true,
  },
  provider: {
    ...text("TATUM_KMS_PROVIDER", "As --provider"),
    wanted: `one of ${providerNames.join(", ")}`,
    parse: (value: string) => (providerNames.includes(value) ? value : undefined),
  },
  pkcs11Uri: text("TATUM_KMS_PKCS11_URI", "As --pkcs11: the token that unlocks the vault"),
  pkcs11Pin: secret("TATUM_KMS_PKCS11_PIN", "PIN of every token whose URI names no pin-source"),
  pkcs11Module: path("TATUM_KMS_PKCS11_MODULE", "The vendor's module on this machine, whatever a URI says"),
  pkcs11ModuleParameters: text(
    "TATUM_KMS_PKCS11_MODULE_PARAMETERS",
    "What the module wants when it is initialised",
  ),
  pkcs11Timeout: seconds("TATUM_KMS_PKCS11_TIMEOUT", "Seconds that the module may take for one operation", {
    standard: "10",
    from: 0.1,
    to: 600,
  }),
  libraryPath: text(
    LIBRARY_PATH_VARIABLE,
    "LD_LIBRARY_PATH of a token's module and of the password's command",
  ),
  newPassword: secret("TATUM_KMS_NEW_PASSWORD", "New password for vault change-password and vault slot add"),
  importPassword: secret("TATUM_KMS_IMPORT_PASSWORD", "Password of the file for import, migrate, merge"),
} as const;

/** `0.05` of a coin with 18 decimals as the whole number of its smallest unit; `undefined` when there is none. */
function inSmallestUnit(amount: string, decimals: number): string | undefined {
  const [, whole = "", fraction = ""] = /^(\d{0,12})[.,](\d{1,18}?)0*$/.exec(amount) ?? [];
  if (fraction === "" || fraction.length > decimals) return undefined;
  return BigInt(whole + fraction.padEnd(decimals, "0")).toString();
}

function amount(name: string, meaning: string, ticker: string, per = ""): SettingDefinition<bigint> {
  const unit = feeUnitOf(ticker);
  if (unit === undefined) throw new RangeError(`${ticker} has no bound of fees.`);
  return {
    name,
    meaning,
    secret: false,
    wanted: `a whole number of ${unit.name}${per}`,
    parse: (value) => (new RegExp(`^[0-9]{1,${unit.digits}}$`).test(value) ? BigInt(value) : undefined),
    advice(value) {
      const meant = per === "" ? inSmallestUnit(value, unit.decimals) : undefined;
      return meant === undefined ? undefined : `If ${value} ${ticker} are meant, set ${name}=${meant}.`;
    },
  };
}

const pricedPer = (what: "virtual byte" | "gas"): readonly string[] =>
  tickers.filter((ticker) => feeUnitOf(ticker)?.pricedPer === what);

/** Names that exist for several chains, each with what stands before and behind the ticker. */
export const families: readonly {
  readonly before: string;
  readonly behind: string;
  readonly tickers: readonly string[];
  readonly define: (name: string, ticker: string) => SettingDefinition;
}[] = [
  {
    before: "TATUM_KMS_MAX_FEE_RATE_",
    behind: "",
    tickers: pricedPer("virtual byte"),
    define: (name, ticker) =>
      amount(name, `Highest fee rate to sign on ${ticker}`, ticker, " per virtual byte"),
  },
  {
    before: "TATUM_KMS_MAX_FEE_",
    behind: "",
    tickers: tickers.filter((ticker) => feeUnitOf(ticker) !== undefined),
    define: (name, ticker) => amount(name, `Highest fee to sign on ${ticker}`, ticker),
  },
  {
    before: "TATUM_KMS_MAX_GAS_PRICE_",
    behind: "",
    tickers: pricedPer("gas"),
    define: (name, ticker) => amount(name, `Highest gas price to sign on ${ticker}`, ticker, " per gas"),
  },
  {
    before: "TATUM_KMS_",
    behind: "_CHAIN_ID",
    tickers: pricedPer("gas"),
    define: (name, ticker) =>
      matching(
        name,
        `Chain id of ${ticker}, for another network than the known ones`,
        "a decimal chain id",
        /^[1-9]\d{0,15}$/,
      ),
  },
];

const ofSingleChains: readonly SettingDefinition[] = [
  text("TATUM_KMS_BNB_CHAIN_ID", "Chain id of BNB, for another network than the known ones"),
  matching(
    "TATUM_KMS_BNB_ACCOUNTS",
    "Accounts of BNB that no node tells any more",
    "entries of the form address:account number:sequence, separated by commas",
    /^ *t?bnb1[0-9a-z]+:\d{1,19}:\d{1,19} *(, *t?bnb1[0-9a-z]+:\d{1,19}:\d{1,19} *)*$/,
  ),
  matching(
    "TATUM_KMS_VET_CHAIN_TAG",
    "Chain tag of VET, for another network than the known ones",
    "a whole number from 0 to 255",
    /^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/,
  ),
  matching(
    "TATUM_KMS_ALGO_REKEYED_ACCOUNTS",
    "Accounts of ALGO that sign with the key of another one",
    "addresses of Algorand, separated by commas",
    /^ *[A-Z2-7]{58} *(, *[A-Z2-7]{58} *)*$/,
  ),
  flag("TATUM_KMS_CELO_LEGACY", "Sign CELO as the network took it until March 2025"),
  ...["POLYGON_GAS", "FLOW", "VET", "BNB"].map((name) =>
    url(`TATUM_KMS_${name}_URL`, "Another place for a host outside the Tatum API that signing asks"),
  ),
];

/** All of them. */
export const settingTable: readonly SettingDefinition[] = [
  ...Object.values<SettingDefinition>(settings),
  ...families.flatMap(({ before, behind, tickers: chains, define }) =>
    chains.map((ticker) => define(before + ticker + behind, ticker)),
  ),
  ...ofSingleChains,
];

/** The names of all variables whose value is declared to be a secret, be it one of a provider that is not chosen. */
export async function declaredSecrets(): Promise<string[]> {
  const own = settingTable.filter((setting) => setting.secret).map(({ name }) => name);
  return [...own, ...(await secretVariables())];
}
