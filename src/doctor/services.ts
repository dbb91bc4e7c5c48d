/** The hosts that the daemon talks to: the Tatum API with its clock, key and credits; the four-eye server. */
import * as v from "valibot";
import { defaultApiKey } from "../api-key-name.ts";
import type { HttpClient } from "../http/client.ts";
import { type HttpAnswer, HttpFailure } from "../http/message.ts";
import { signalUrl, type TelemetryOptions } from "../operations/telemetry.ts";
import { transactionUrl } from "../signing/policy/four-eye.ts";
import type { TatumSettings } from "../tatum/settings.ts";
import { type Finding, findings } from "./finding.ts";

/** Milliseconds between two clocks above which logs mislead, and above which signatures and TLS fail. */
const CLOCK_OFF = 30_000;
const CLOCK_WRONG = 300_000;

/** Used credits by day (https://apidoc.tatum.io, "List credit consumption for last month"). */
const USAGE_PATH = "/v3/tatum/usage";
const usageSchema = v.array(v.object({ usage: v.number() }));

/** @param now of this machine, in milliseconds since 1970 */
export function judgeClock(date: string | null, now: number): Finding {
  const { ok, warning, failure } = findings("clock");
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs))
    return warning("The API did not tell its time.", "Compare the clock yourself: date -u");
  const apart = Math.abs(now - theirs);
  const told = `This machine's clock and that of the API are ${Math.round(apart / 1000)} s apart.`;
  if (apart > CLOCK_WRONG) return failure(told, "Set the clock: timedatectl set-ntp true");
  return apart > CLOCK_OFF ? warning(told, "Set the clock: timedatectl set-ntp true") : ok(told);
}

function judgeKey({ status, body }: HttpAnswer, { apiKeySetting, apiKeyName }: TatumSettings): Finding {
  const { ok, warning, failure } = findings("api-key");
  const key = apiKeyName === defaultApiKey ? "the key" : `the key ${apiKeyName}`;
  if (status === 401 || status === 403)
    return failure(`The API refused the key of ${apiKeySetting} (HTTP ${status}).`, "Check the key.");
  if (status === 402 || status === 429)
    return failure(
      `The API has no credits left for this key (HTTP ${status}).`,
      "Look at the plan of the key.",
    );
  let used: v.InferOutput<typeof usageSchema> | undefined;
  try {
    used = v.parse(usageSchema, JSON.parse(body));
  } catch {
    return warning(
      `The API told nothing of ${key} of ${apiKeySetting} (HTTP ${status}).`,
      "Look at the plan of the key.",
    );
  }
  const sum = used.reduce((total, { usage }) => total + usage, 0);
  return ok(
    `The API takes ${key}; ${sum} credits were used in the last month. It is that of ${apiKeySetting}.`,
  );
}

function askForUsage({ apiUrl, apiKey, timeout }: TatumSettings, http: HttpClient): Promise<HttpAnswer> {
  const url = new URL(apiUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${USAGE_PATH}`;
  return http.send({ method: "GET", url, headers: { "x-api-key": apiKey }, timeout });
}

/**
 * One request for each key: the API answers, at what time, and takes the key.
 * @param others the settings of further keys
 */
export async function apiFindings(
  tatum: TatumSettings,
  http: HttpClient,
  others: readonly TatumSettings[] = [],
): Promise<Finding[]> {
  const { ok, failure } = findings("api");
  try {
    const answer = await askForUsage(tatum, http);
    const rest = others.map(async (other) => judgeKey(await askForUsage(other, http), other));
    return [
      ok(`${tatum.apiUrl.origin} answers.`),
      judgeClock(answer.headers.get("date"), Date.now()),
      judgeKey(answer, tatum),
      ...(await Promise.all(rest)),
    ];
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return [
      failure(
        `${tatum.apiUrl.origin} gives no answer: ${error.message}.`,
        "Check network, proxy and firewall.",
      ),
    ];
  }
}

/** Asks the four-eye server about a transaction that there is not: it has to answer, and may not approve. */
export async function fourEyeFindings(url: URL, timeout: number, http: HttpClient): Promise<Finding[]> {
  const { ok, warning, failure } = findings("four-eye");
  const unknown = transactionUrl(url, `doctor-${crypto.randomUUID()}`);
  try {
    const { status } = await http.send({ method: "GET", url: unknown, timeout });
    if (status >= 200 && status < 300)
      return [
        failure(
          `${url.origin} approves a transaction that there is not.`,
          "Have it answer 4xx to what it does not know.",
        ),
      ];
    if (status >= 300 && status < 400)
      return [
        failure(
          `${url.origin} answers with a redirect (HTTP ${status}), which is not followed.`,
          "Give the URL that it leads to.",
        ),
      ];
    if (status >= 500)
      return [failure(`${url.origin} answers HTTP ${status}.`, "Look at the log of that server.")];
    const encrypted = url.protocol === "https:" ? "over TLS" : "over plain http";
    const told = `${url.origin} answers ${encrypted}, and refuses what it does not know (HTTP ${status}).`;
    return [url.protocol === "https:" ? ok(told) : warning(told, "Use https, unless it is on this machine.")];
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return [
      failure(
        `${url.origin} gives no answer: ${error.message}.`,
        "Check the URL, its certificate and the firewall.",
      ),
    ];
  }
}

/** Sends the collector nothing, which it has to take. It may be away: no payment waits for it. */
export async function collectorFindings(
  { endpoint, headers }: Pick<TelemetryOptions, "endpoint" | "headers">,
  timeout: number,
  http: HttpClient,
): Promise<Finding[]> {
  const { ok, warning } = findings("collector");
  const url = signalUrl(endpoint, "traces");
  const mend = "It has to take OTLP over HTTP in JSON, as a rule at port 4318.";
  try {
    const { status } = await http.send({
      method: "POST",
      url,
      headers: { ...headers, "content-type": "application/json" },
      body: '{"resourceSpans":[]}',
      timeout,
    });
    const isTaken = status >= 200 && status < 300;
    return [
      isTaken
        ? ok(`${endpoint.origin} takes traces and metrics.`)
        : warning(`${endpoint.origin} answers HTTP ${status} to an empty trace.`, mend),
    ];
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return [warning(`${endpoint.origin} gives no answer: ${error.message}.`, mend)];
  }
}
