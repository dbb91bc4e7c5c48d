/** The settings of the connection to the Tatum API: URL, key, time limit and retries. */
import { keptApiKey } from "../api-key-name.ts";
import type { HttpClient } from "../http/client.ts";
import type { Endpoint } from "../http/endpoints.ts";
import type { RetryPolicy } from "../http/retry.ts";
import { type ApiKeyChoice, type GivenApiKey, readApiKey } from "../settings/api-keys.ts";
import { type Config, placeOf } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { TatumConnection } from "./connection.ts";

export interface TatumSettings extends GivenApiKey {
  readonly apiUrl: URL;
  /** The variable that names the URL, and where it is set. */
  readonly apiUrlSetting: string;
  /** Milliseconds until an answer has to be there. */
  readonly timeout: number;
  readonly retries: RetryPolicy;
  /** Requests a second that the API takes, where the operator says; 0 for no limit. */
  readonly requestsPerSecond: number | undefined;
  /** `TESTNET_TYPE`, where set. */
  readonly testnetType: string | undefined;
}

/**
 * @throws KmsError `CONFIGURATION`
 * @throws ProviderError when the file of the key cannot be read
 */
export async function readTatumSettings(config: Config, choice: ApiKeyChoice): Promise<TatumSettings> {
  const delay = config.value(settings.retryDelay);
  const apiUrl = config.setting(settings.apiUrl.name);
  return {
    ...(await readApiKey(config, choice)),
    apiUrl: config.value(settings.apiUrl),
    apiUrlSetting: settings.apiUrl.name + (apiUrl === undefined ? "" : ` (from ${placeOf(apiUrl)})`),
    timeout: config.value(settings.httpTimeout),
    retries: { retries: config.value(settings.retries), delay, maximumDelay: 10 * delay },
    requestsPerSecond: config.value(settings.requestsPerSecond),
    testnetType: config.value(settings.testnetType),
  };
}

/** The API as a host that is asked. */
export function apiEndpoint({ apiUrl: url, apiUrlSetting: setting }: TatumSettings): Endpoint {
  const danger = "read the API key and forge pending transactions, nonces, fees and answers to broadcasts";
  return { setting, url, danger, code: "CONFIGURATION" };
}

/** What ends a connection's requests: `stopping` those that change nothing, `deadline` all. */
export interface StopSignals {
  readonly stopping: AbortSignal;
  readonly deadline: AbortSignal;
}

export function connectToTatum(
  { apiUrl, apiUrlSetting: _, requestsPerSecond, ...settings }: TatumSettings,
  http: HttpClient,
  signals?: StopSignals,
): TatumConnection {
  http.limit(apiUrl, requestsPerSecond, keptApiKey(settings.apiKeyName));
  return new TatumConnection({ baseUrl: apiUrl, http, ...settings, ...signals });
}
