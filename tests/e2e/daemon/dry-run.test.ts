/** `daemon --dry-run`: what would happen, in one line of JSON a transaction. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { onScene, until } from "./running-daemon.ts";
import { altered, bitcoinPayment, ethPayment, pendingId, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const { pending } = bitcoinPayment;

function lines(stdout: string): unknown[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

describe("a dry run", () => {
  test(
    "prints what would be signed, and signs, sends, reports and records nothing",
    onScene(async ({ api, installation, runOnce }) => {
      const before = readFileSync(installation.vaultPath);
      const { id } = ethPayment(1);
      api.pending = [
        ethPayment(1),
        altered(ethPayment(2), { serializedTransaction: "no JSON" }),
        altered(ethPayment(3), { hashes: ["99999999-0000-4000-8000-000000000001"] }),
        altered(ethPayment(4), { hashes: 1 }),
      ];
      const run = await runOnce(["--chain=ETH", "--dry-run"]);
      const about = { chain: "ETH", signatureIds: [walletIds.eth] };
      const printed = lines(run.stdout) as { id: string }[];
      expect(printed.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
        {
          ...about,
          id,
          approval: "approved",
          wouldSign: true,
          intents: [
            {
              kind: "transfer",
              to: "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5",
              amount: "1000000000000000000",
              asset: "ETH",
            },
            {},
          ],
        },
        { ...about, id: pendingId(2), approval: "not asked", wouldSign: false, intents: [] },
        { id: pendingId(3), wouldSign: false, reason: expect.stringContaining("Private key was not found") },
        { id: pendingId(4), wouldSign: false, reason: expect.stringContaining("it cannot be read") },
      ]);
      expect(run.status).toBe(75);
      expect(api.requests.map(({ path }) => path)).toEqual(["/v3/kms/pending/ETH", `/four-eye/${id}`]);
      expect(readFileSync(installation.vaultPath).equals(before)).toBe(true);
    }),
  );

  for (const [name, answer, approval] of [
    ["refused", () => new Response("", { status: 403 }), "refused"],
    ["does not answer", () => new Response("", { status: 503 }), "unreachable"],
  ] as const) {
    test(
      `says that the four-eye server ${name}`,
      onScene(async ({ api, runOnce }) => {
        api.pending = [pending];
        api.fourEye = answer;
        const run = await runOnce(["--chain=BTC", "--dry-run"]);
        expect(lines(run.stdout)).toMatchObject([{ id: pending.id, approval, wouldSign: false }]);
        expect(run.status).toBe(0);
      }),
    );
  }

  test(
    "says what stands in the journal",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      await runOnce(["--chain=BTC"]);
      const run = await runOnce(["--chain=BTC", "--dry-run"]);
      expect(lines(run.stdout)).toMatchObject([{ id: pending.id, wouldSign: false, reason: "it is done" }]);
    }),
  );

  test(
    "as a service prints each transaction once, beside a daemon that works, and ends on a signal",
    onScene(async (scene) => {
      const { api, start } = scene;
      api.fourEye = () => new Response("", { status: 404 });
      api.pending = [pending];
      const working = start(["--chain=BTC"]);
      await until("a poll", () => api.requests.length > 0);
      const dry = start(["--chain=BTC", "--dry-run"]);
      const before = api.to("/v3/kms/pending/").length;
      await until("20 polls", () => api.to("/v3/kms/pending/").length > before + 20);
      api.pending = [pending, altered(pending, { id: pendingId(7) })];
      await dry.logged(pendingId(7));
      dry.signal("SIGTERM");
      expect(await dry.exited()).toBe(0);
      expect(lines(dry.log)).toMatchObject([{ id: pending.id }, { id: pendingId(7) }]);
      working.signal("SIGTERM");
      expect(await working.exited()).toBe(0);
    }),
  );
});
