/** Lists that are longer than what one round works on, or than one answer may be. */

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { onScene, until } from "./running-daemon.ts";
import { altered, ethPayment, ethPrivateKey, type Pending, pendingId, walletIds } from "./wallets.ts";

setDefaultTimeout(60_000);

const LIST = "/v3/kms/pending/ETH";

const others = [1, 2, 3, 4].map((number) => `55555555-0000-4000-8000-00000000000${number}`);

const wallets = Object.fromEntries([
  [walletIds.eth, { privateKey: ethPrivateKey, chain: "ETH", testnet: false }],
  ...others.map((id, number) => {
    const privateKey = `0x${(number + 1).toString(16).padStart(64, "0")}`;
    return [id, { privateKey, chain: "ETH", testnet: false }];
  }),
]);

const byOther = (payment: Pending, number: number): Pending =>
  altered(payment, { hashes: [others[number % others.length]] });

test("a payment behind ten thousand of other wallets that are denied is done", async () => {
  await onScene(async ({ api, start }) => {
    const good = ethPayment(1);
    const denied = Array.from({ length: 10_000 }, (_, number) =>
      altered(byOther(ethPayment(1000 + number), number), { id: `d${String(number).padStart(23, "0")}` }),
    );
    api.pending = [...denied, good];
    api.fourEye = ({ path }) => new Response("", { status: path.endsWith(good.id) ? 200 : 403 });
    start(["--chain=ETH", "--period=1"]);
    await until("the good payment", () => api.broadcasts.length > 0, 20_000);
    expect(api.broadcasts.map(({ body }) => (body as { signatureId: string }).signatureId)).toEqual([
      good.id,
    ]);
    expect(api.to(LIST).length).toBeLessThan(12);
  }, wallets)();
});

/** The names of a process's threads (https://man7.org/linux/man-pages/man5/proc_pid_comm.5.html). */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/comm`, "utf8").trim());
}

test("of many that wait at once most are signed by a second thread, and each is paid once", async () => {
  await onScene(async ({ api, start }) => {
    const payments = Array.from({ length: 160 }, (_, number) =>
      byOther(ethPayment(1000 + number, { nonce: 1 + Math.floor(number / others.length) }), number),
    );
    const few = payments.slice(0, 20);
    api.pending = few;
    const daemon = start(["--chain=ETH", "--period=1"]);
    await until("the few", () => api.broadcasts.length === few.length);
    expect(threadsOf(daemon.pid)).not.toContain("Worker");
    api.pending = payments;
    await until("the many", () => api.broadcasts.length >= payments.length, 40_000);
    expect(threadsOf(daemon.pid).includes("Worker")).toBe(availableParallelism() > 1);
    const paid = api.broadcasts.map(({ body }) => (body as { signatureId: string }).signatureId);
    expect(paid.sort()).toEqual(payments.map(({ id }) => id).sort());
    const contents = api.broadcasts.map(({ body }) => (body as { txData: string }).txData);
    expect(new Set(contents).size).toBe(payments.length);
  }, wallets)();
});

test("a list of 35 MB is asked for in parts, and all of it is done", async () => {
  await onScene(async ({ api, start }) => {
    const padding = "x".repeat(3_500_000);
    const payments = Array.from({ length: 10 }, (_, number) =>
      altered(byOther(ethPayment(1 + number, { nonce: 1 + number }), number), { padding }),
    );
    api.answer = ({ path, body }) => {
      if (path !== LIST) return undefined;
      const { signatureIds } = body as { signatureIds: readonly string[] };
      return Response.json(payments.filter(({ hashes }) => hashes.some((id) => signatureIds.includes(id))));
    };
    const daemon = start(["--chain=ETH", "--period=1"]);
    for (const number of payments.keys()) await daemon.logged(`Tx was processed: ${pendingId(1 + number)}`);
    expect(api.broadcasts).toHaveLength(10);
    const sizes = api.to(LIST).map(({ body }) => (body as { signatureIds: string[] }).signatureIds.length);
    // What was found once is not tried again with every poll.
    expect(sizes.filter((size) => size === 5).length).toBeLessThan(3);
  }, wallets)();
});
