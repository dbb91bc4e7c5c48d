import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { onScene, until } from "./running-daemon.ts";
import { altered, ethPayment, ethPaymentWithoutNonce, pendingId } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const BATCH = "/v3/tatum/kms/batch";
const COUNT = "/v3/ethereum/transaction/count/";

/** A payment whose signing fails: the node refuses to tell the nonce, with this message. */
function refusedCount(message: string): () => Response {
  return () => Response.json({ statusCode: 403, errorCode: "eth.failed", message }, { status: 403 });
}

describe("a transaction that cannot be signed", () => {
  test(
    "is reported with its id and the cause, once, however often it is listed",
    onScene(async ({ api, start }) => {
      api.pending = [
        altered(ethPayment(1), { hashes: ["00000000-0000-4000-8000-000000000000"] }),
        ethPayment(2),
      ];
      const daemon = start(["--chain=ETH"]);
      await daemon.logged(`Tx was processed: ${pendingId(2)}`);
      // By then it was tried three times: after one period, two and four.
      const before = api.to("/v3/kms/pending/").length;
      await until("12 polls", () => api.to("/v3/kms/pending/").length > before + 12);
      expect(api.to(BATCH)).toHaveLength(1);
      expect(api.reported).toEqual([
        { signatureId: pendingId(1), error: expect.stringMatching(/^Error: Private key was not found\./) },
      ]);
    }),
  );

  test(
    "is reported once across restarts",
    onScene(async ({ api, runOnce }) => {
      api.pending = [altered(ethPayment(1), { hashes: [] })];
      await runOnce(["--chain=ETH"]);
      await runOnce(["--chain=ETH"]);
      expect(api.reported).toHaveLength(1);
    }),
  );

  test(
    "is reported again for another cause only",
    onScene(async ({ api, runOnce }) => {
      const causes = ["first", "first", "second", "first", "second", "third"];
      let round = 0;
      api.pending = [ethPaymentWithoutNonce(1)];
      api.answer = ({ path }) =>
        path.startsWith(COUNT) ? refusedCount(causes[round] as string)() : undefined;
      for (; round < causes.length; round++) await runOnce(["--chain=ETH"]);
      expect(api.reported.map(({ error }) => error.split(", ").at(-1))).toEqual(["first", "second", "third"]);
    }),
    20_000,
  );

  test(
    "is reported later when the API did not take the report",
    onScene(async ({ api, start }) => {
      let refused = 0;
      api.pending = [altered(ethPayment(1), { hashes: [] })];
      api.answer = ({ path }) =>
        path === BATCH && refused++ < 1 ? new Response("", { status: 400 }) : undefined;
      const daemon = start(["--chain=ETH"]);
      await daemon.logged("The API did not take the report");
      await until("a second report", () => api.to(BATCH).length >= 2);
      const before = api.to("/v3/kms/pending/").length;
      await until("12 polls", () => api.to("/v3/kms/pending/").length > before + 12);
      expect(api.to(BATCH)).toHaveLength(2);
    }),
  );

  test(
    "shares one report with the others of its round",
    onScene(async ({ api, runOnce }) => {
      api.pending = [1, 2, 3].map((number) => altered(ethPayment(number), { hashes: [] }));
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 75 });
      expect(api.to(BATCH)).toHaveLength(1);
      expect(api.reported.map(({ signatureId }) => signatureId)).toEqual([1, 2, 3].map(pendingId));
    }),
  );

  test(
    "among thousands is reported in parts that the API can take",
    onScene(async ({ api, runOnce }) => {
      // As long as each other, so that no two are the same.
      const ids = Array.from({ length: 1200 }, (_, number) => pendingId(0x1000 + number));
      api.answer = ({ path }) =>
        path === "/v3/kms/pending/ETH" ? Response.json(ids.map((id) => ({ id, chain: "ETH" }))) : undefined;
      await runOnce(["--chain=ETH"]);
      const sizes = api.to(BATCH).map(({ body }) => (body as { errors: unknown[] }).errors.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
      expect(api.reported.map(({ signatureId }) => signatureId)).toEqual(ids);
    }),
  );
});

describe("a cause that passes", () => {
  for (const [name, times, answer] of [
    ["a server error", 6, () => new Response("", { status: 502 })],
    [
      "an error of the API itself",
      6,
      () => Response.json({ statusCode: 500, message: "no" }, { status: 500 }),
    ],
    ["too many requests", 6, () => new Response("", { status: 429 })],
    ["a page instead of JSON", 2, () => new Response("<html>")],
  ] as const) {
    test(
      `such as ${name} is not reported; the transaction is signed when it has passed`,
      onScene(async ({ api, start }) => {
        let failures = 0;
        api.pending = [ethPaymentWithoutNonce(1)];
        api.answer = ({ path }) => {
          if (!path.startsWith(COUNT)) return undefined;
          return failures++ < times ? answer() : Response.json(7);
        };
        const env = { TATUM_RETRIES: "2", TATUM_KMS_REQUESTS_PER_SECOND: "0" };
        const daemon = start(["--chain=ETH"], { env });
        await daemon.logged(`Tx was processed: ${pendingId(1)}`);
        expect(api.to(BATCH)).toEqual([]);
      }),
      20_000,
    );
  }

  test(
    "with a Retry-After is not asked for again before",
    onScene(async ({ api, start }) => {
      const times: number[] = [];
      api.pending = [ethPaymentWithoutNonce(1)];
      api.answer = ({ path }) => {
        if (!path.startsWith(COUNT)) return undefined;
        times.push(performance.now());
        return times.length === 1
          ? new Response("", { status: 429, headers: { "retry-after": "2" } })
          : Response.json(7);
      };
      const daemon = start(["--chain=ETH"]);
      await daemon.logged(`Tx was processed: ${pendingId(1)}`);
      expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(1950);
    }),
  );
});
