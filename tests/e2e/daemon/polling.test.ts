import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { version } from "../../../src/version.ts";
import { onScene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment, litecoinPayment, pendingId, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

describe("which chains are polled", () => {
  test(
    "those for which the vault holds wallets of the network, with their signature IDs",
    onScene(async ({ api, runOnce }) => {
      expect(await runOnce()).toMatchObject({ status: 0 });
      const polls = api.requests.map(({ method, path, body }) => ({ method, path, body }));
      expect(polls.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { method: "POST", path: "/v3/kms/pending/BTC", body: { signatureIds: [walletIds.btc] } },
        { method: "POST", path: "/v3/kms/pending/ETH", body: { signatureIds: [walletIds.eth] } },
        {
          method: "POST",
          path: "/v3/kms/pending/LTC",
          body: { signatureIds: expect.arrayContaining([walletIds.ltc, walletIds.ltcMnemonic]) },
        },
      ]);
    }),
  );

  test(
    "on test networks only the wallets made for them",
    onScene(async ({ api, runOnce }) => {
      expect(await runOnce(["--testnet"])).toMatchObject({ status: 0 });
      expect(api.requests.map(({ path, body }) => ({ path, body }))).toEqual([
        { path: "/v3/kms/pending/ETH", body: { signatureIds: [walletIds.ethTestnet] } },
      ]);
    }),
  );

  test(
    "with --chain only the named ones",
    onScene(async ({ api, runOnce }) => {
      expect(await runOnce(["--chain=BTC,LTC"])).toMatchObject({ status: 0 });
      expect(api.requests.map(({ path }) => path).sort()).toEqual([
        "/v3/kms/pending/BTC",
        "/v3/kms/pending/LTC",
      ]);
    }),
  );

  test(
    "with --wallets only these signature IDs",
    onScene(async ({ api, runOnce }) => {
      expect(await runOnce([`--wallets=${walletIds.ltc}, ${walletIds.eth}`])).toMatchObject({ status: 0 });
      const asked = api.requests.map(({ body }) => (body as { signatureIds: string[] }).signatureIds);
      expect(asked.flat().sort()).toEqual([walletIds.ltc, walletIds.eth].sort());
    }),
  );

  test(
    "a signature ID in --wallets that the vault does not hold ends the program",
    onScene(async ({ api, runOnce }) => {
      const run = await runOnce(["--wallets=00000000-0000-4000-8000-000000000000"]);
      expect(run).toMatchObject({ status: 66, stderr: expect.stringContaining("NO_SUCH_WALLET") });
      expect(api.requests).toEqual([]);
    }),
  );

  test(
    "a list without any entry is a mistake, not a wish for all or none",
    onScene(async ({ api, runOnce }) => {
      for (const option of ["--wallets=,", "--transactionIds= ,"]) {
        expect(await runOnce([option])).toMatchObject({ status: 64 });
      }
      expect(api.requests).toEqual([]);
    }),
  );

  test(
    "a vault without wallets waits for some",
    onScene(async ({ api, start }) => {
      const daemon = start();
      await daemon.logged("no mainnet wallets");
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(api.requests).toEqual([]);
    }, {}),
  );
});

describe("a poll", () => {
  test(
    "carries the API key, the content type and the version of the program",
    onScene(async ({ api, runOnce }) => {
      await runOnce(["--chain=ETH"]);
      expect(api.requests[0]?.headers).toMatchObject({
        "x-api-key": "test-api-key",
        "content-type": "application/json",
        "x-ttm-kms-client-version": version,
        accept: "application/json, text/plain, */*",
      });
    }),
  );

  test(
    "is repeated each period",
    onScene(async ({ api, start }) => {
      const times: number[] = [];
      api.answer = () => void times.push(performance.now());
      start(["--chain=ETH", "--period=0.3"]);
      await until("nine polls", () => times.length >= 9);
      // On a busy machine one poll arrives late, and the next one then after less than a period.
      const [first = 0] = times;
      expect(((times[8] ?? 0) - first) / 8).toBeGreaterThan(270);
    }),
  );

  test(
    "that hangs does not hold up the other chains",
    onScene(async ({ api, start }) => {
      api.answer = ({ path }) => (path.endsWith("/BTC") ? new Promise(() => undefined) : undefined);
      api.pending = [litecoinPayment.pending];
      const daemon = start();
      await daemon.logged(`Tx was processed: ${litecoinPayment.pending.id}`);
      await until("four polls of ETH", () => api.to("/v3/kms/pending/ETH").length >= 4);
      expect(api.to("/v3/kms/pending/BTC").length).toBe(1);
    }),
  );

  test(
    "that fails does not stop the next",
    onScene(async ({ api, start }) => {
      let polls = 0;
      api.answer = ({ path }) =>
        path.endsWith("/ETH") && polls++ < 3
          ? Response.json({ statusCode: 500, errorCode: "internal", message: "try later" }, { status: 500 })
          : undefined;
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH"]);
      await daemon.logged("Error received from API /v3/kms/pending/ETH: HTTP 500, internal, try later");
      await daemon.logged(`Tx was processed: ${pendingId(1)}`);
    }),
  );

  test(
    "that the API asks to put off is put off",
    onScene(async ({ api, start }) => {
      const times: number[] = [];
      api.answer = () => {
        times.push(performance.now());
        return times.length === 1
          ? new Response("", { status: 429, headers: { "retry-after": "2" } })
          : undefined;
      };
      start(["--chain=ETH"]);
      await until("a second poll", () => times.length >= 2);
      expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(1950);
    }),
  );

  test(
    "with a wrong API key says so",
    onScene(async ({ api, runOnce }) => {
      api.answer = () =>
        Response.json({ statusCode: 401, message: "Unable to find valid key" }, { status: 401 });
      const run = await runOnce(["--chain=ETH"]);
      expect(run).toMatchObject({
        status: 75,
        stderr: expect.stringContaining("HTTP 401, Unable to find valid key"),
      });
      expect(api.requests).toHaveLength(1);
    }),
  );
});

describe("--runOnce", () => {
  test(
    "works off one list and ends",
    onScene(async ({ api, runOnce }) => {
      api.pending = [bitcoinPayment.pending, litecoinPayment.pending, ethPayment(1)];
      expect(await runOnce()).toMatchObject({ status: 0 });
      expect(api.to("/v3/kms/pending/")).toHaveLength(3);
      expect(api.broadcasts).toHaveLength(3);
    }),
  );

  test(
    "with --transactionIds signs only these and names the others",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1), ethPayment(2), ethPayment(3)];
      const run = await runOnce([`--transactionIds=${pendingId(2)},${pendingId(3)}`]);
      expect(run.status).toBe(0);
      expect(run.stderr).toContain(
        `Tx processing skipped: ${pendingId(1)}. Expected one of: ${pendingId(2)}, ${pendingId(3)}`,
      );
      const sent = api.broadcasts.map(({ body }) => (body as { signatureId: string }).signatureId);
      expect(sent.sort()).toEqual([pendingId(2), pendingId(3)]);
    }),
  );

  test(
    "ends with status 75 when a chain could not be polled",
    onScene(async ({ api, runOnce }) => {
      api.answer = ({ path }) => (path.endsWith("/BTC") ? new Response("", { status: 503 }) : undefined);
      api.pending = [ethPayment(1)];
      expect(await runOnce()).toMatchObject({ status: 75, stderr: expect.stringContaining("INCOMPLETE") });
      expect(api.broadcasts).toHaveLength(1);
    }),
  );
});

describe("the announcement of a newer version", () => {
  test(
    "is logged once",
    onScene(async ({ api, start }) => {
      api.answer = ({ path }) =>
        path.startsWith("/v3/kms/pending/")
          ? Response.json([], { headers: { "x-ttm-kms-latest-version": "99.1.0;WARN;Please update" } })
          : undefined;
      const daemon = start();
      await until("a dozen polls", () => api.requests.length >= 12);
      const notice = `Please update. Current version: ${version}. Latest version: 99.1.0`;
      expect(daemon.log.split(notice)).toHaveLength(2);
    }),
  );
});
