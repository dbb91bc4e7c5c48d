/** `job resolve`: what a person decides about a job that is stuck. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Run } from "../executable.ts";
import { onScene, payloadOf, type Scene } from "./running-daemon.ts";
import { bitcoinPayment, ethPaymentWithoutNonce } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const payment = ethPaymentWithoutNonce(1);
const { id } = payment;
const OTHER = `0x${"ab".repeat(32)}`;
const QUESTION = `/v3/kms/${id}`;

const missing = () =>
  Response.json({ statusCode: 403, errorCode: "kms.missing", message: "No such" }, { status: 403 });

interface ShownJob {
  readonly state: string;
  readonly transactionId: string;
  readonly txId?: string;
}

async function show({ installation }: Scene): Promise<ShownJob> {
  return JSON.parse((await installation.run(["job", "show", id])).stdout) as ShownJob;
}

const resolve = ({ api, installation }: Scene, ...args: string[]): Promise<Run> =>
  installation.run(["job", "resolve", id, ...args], { env: api.env });

/** Nonces that the network counted. */
let counted: number;

function node({ path }: { path: string }): Response | undefined {
  return path.includes("/transaction/count/") ? Response.json(counted) : undefined;
}

/** A job whose bytes the node refused so often that it waits for a person; nothing was sent for an hour. */
async function parkedJob(scene: Scene): Promise<ShownJob> {
  const { api, runOnce, installation } = scene;
  counted = 3;
  api.pending = [payment];
  api.answer = (request) => {
    if (request.path === QUESTION) return missing();
    return request.path.endsWith("/broadcast") ? new Response("", { status: 500 }) : node(request);
  };
  await runOnce(["--chain=ETH"]);
  api.pending = [];
  await runOnce(["--chain=ETH"]);
  api.pending = [payment];
  api.answer = node;
  api.requests.length = 0;
  const database = new Sqlite(installation.vaultPath);
  database.run("UPDATE job SET updated_at = updated_at - 3600000");
  database.close();
  const job = await show(scene);
  expect(job.state).toBe("parked");
  return job;
}

describe("as done", () => {
  test(
    "closes the job and tells the API under which transaction",
    onScene(async (scene) => {
      await parkedJob(scene);
      const run = await resolve(scene, "--as=done", `--tx-id=${OTHER}`);
      expect(run.status).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({ state: "done", txId: OTHER });
      const { api } = scene;
      expect(api.requests.filter(({ method }) => method === "PUT")).toMatchObject([
        { path: `${QUESTION}/${OTHER}` },
      ]);
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
    }),
  );

  test(
    "is refused when the API has it completed under another id, and changes nothing when the API does not answer",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      api.answer = ({ path }) =>
        path === QUESTION ? Response.json({ ...payment, txId: transactionId }) : undefined;
      expect(await resolve(scene, "--as=done", `--tx-id=${OTHER}`)).toMatchObject({
        status: 64,
        stderr: expect.stringContaining(transactionId),
      });
      api.answer = () => new Response("", { status: 500 });
      expect(await resolve(scene, "--as=done", `--tx-id=${OTHER}`)).toMatchObject({ status: 69 });
      expect(await show(scene)).toMatchObject({ state: "parked" });
    }),
  );

  for (const txId of ["", "..", "a b", "x".repeat(600)]) {
    test(
      `refuses the transaction id ${JSON.stringify(txId.slice(0, 10))}`,
      onScene(async (scene) => {
        expect(await resolve(scene, "--as=done", `--tx-id=${txId}`)).toMatchObject({ status: 64 });
      }),
    );
  }
});

describe("as failed", () => {
  test(
    "ends the job for good: it is reported, and neither signed nor sent any more",
    onScene(async (scene) => {
      const { api, installation } = scene;
      const parked = await parkedJob(scene);
      const run = await resolve(scene, "--as=failed");
      expect(JSON.parse(run.stdout)).toMatchObject({ state: "cancelled" });
      expect(api.reported).toEqual([
        {
          signatureId: id,
          error: `Error: An operator ended the transaction; it was signed as ${parked.transactionId}, and that is not sent any more.`,
        },
      ]);
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
      expect(api.to("/four-eye/")).toEqual([]);
      expect(await installation.run(["job", "retry", id])).toMatchObject({ status: 64 });
      const { transactionId } = await show(scene);
      expect(await resolve(scene, "--as=resign", `--confirm=${transactionId}`)).toMatchObject({ status: 64 });
    }),
  );

  test(
    "ends a job that was never signed",
    onScene(async (scene) => {
      const { api } = scene;
      counted = 3;
      api.answer = node;
      api.pending = [payment];
      api.fourEye = () => new Response("", { status: 404 });
      await scene.runOnce(["--chain=ETH"]);
      expect(await resolve(scene, "--as=failed")).toMatchObject({ status: 0 });
      expect(api.reported.map(({ error }) => error)).toEqual([
        "Error: An operator ended the transaction; it will not be signed.",
      ]);
      api.fourEye = () => new Response("");
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
    }),
  );

  test(
    "is refused when the API has the transaction as completed",
    onScene(async (scene) => {
      await parkedJob(scene);
      scene.api.answer = ({ path }) =>
        path === QUESTION ? Response.json({ ...payment, txId: OTHER }) : undefined;
      expect(await resolve(scene, "--as=failed")).toMatchObject({
        status: 64,
        stderr: expect.stringContaining(`--as=done --tx-id=${OTHER}`),
      });
      expect(await show(scene)).toMatchObject({ state: "parked" });
    }),
  );
});

describe("job resolve as resign", () => {
  test(
    "needs the transaction id of the bytes that are given up",
    onScene(async (scene) => {
      const { transactionId } = await parkedJob(scene);
      for (const confirm of [[], [`--confirm=${OTHER}`], ["--confirm=yes"]]) {
        const run = await resolve(scene, "--as=resign", ...confirm);
        expect(run).toMatchObject({ status: 64, stderr: expect.stringContaining(transactionId) });
      }
      expect(await show(scene)).toMatchObject({ state: "parked", transactionId });
    }),
  );

  test(
    "has the transaction approved and signed anew, and frees its nonce",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      const run = await resolve(scene, "--as=resign", `--confirm=${transactionId}`);
      expect(run.status).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({ state: "seen", released: [transactionId] });
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.to("/four-eye/")).toHaveLength(1);
      expect(api.broadcasts).toHaveLength(1);
      const job = await show(scene);
      expect(job).toMatchObject({ state: "done", sequence: "3" });
      expect(payloadOf(api.broadcasts[0])).not.toBe("");
    }),
  );

  test(
    "signs nothing when the old bytes turn out to have landed after all",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      await resolve(scene, "--as=resign", `--confirm=${transactionId}`);
      api.requests.length = 0;
      api.answer = ({ path }) =>
        path === QUESTION ? Response.json({ ...payment, txId: transactionId }) : undefined;
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
      expect(await show(scene)).toMatchObject({ state: "done", txId: transactionId });
    }),
  );

  test(
    "of a job that is still being sent has the daemon leave it alone first, and waits",
    onScene(async (scene) => {
      const { api, installation } = scene;
      api.pending = [bitcoinPayment.pending];
      api.answer = ({ path }) =>
        path.endsWith("/broadcast") ? new Response("", { status: 500 }) : undefined;
      await scene.runOnce(["--chain=BTC"]);
      const args = ["job", "resolve", bitcoinPayment.pending.id, "--as=resign"];
      const child = installation.start([...args, `--confirm=${bitcoinPayment.txid}`], { env: api.env });
      const reader = child.stderr.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toContain("Waiting 121 s");
      child.kill();
      await child.exited;
      const { stdout } = await installation.run(["job", "show", bitcoinPayment.pending.id]);
      expect(JSON.parse(stdout)).toMatchObject({ state: "parked", transactionId: bitcoinPayment.txid });
    }),
  );
});

/** What the API and its node say of the bytes when a decision is made about them. */
const NODE = "/v3/ethereum/web3/";
type Answering = (transactionId: string, path: string) => Response | undefined;

const refusals: readonly (readonly [reason: string, status: number, answer: Answering])[] = [
  [
    "the API has it as completed",
    64,
    (transactionId, path) =>
      path === QUESTION ? Response.json({ ...payment, txId: transactionId }) : undefined,
  ],
  [
    "the API does not answer",
    69,
    (_, path) => (path === QUESTION ? new Response("", { status: 500 }) : undefined),
  ],
  [
    "the network has the transaction",
    64,
    (transactionId, path) =>
      path === `/v3/ethereum/transaction/${transactionId}`
        ? Response.json({ hash: transactionId, status: true })
        : undefined,
  ],
  [
    "a node has the transaction in its pool",
    64,
    (hash, path) =>
      path.startsWith(NODE) ? Response.json({ id: 1, result: { hash, blockHash: null } }) : undefined,
  ],
  [
    "the API does not tell whether the network has it",
    69,
    (transactionId, path) =>
      path === `/v3/ethereum/transaction/${transactionId}` ? new Response("", { status: 500 }) : undefined,
  ],
  [
    "the node does not tell whether the network has it",
    69,
    (_, path) => (path.startsWith(NODE) ? new Response("", { status: 500 }) : undefined),
  ],
];

for (const [reason, status, answer] of refusals) {
  test(
    `neither decision about signed bytes is made when ${reason}`,
    onScene(async (scene) => {
      const { transactionId } = await parkedJob(scene);
      scene.api.answer = ({ path }) => answer(transactionId, path);
      expect(await resolve(scene, "--as=failed")).toMatchObject({ status });
      expect(await resolve(scene, "--as=resign", `--confirm=${transactionId}`)).toMatchObject({ status });
      expect(await show(scene)).toMatchObject({ state: "parked", transactionId });
      expect(scene.api.reported).toEqual([]);
    }),
  );
}

test(
  "a job is not signed anew when the API does not know it any more",
  onScene(async (scene) => {
    const { transactionId } = await parkedJob(scene);
    scene.api.answer = ({ path }) => (path === QUESTION ? missing() : undefined);
    expect(await resolve(scene, "--as=resign", `--confirm=${transactionId}`)).toMatchObject({ status: 64 });
    expect(await show(scene)).toMatchObject({ state: "parked", transactionId });
  }),
);

describe("a person who knows that the bytes cannot land", () => {
  const silent: Answering = (transactionId, path) =>
    path === `/v3/ethereum/transaction/${transactionId}` ? new Response("", { status: 500 }) : undefined;

  test(
    "ends the job with their transaction id, also while the network cannot be asked",
    onScene(async (scene) => {
      const { transactionId } = await parkedJob(scene);
      scene.api.answer = ({ path }) => silent(transactionId, path);
      const refused = await resolve(scene, "--as=failed");
      expect(refused.stderr).toContain(`--as=failed --confirm=${transactionId}`);
      expect(await resolve(scene, "--as=failed", `--confirm=${OTHER}`)).toMatchObject({ status: 64 });
      expect(await resolve(scene, "--as=failed", `--confirm=${transactionId}`)).toMatchObject({ status: 0 });
      expect(await show(scene)).toMatchObject({ state: "cancelled", transactionId });
    }),
  );

  test(
    "cannot end it while the network has them",
    onScene(async (scene) => {
      const { transactionId } = await parkedJob(scene);
      scene.api.answer = ({ path }) =>
        path === `/v3/ethereum/transaction/${transactionId}`
          ? Response.json({ hash: transactionId })
          : undefined;
      expect(await resolve(scene, "--as=failed", `--confirm=${transactionId}`)).toMatchObject({ status: 64 });
    }),
  );
});

describe("wrong words", () => {
  for (const args of [[], ["--as=yes"], ["--as=failed", "--tx-id=1"], ["--as=done", "--confirm=1"]]) {
    test(
      `are refused: ${args.join(" ") || "no decision"}`,
      onScene(async (scene) => {
        expect(await resolve(scene, ...args)).toMatchObject({ status: 64 });
      }),
    );
  }

  test(
    "are refused for an unknown job",
    onScene(async (scene) => {
      expect(await resolve(scene, "--as=failed")).toMatchObject({ status: 66 });
    }),
  );
});
