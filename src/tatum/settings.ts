import { KmsError } from "../errors.ts";
import type { HttpClient } from "../http/client.ts";
import type { RetryPolicy } from "../http/retry.ts";
import type { Config } from "../settings.ts";
import { TatumConnection } from "./connection.ts";

const DEFAULT_API_URL = "https://api.tatum.io";

/** How the Tatum API is reached. */
export interface TatumSettings {
  readonly apiUrl: URL;
  readonly apiKey: string;
  /** Milliseconds until an answer has to be there. */
  readonly timeout: number;
  readonly retries: RetryPolicy;
  /** `TESTNET_TYPE`, where set. */
  readonly testnetType: string | undefined;
}

function readApiUrl(config: Config): URL {
  const setting = config.setting("TATUM_API_URL");
  const text = setting?.value ?? DEFAULT_API_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
  if (url !== undefined && isHttp && url.search === "" && url.hash === "") return url;
  throw new KmsError(
    "CONFIGURATION",
    `TATUM_API_URL (from ${setting?.origin}) is not an http or https URL without query.`,
  );
}

/** Visible ASCII: what a header can carry. */
const API_KEY = /^[\x21-\x7e]{1,1000}$/;

function readApiKey(option: string | undefined, config: Config): string {
  const apiKey = option ?? config.get("TATUM_API_KEY");
  if (apiKey === undefined) {
    throw new KmsError("CONFIGURATION", "TATUM_API_KEY is not set.", {
      hint: "Set it in the environment or in an env file.",
    });
  }
  if (API_KEY.test(apiKey)) return apiKey;
  throw new KmsError("CONFIGURATION", "TATUM_API_KEY holds characters that no API key has.");
}

/**
 * @param apiKey what `--api-key` says
 * @throws KmsError `CONFIGURATION`
 */
export function readTatumSettings(apiKey: string | undefined, config: Config): TatumSettings {
  const delay = config.number("TATUM_RETRY_DELAY", 1000, 1, 60_000);
  return {
    apiKey: readApiKey(apiKey, config),
    apiUrl: readApiUrl(config),
    timeout: config.number("TATUM_KMS_HTTP_TIMEOUT", 20, 0.1, 600) * 1000,
    retries: { retries: config.number("TATUM_RETRIES", 5, 0, 20), delay, maximumDelay: 10 * delay },
    testnetType: config.get("TESTNET_TYPE"),
  };
}

/** What ends a connection's requests: `stopping` those that change nothing, `deadline` all. */
export interface StopSignals {
  readonly stopping: AbortSignal;
  readonly deadline: AbortSignal;
}

export function connectToTatum(
  { apiUrl, ...settings }: TatumSettings,
  http: HttpClient,
  signals?: StopSignals,
): TatumConnection {
  return new TatumConnection({ baseUrl: apiUrl, http, ...settings, ...signals });
}
