/** The daemon talks to the hosts it was configured for, and to nobody else. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { onScene } from "./running-daemon.ts";
import { altered, bitcoinPayment, ethPaymentWithoutNonce, pendingId } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

/** Everything a daemon with wallets of these chains may ask the API or the four-eye server. */
const allowed = [
  /^POST \/v3\/kms\/pending\/(BTC|ETH|LTC)$/,
  /^GET \/four-eye\/[0-9a-f]{24}$/,
  /^(GET|PUT) \/v3\/kms\/[0-9a-f]{24}(\/[0-9a-fx]{64,66})?$/,
  /^GET \/v3\/ethereum\/transaction\/count\/0x[0-9a-fA-F]{40}$/,
  /^GET \/v3\/bitcoin\/transaction\/[0-9a-f]{64}$/,
  /^GET \/v3\/ethereum\/transaction\/0x[0-9a-f]{64}$/,
  /^POST \/v3\/ethereum\/web3\/test-api-key$/,
  /^POST \/v3\/(bitcoin|ethereum)\/broadcast$/,
  /^POST \/v3\/tatum\/kms\/batch$/,
];

test(
  "every request of its cycles is one of the known ones; no redirect and no address in an answer is followed",
  onScene(async ({ api, runOnce }) => {
    let strays = 0;
    const stranger = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch() {
        strays++;
        return Response.json([]);
      },
    });
    const elsewhere = `http://127.0.0.1:${stranger.port}/`;
    const redirect = (): Response => new Response("", { status: 307, headers: { location: elsewhere } });
    try {
      api.pending = [
        bitcoinPayment.pending,
        ethPaymentWithoutNonce(1),
        altered(ethPaymentWithoutNonce(2), { url: elsewhere, externalUrl: elsewhere, id: pendingId(2) }),
      ];
      const counted = ({ path }: { path: string }): Response | undefined =>
        path.includes("/transaction/count/") ? Response.json(3) : undefined;
      const rounds: readonly (readonly [string, (path: string) => boolean])[] = [
        ["the poll", (path) => path.startsWith("/v3/kms/pending/")],
        ["the four-eye check", (path) => path.startsWith("/four-eye/")],
        ["the node", (path) => path.includes("/transaction/")],
        ["the broadcast", (path) => path.endsWith("/broadcast")],
        ["the question and the report", (path) => /^\/v3\/(kms\/[0-9a-f]{24}|tatum)/.test(path)],
        ["nothing", () => false],
      ];
      for (const [, isRedirected] of rounds) {
        api.answer = (request) => (isRedirected(request.path) ? redirect() : counted(request));
        await runOnce([], { env: { TATUM_RETRIES: "0" } });
      }
      const strange = api.requests
        .map(({ method, path }) => `${method} ${path}`)
        .filter((request) => !allowed.some((known) => known.test(request)));
      expect(strange).toEqual([]);
      expect(strays).toBe(0);
      expect(api.broadcasts.length).toBeGreaterThan(2);
    } finally {
      await stranger.stop(true);
    }
  }),
);
