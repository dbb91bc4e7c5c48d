import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { onScene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const { pending, txid } = bitcoinPayment;

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  describe(signal, () => {
    test(
      "while it waits for the next round ends the daemon at once, with status 0",
      onScene(async ({ api, start }) => {
        const daemon = start(["--chain=BTC", "--period=600"]);
        await until("a poll", () => api.requests.length === 1);
        await Bun.sleep(200);
        const sent = performance.now();
        daemon.signal(signal);
        expect(await daemon.exited()).toBe(0);
        expect(performance.now() - sent).toBeLessThan(2000);
      }),
    );

    test(
      "while a poll hangs ends it at once, with status 0",
      onScene(async ({ api, start }) => {
        api.answer = () => new Promise(() => undefined);
        const daemon = start();
        await until("three polls", () => api.requests.length === 3);
        const sent = performance.now();
        daemon.signal(signal);
        expect(await daemon.exited()).toBe(0);
        expect(performance.now() - sent).toBeLessThan(2000);
        expect(daemon.log).not.toContain("Error received");
      }),
    );

    test(
      "while a broadcast is on its way waits for the answer and records it",
      onScene(async ({ api, runOnce, start }) => {
        api.pending = [pending];
        api.answer = async ({ path }) => {
          if (!path.endsWith("/broadcast")) return undefined;
          await Bun.sleep(1500);
          return Response.json({ txId: txid });
        };
        const daemon = start(["--chain=BTC"]);
        await until("a broadcast", () => api.broadcasts.length === 1);
        daemon.signal(signal);
        expect(await daemon.exited()).toBe(0);
        expect(daemon.log).toContain(`Tx was processed: ${pending.id}`);
        api.requests.length = 0;
        await runOnce(["--chain=BTC"]);
        expect(api.broadcasts).toEqual([]);
      }),
    );
  });
}

describe("a signal", () => {
  test(
    "does not wait longer than 10 s for a broadcast that is never answered; the bytes are kept",
    onScene(async ({ api, runOnce, start }) => {
      api.pending = [pending];
      api.answer = ({ path }) => (path.endsWith("/broadcast") ? new Promise(() => undefined) : undefined);
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_HTTP_TIMEOUT: "60" } });
      await until("a broadcast", () => api.broadcasts.length === 1);
      const sent = performance.now();
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(performance.now() - sent).toBeLessThan(10_000);
      api.answer = ({ path }) => (path.endsWith("/broadcast") ? Response.json({ txId: txid }) : undefined);
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      const payloads = api.broadcasts.map(({ body }) => (body as { txData: string }).txData);
      expect(payloads).toEqual([bitcoinPayment.txData, bitcoinPayment.txData]);
    }),
    25_000,
  );

  test(
    "starts nothing new: what was listed but not asked about stays for the next start",
    onScene(async ({ api, runOnce, start }) => {
      api.pending = Array.from({ length: 20 }, (_, number) => ethPayment(number + 1));
      api.fourEye = async () => {
        await Bun.sleep(300);
        return new Response("", { status: 200 });
      };
      const daemon = start(["--chain=ETH"]);
      await until("a question", () => api.to("/four-eye/").length === 1);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(api.broadcasts.length).toBeLessThanOrEqual(1);
      api.fourEye = () => new Response("", { status: 200 });
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toHaveLength(20);
    }),
  );

  test(
    "is no fault of the four-eye server: nothing is logged about it, and no wait begins",
    onScene(async ({ api, start }) => {
      api.pending = [pending];
      api.fourEye = () => new Promise(() => undefined);
      const first = start(["--chain=BTC", "--period=3"]);
      await until("a question", () => api.to("/four-eye/").length === 1);
      first.signal("SIGTERM");
      expect(await first.exited()).toBe(0);
      expect(first.log).not.toContain("unreachable");
      api.fourEye = () => new Response("", { status: 200 });
      const started = performance.now();
      const second = start(["--chain=BTC", "--period=3"]);
      await second.logged("Tx was processed");
      expect(performance.now() - started).toBeLessThan(2500);
    }),
  );
});
