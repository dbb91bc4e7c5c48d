import { KmsError } from "../errors.ts";
import type { HttpClient } from "../http/client.ts";
import type { Endpoint } from "../http/endpoints.ts";
import { readBaseUrl } from "../http/http-url.ts";
import type { RetryPolicy } from "../http/retry.ts";
import type { Config } from "../settings.ts";
import { TatumConnection } from "./connection.ts";

const DEFAULT_API_URL = "https://api.tatum.io";

/** How the Tatum API is reached. */
export interface TatumSettings {
  readonly apiUrl: URL;
  /** The variable that names the URL, and where it is set. */
  readonly apiUrlSetting: string;
  readonly apiKey: string;
  /** Where the key was given, as in `TATUM_API_KEY (from environment)`. */
  readonly apiKeySetting: string;
  /** Milliseconds until an answer has to be there. */
  readonly timeout: number;
  readonly retries: RetryPolicy;
  /** `TESTNET_TYPE`, where set. */
  readonly testnetType: string | undefined;
}

function readApiUrl(config: Config): Pick<TatumSettings, "apiUrl" | "apiUrlSetting"> {
  const setting = config.setting("TATUM_API_URL");
  if (setting === undefined) return { apiUrl: new URL(DEFAULT_API_URL), apiUrlSetting: "TATUM_API_URL" };
  const apiUrlSetting = `TATUM_API_URL (from ${setting.origin})`;
  return {
    apiUrl: readBaseUrl({ what: apiUrlSetting, text: setting.value, code: "CONFIGURATION" }),
    apiUrlSetting,
  };
}

/** Visible ASCII: what a header can carry. */
const API_KEY = /^[\x21-\x7e]{1,1000}$/;

function readApiKey(
  option: string | undefined,
  config: Config,
): Pick<TatumSettings, "apiKey" | "apiKeySetting"> {
  const setting = config.setting("TATUM_API_KEY");
  const apiKey = option ?? setting?.value;
  if (apiKey === undefined) {
    throw new KmsError("CONFIGURATION", "TATUM_API_KEY is not set.", {
      hint: "Set it in the environment or in an env file.",
    });
  }
  const apiKeySetting = option === undefined ? `TATUM_API_KEY (from ${setting?.origin})` : "--api-key";
  if (API_KEY.test(apiKey)) return { apiKey, apiKeySetting };
  throw new KmsError("CONFIGURATION", `${apiKeySetting} holds characters that no API key has.`);
}

/**
 * @param apiKey what `--api-key` says
 * @throws KmsError `CONFIGURATION`
 */
export function readTatumSettings(apiKey: string | undefined, config: Config): TatumSettings {
  const delay = config.number("TATUM_RETRY_DELAY", 1000, 1, 60_000);
  return {
    ...readApiKey(apiKey, config),
    ...readApiUrl(config),
    timeout: config.number("TATUM_KMS_HTTP_TIMEOUT", 20, 0.1, 600) * 1000,
    retries: { retries: config.number("TATUM_RETRIES", 5, 0, 20), delay, maximumDelay: 10 * delay },
    testnetType: config.get("TESTNET_TYPE"),
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
  { apiUrl, apiUrlSetting: _, ...settings }: TatumSettings,
  http: HttpClient,
  signals?: StopSignals,
): TatumConnection {
  return new TatumConnection({ baseUrl: apiUrl, http, ...settings, ...signals });
}
