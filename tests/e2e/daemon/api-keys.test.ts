/** Wallets of several API keys on one chain: each key is polled for its own wallets, and hears of its own jobs alone. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import type { RecordedRequest } from "../stand-in-api.ts";
import { onScene, type Scene, until } from "./running-daemon.ts";
import { litecoinPayment, walletIds, withdrawal } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const SHOP = "shop-api-key-0123456789";
const env = { TATUM_API_KEY_SHOP: SHOP };
const DEFAULT = "test-api-key";
const LTC = "--chain=LTC";

const keyOf = ({ headers }: RecordedRequest): string => headers["x-api-key"] ?? "";
const isPoll = ({ path }: RecordedRequest): boolean => path === "/v3/kms/pending/LTC";
const idsOf = ({ body }: RecordedRequest) => (body as { signatureIds: string[] }).signatureIds;

/** Two wallets of one chain, of which one belongs to the key `shop`; each key lists a transaction of its own. */
async function withTwoKeys({ installation, api }: Scene): Promise<void> {
  const given = await installation.run(["wallet", "key", "shop", walletIds.ltcMnemonic]);
  expect(given.stderr).toContain("TATUM_API_KEY_SHOP is not set here");
  expect(JSON.parse(given.stdout)).toMatchObject({ signatureId: walletIds.ltcMnemonic, apiKeyName: "shop" });
  api.answer = (request) =>
    isPoll(request)
      ? Response.json([keyOf(request) === SHOP ? withdrawal.pending : litecoinPayment.pending])
      : undefined;
}

test(
  "each key is polled with its own wallets, and broadcasts what it listed",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, runOnce } = scene;
    const run = await runOnce([LTC], { env });
    expect(run.status).toBe(0);
    const polls = api.requests.filter(isPoll);
    expect(new Map(polls.map((poll) => [keyOf(poll), idsOf(poll)]))).toEqual(
      new Map([
        [DEFAULT, [walletIds.ltc]],
        [SHOP, [walletIds.ltcMnemonic]],
      ]),
    );
    const sent = api.broadcasts.map((one) => [keyOf(one), (one.body as { signatureId: string }).signatureId]);
    expect(sent.toSorted()).toEqual([
      [SHOP, withdrawal.pending.id],
      [DEFAULT, litecoinPayment.pending.id],
    ]);
    expect(run.stderr).toContain("API keys default 1, shop 1");
    expect(run.stderr).not.toContain(SHOP);
  }),
);

test(
  "a key that a secret provider has is polled with, and no output and no list of processes shows it",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, start, installation } = scene;
    const file = `${installation.home}/shop`;
    writeFileSync(file, `${SHOP}\n`, { mode: 0o600 });
    const from = { TATUM_API_KEY_SHOP_FROM: JSON.stringify(["/bin/cat", file]).replace(/^/, "exec:") };
    const daemon = start([LTC], { env: from });
    await daemon.logged(`Tx was processed: ${withdrawal.pending.id}`);
    const seen = ["environ", "cmdline"].map((name) => readFileSync(`/proc/${daemon.pid}/${name}`, "latin1"));
    const looked = [
      await installation.run(["config", "explain"], { env: { ...api.env, ...from } }),
      await installation.run(["doctor"], { env: { ...api.env, ...from } }),
    ];
    expect(looked[0]?.stdout).toContain("exec:...");
    expect(looked[1]?.stdout).toContain("TATUM_API_KEY_SHOP_FROM (from environment)");
    const outputs = [daemon.log, ...seen, ...looked.flatMap(({ stdout, stderr }) => [stdout, stderr])].join();
    for (const hidden of [SHOP, file]) expect(outputs).not.toContain(hidden);
    const broken = { TATUM_API_KEY_SHOP_FROM: "exec:/bin/false" };
    const failed = await scene.runOnce([LTC], { env: broken });
    expect([failed.status, failed.stderr]).toEqual([
      expect.any(Number),
      expect.stringContaining("TATUM_API_KEY_SHOP_FROM"),
    ]);
    expect(failed.status).not.toBe(0);
  }),
);

test(
  "a wallet whose key is not set keeps the daemon from starting, unless it is left to others",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, runOnce } = scene;
    const refused = await runOnce([LTC]);
    expect(refused.status).toBe(78);
    expect(refused.stderr).toContain("Wallets belong to API keys that are not set: shop (1).");
    expect(api.requests).toEqual([]);
    expect((await runOnce([LTC, "--api-key-name=default"])).status).toBe(0);
    expect(api.requests.filter(isPoll).map(keyOf)).toEqual([DEFAULT]);
  }),
);

test(
  "two daemons share a chain by its keys, and each takes over the other's when it is told to",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, start, installation } = scene;
    const one = start([LTC, "--api-key-name=default"], { env });
    const other = start([LTC, "--api-key-name=shop"], { env });
    await one.logged(`Tx was processed: ${litecoinPayment.pending.id}`);
    await other.logged(`Tx was processed: ${withdrawal.pending.id}`);
    const { stdout } = await installation.run(["nodes"]);
    const leases = (JSON.parse(stdout) as { leases: { chain: string; apiKey?: string }[] }[]).flatMap(
      (node) => node.leases.map(({ chain, apiKey = "default" }) => `${chain} ${apiKey}`),
    );
    expect(leases.toSorted()).toEqual(["LTC default", "LTC shop"]);
    const both = start([LTC], { env });
    await both.logged("Another daemon holds the lease");
    other.signal("SIGTERM");
    expect(await other.exited()).toBe(0);
    const from = api.requests.length;
    await until("a poll with the key that was left", () =>
      api.requests.slice(from).some((request) => isPoll(request) && keyOf(request) === SHOP),
    );
    expect(api.broadcasts).toHaveLength(2);
  }),
);

test(
  "a key that takes no more requests does not hold up another one",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, start } = scene;
    const { answer } = api;
    api.answer = (request) =>
      keyOf(request) === SHOP
        ? new Response("", { status: 429, headers: { "retry-after": "600" } })
        : answer(request);
    const daemon = start([LTC], { env });
    await daemon.logged(`Tx was processed: ${litecoinPayment.pending.id}`);
    const ofDefault = () => api.requests.filter((one) => isPoll(one) && keyOf(one) === DEFAULT).length;
    const before = ofDefault();
    await until("further polls", () => ofDefault() > before + 2);
    expect(api.requests.filter((request) => keyOf(request) === SHOP)).toHaveLength(1);
  }),
);

test(
  "what was signed under a key is asked about with it, also when the wallet has another one by then",
  onScene(async (scene) => {
    await withTwoKeys(scene);
    const { api, runOnce, installation } = scene;
    const { answer } = api;
    api.answer = (request) =>
      request.path.endsWith("/broadcast") && keyOf(request) === SHOP
        ? new Response("", { status: 503 })
        : answer(request);
    expect((await runOnce([LTC], { env: { ...env, TATUM_RETRIES: "0" } })).status).toBe(75);
    await installation.run(["wallet", "key", "default", walletIds.ltcMnemonic]);
    const unset = await runOnce([LTC]);
    expect(unset.stderr).toContain("belong to API keys that are not set: shop (1)");
    api.answer = (request) => (isPoll(request) ? Response.json([]) : answer(request));
    api.pending = [withdrawal.pending];
    const from = api.requests.length;
    await runOnce([LTC], { env });
    const about = api.requests.slice(from).filter(({ path }) => path.includes(withdrawal.pending.id));
    expect(new Set(about.map(keyOf))).toEqual(new Set([SHOP]));
    expect(new Set(api.broadcasts.slice(-1).map(keyOf))).toEqual(new Set([SHOP]));
  }),
);
