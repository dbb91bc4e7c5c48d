/** What a running daemon takes over on SIGHUP, what it leaves to a restart, and that a bad file changes nothing. */
import { expect, test } from "bun:test";
import { type GivenOptions, LiveSettings } from "../../../src/daemon/reload.ts";
import { KmsError } from "../../../src/errors.ts";
import { createLog } from "../../../src/operations/log.ts";
import type { Config } from "../../../src/settings/settings.ts";
import { configOf } from "../config-of.ts";

const PERIOD = "TATUM_KMS_PERIOD=7";

function scene(before: readonly string[], after: () => Config, options: GivenOptions = {}) {
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(line.replace(/^\S+ - /, "").trimEnd()) });
  const live = new LiveSettings({
    config: configOf(before.join("\n")),
    period: 5000,
    log,
    options,
    reread: async () => after(),
  });
  return { live, log, lines };
}

test("period, level of the log and the bounds of fees are taken over", async () => {
  const next = configOf([PERIOD, "TATUM_KMS_LOG_LEVEL=debug", "TATUM_KMS_MAX_FEE_ETH=77"].join("\n"));
  const { live, log, lines } = scene(["TATUM_KMS_MAX_FEE_ETH=5"], () => next);
  log.debug("before", { action: "poll-begun" });
  expect([live.period, live.get("TATUM_KMS_MAX_FEE_ETH")]).toEqual([5000, "5"]);
  await live.reload();
  log.debug("after", { action: "poll-begun" });
  expect([live.period, live.get("TATUM_KMS_MAX_FEE_ETH")]).toEqual([7000, "77"]);
  expect(lines).toEqual([
    "SIGHUP received: changed: TATUM_KMS_PERIOD, TATUM_KMS_LOG_LEVEL, TATUM_KMS_MAX_FEE_ETH; the daemon goes on.",
    "DEBUG: after",
  ]);
});

test("everything else waits for a restart, and is named each time without its value", async () => {
  const { live, lines } = scene(["TATUM_KMS_CHAIN=BTC"], () =>
    configOf("TATUM_KMS_CHAIN=ETH\nTATUM_API_KEY=secret"),
  );
  await live.reload();
  await live.reload();
  const line =
    "WARN: SIGHUP received: only a restart takes over TATUM_API_KEY, TATUM_KMS_CHAIN; the daemon goes on.";
  expect(lines).toEqual([line, line]);
  expect(live.get("TATUM_KMS_CHAIN")).toBe("BTC");
});

test("an option that was given counts before what the files say", async () => {
  const { live, lines } = scene([], () => configOf(PERIOD), { period: "5", "log-level": "info" });
  await live.reload();
  expect(live.period).toBe(5000);
  expect(lines).toEqual([
    "WARN: SIGHUP received: options that were given count before TATUM_KMS_PERIOD; the daemon goes on.",
  ]);
});

test("files in which something is wrong leave all as it was, and later ones count", async () => {
  let bad = true;
  const { live, lines } = scene([], () => {
    if (bad)
      throw new KmsError("CONFIGURATION", "TATUM_KMS_PERIOD (from kms.toml, line 1) must be a number.");
    return configOf(PERIOD);
  });
  await live.reload();
  expect(live.period).toBe(5000);
  bad = false;
  await live.reload();
  expect(live.period).toBe(7000);
  expect(lines[0]).toStartWith(
    "ERROR: SIGHUP received: the settings stay as they were, the daemon goes on. TATUM_KMS_PERIOD (from kms.toml",
  );
});

test("the same settings are said to be the same", async () => {
  const { live, lines } = scene([PERIOD], () => configOf(PERIOD));
  await live.reload();
  expect(lines).toEqual(["WARN: SIGHUP received: nothing changed in the settings; the daemon goes on."]);
});
