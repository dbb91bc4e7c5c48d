/** What a running daemon takes over on SIGHUP, what it leaves to a restart, and that a bad file changes nothing. */
import { expect, test } from "bun:test";
import { LiveSettings } from "../../../src/daemon/reload.ts";
import { type DaemonArguments, readLiveValues } from "../../../src/daemon/settings.ts";
import { KmsError } from "../../../src/errors.ts";
import { createLog } from "../../../src/operations/log.ts";
import type { Config } from "../../../src/settings/settings.ts";
import { readTatumSettings } from "../../../src/tatum/settings.ts";
import { configOf, noProvider } from "../config-of.ts";

const PERIOD = "TATUM_KMS_PERIOD=7";

async function scene(before: readonly string[], after: () => Config, options: DaemonArguments = {}) {
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(line.replace(/^\S+ - /, "").trimEnd()) });
  const config = configOf(before.join("\n"));
  const network = options.testnet === false ? "mainnet" : "testnet";
  const tatum = await readTatumSettings(config, { option: "key", ask: noProvider });
  const fixed = { network, plainHttp: "any", tatum, config } as const;
  const read = async (read: Config) => ({
    config: read,
    values: await readLiveValues(options, read, fixed),
  });
  const prepared: (readonly string[])[] = [];
  const live = new LiveSettings({
    ...(await read(config)),
    log,
    options,
    reread: async () => read(after()),
    prepare: async ({ tickers }) => {
      if (tickers.join() === "VET") throw new KmsError("WRONG_PIN", "The token refused the PIN.");
      prepared.push(tickers);
    },
  });
  return { live, log, lines, prepared };
}

test("period, level of the log and the bounds of fees are taken over", async () => {
  const next = configOf([PERIOD, "TATUM_KMS_LOG_LEVEL=debug", "TATUM_KMS_MAX_FEE_ETH=77"].join("\n"));
  const { live, log, lines } = await scene(["TATUM_KMS_MAX_FEE_ETH=5"], () => next);
  log.debug("before", { action: "poll-begun" });
  expect([live.values.period, live.get("TATUM_KMS_MAX_FEE_ETH")]).toEqual([5000, "5"]);
  await live.reload();
  log.debug("after", { action: "poll-begun" });
  expect([live.values.period, live.get("TATUM_KMS_MAX_FEE_ETH")]).toEqual([7000, "77"]);
  expect(lines).toEqual([
    "SIGHUP received: changed: TATUM_KMS_PERIOD, TATUM_KMS_LOG_LEVEL, TATUM_KMS_MAX_FEE_ETH; the daemon goes on.",
    "DEBUG: after",
  ]);
});

test("chains, approval server and limit are taken over once what they need is there, and who follows is told", async () => {
  const text = [
    "TATUM_KMS_CHAIN=ETH,SOL",
    "TATUM_KMS_EXTERNAL_URL=https://second.example/x",
    "TATUM_KMS_EXTERNAL_URL_METHOD=post",
    "TATUM_KMS_REQUESTS_PER_SECOND=7",
  ];
  const first = ["TATUM_KMS_CHAIN=BTC", "TATUM_KMS_EXTERNAL_URL=https://first.example"];
  const { live, lines, prepared } = await scene(first, () => configOf(text.join("\n")));
  const followed: unknown[] = [];
  live.onChange((values) => followed.push(values));
  await live.reload();
  expect(live.values).toMatchObject({
    tickers: ["ETH", "SOL"],
    externalUrlMethod: "POST",
    requestsPerSecond: 7,
  });
  expect(live.values.externalUrl?.href).toBe("https://second.example/x");
  expect([prepared, followed]).toEqual([[["ETH", "SOL"]], [live.values]]);
  expect(lines).toEqual([
    "SIGHUP received: changed: TATUM_KMS_CHAIN, TATUM_KMS_EXTERNAL_URL, TATUM_KMS_EXTERNAL_URL_METHOD, TATUM_KMS_REQUESTS_PER_SECOND; the daemon goes on.",
  ]);
});

test("who begins to follow after something was taken over, as a daemon that is still starting, is told at once", async () => {
  const { live } = await scene(["TATUM_KMS_CHAIN=BTC"], () => configOf("TATUM_KMS_CHAIN=ETH"));
  const followed: (readonly string[])[] = [];
  live.onChange(({ tickers }) => followed.push(tickers));
  await live.reload();
  live.onChange(({ tickers }) => followed.push(tickers));
  expect(followed).toEqual([["ETH"], ["ETH"]]);
});

test.each([
  ["a token refuses the login", "TATUM_KMS_CHAIN=VET", "The token refused the PIN."],
  ["the approval server is gone on mainnet", "", "Missing required flag --external-url"],
  ["the approval server has no URL", "TATUM_KMS_EXTERNAL_URL=ftp://x", "is not an http or https URL"],
])("nothing is taken over when %s", async (_, next, told) => {
  const first = ["TATUM_KMS_CHAIN=BTC", "TATUM_KMS_EXTERNAL_URL=https://first.example"];
  const { live, lines } = await scene(
    first,
    () => configOf(`TATUM_KMS_PERIOD=9\n${next === "TATUM_KMS_CHAIN=VET" ? first[1] : ""}\n${next}`),
    { testnet: false },
  );
  const before = live.values;
  await live.reload();
  expect(live.values).toBe(before);
  expect(lines[0]).toStartWith("ERROR: SIGHUP received: the settings stay as they were, the daemon goes on.");
  expect(lines[0]).toContain(told);
});

test("everything else waits for a restart, and is named each time without its value", async () => {
  const { live, lines } = await scene(["TATUM_KMS_ETH_CHAIN_ID=5"], () =>
    configOf("TATUM_KMS_ETH_CHAIN_ID=6\nTATUM_API_KEY=secret"),
  );
  await live.reload();
  await live.reload();
  const line =
    "WARN: SIGHUP received: only a restart takes over TATUM_API_KEY, TATUM_KMS_ETH_CHAIN_ID; the daemon goes on.";
  expect(lines).toEqual([line, line]);
  expect(live.get("TATUM_KMS_ETH_CHAIN_ID")).toBe("5");
});

test("an option that was given counts before what the files say", async () => {
  const { live, lines } = await scene([], () => configOf(PERIOD), { period: "5", "log-level": "info" });
  await live.reload();
  expect(live.values.period).toBe(5000);
  expect(lines).toEqual([
    "WARN: SIGHUP received: options that were given count before TATUM_KMS_PERIOD; the daemon goes on.",
  ]);
});

test("files in which something is wrong leave all as it was, and later ones count", async () => {
  let bad = true;
  const { live, lines } = await scene([], () => {
    if (bad)
      throw new KmsError("CONFIGURATION", "TATUM_KMS_PERIOD (from kms.toml, line 1) must be a number.");
    return configOf(PERIOD);
  });
  await live.reload();
  expect(live.values.period).toBe(5000);
  bad = false;
  await live.reload();
  expect(live.values.period).toBe(7000);
  expect(lines[0]).toStartWith(
    "ERROR: SIGHUP received: the settings stay as they were, the daemon goes on. TATUM_KMS_PERIOD (from kms.toml",
  );
});

test("the same settings are said to be the same", async () => {
  const { live, lines } = await scene([PERIOD], () => configOf(PERIOD));
  await live.reload();
  expect(lines).toEqual(["WARN: SIGHUP received: nothing changed in the settings; the daemon goes on."]);
});
