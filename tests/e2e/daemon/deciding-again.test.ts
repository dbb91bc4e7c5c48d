/** `job reopen`, `job resend`, `job resolve --as=changed`, and decisions about many jobs at once. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { TerminalRun } from "../command-line/terminal.ts";
import type { Run } from "../executable.ts";
import { onScene, payloadOf, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPaymentWithoutNonce, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const payment = ethPaymentWithoutNonce(1);
const { id } = payment;
const QUESTION = `/v3/kms/${id}`;
const FIRST_NONCE = 3;
/** The same id with what another payment is of. */
const changed = { ...ethPaymentWithoutNonce(7), id };

const job = (scene: Scene, ...args: string[]): Promise<Run> =>
  scene.installation.run(["job", ...args], { env: scene.api.env });

interface ShownJob {
  readonly id: string;
  readonly state: string;
  readonly transactionId: string;
}

async function show(scene: Scene, which = id): Promise<ShownJob> {
  return JSON.parse((await job(scene, "show", which)).stdout) as ShownJob;
}

const node = ({ path }: { path: string }): Response | undefined =>
  path.includes("/transaction/count/") ? Response.json(FIRST_NONCE) : undefined;

const missing = (): Response =>
  Response.json({ statusCode: 403, errorCode: "kms.missing", message: "No such" }, { status: 403 });

/** As if nothing had been sent for an hour. */
function anHourLater({ installation }: Scene): void {
  const database = new Sqlite(installation.vaultPath);
  database.run("UPDATE job SET updated_at = updated_at - 3600000");
  database.close();
}

/** A job that the four-eye server denied: nothing was signed. */
async function deniedJob(scene: Scene): Promise<void> {
  const { api } = scene;
  api.answer = node;
  api.pending = [payment];
  api.fourEye = () => new Response("", { status: 404 });
  await scene.runOnce(["--chain=ETH"]);
  api.fourEye = () => new Response("");
}

/** A job that waits for a person, with bytes that nobody took. */
async function parkedJob(scene: Scene): Promise<ShownJob> {
  const { api } = scene;
  api.pending = [payment];
  api.answer = (request) => {
    if (request.path === QUESTION) return missing();
    return request.path.endsWith("/broadcast") ? new Response("", { status: 500 }) : node(request);
  };
  await scene.runOnce(["--chain=ETH"]);
  api.pending = [];
  await scene.runOnce(["--chain=ETH"]);
  api.pending = [payment];
  api.answer = node;
  api.requests.length = 0;
  anHourLater(scene);
  const parked = await show(scene);
  expect(parked.state).toBe("parked");
  return parked;
}

async function doneJob(scene: Scene): Promise<string> {
  const { api } = scene;
  api.answer = node;
  api.pending = [payment];
  expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
  const [sent] = api.broadcasts;
  api.requests.length = 0;
  return payloadOf(sent);
}

const landed = ({ path }: { path: string }, transactionId: string): Response | undefined =>
  path === `/v3/ethereum/transaction/${transactionId}`
    ? Response.json({ hash: transactionId, status: true })
    : undefined;

const unclear = ({ path }: { path: string }): Response | undefined =>
  path.startsWith("/v3/ethereum/transaction/0x") ? new Response("", { status: 500 }) : undefined;

describe("job reopen", () => {
  test(
    "takes a job up again that was ended before it was signed",
    onScene(async (scene) => {
      await deniedJob(scene);
      expect(await job(scene, "reopen", id)).toMatchObject({ status: 64 });
      await job(scene, "resolve", id, "--as=failed");
      expect(JSON.parse((await job(scene, "reopen", id)).stdout)).toMatchObject({ state: "seen" });
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(scene.api.broadcasts).toHaveLength(1);
      expect(await show(scene)).toMatchObject({ state: "done" });
    }),
  );

  test(
    "has one with signed bytes signed anew with the number that they had, when they are named and have not landed",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      await job(scene, "resolve", id, "--as=failed");
      const confirm = `--confirm=${transactionId}`;
      expect(await job(scene, "reopen", id)).toMatchObject({ status: 64 });
      api.answer = (request) => landed(request, transactionId);
      expect(await job(scene, "reopen", id, confirm)).toMatchObject({ status: 64 });
      api.answer = unclear;
      expect(await job(scene, "reopen", id, confirm)).toMatchObject({ status: 69 });
      api.answer = ({ path }) => (path === QUESTION ? missing() : undefined);
      expect(await job(scene, "reopen", id, confirm)).toMatchObject({ status: 64 });
      expect(await show(scene)).toMatchObject({ state: "cancelled", transactionId });
      api.answer = node;
      expect(JSON.parse((await job(scene, "reopen", id, confirm)).stdout)).toMatchObject({
        state: "seen",
        released: [transactionId],
      });
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(await show(scene)).toMatchObject({ state: "done", sequence: "3" });
    }),
  );

  test(
    "is refused when the number of the bytes is another payment's by now",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      await job(scene, "resolve", id, "--as=failed");
      api.pending = [ethPaymentWithoutNonce(2)];
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      api.pending = [payment];
      const refused = await job(scene, "reopen", id, `--confirm=${transactionId}`);
      expect(refused).toMatchObject({ status: 74, stderr: expect.stringContaining("its number 3") });
      expect(await show(scene)).toMatchObject({ state: "cancelled" });
    }),
  );
});

describe("job resend", () => {
  test(
    "sends the bytes of a done job again, the same ones, and signs nothing",
    onScene(async (scene) => {
      const { api } = scene;
      const payload = await doneJob(scene);
      const before = await show(scene);
      const run = await job(scene, "resend", id);
      expect(run.status).toBe(0);
      expect(api.broadcasts.map(payloadOf)).toEqual([payload]);
      expect(api.to("/four-eye/")).toEqual([]);
      expect(await show(scene)).toEqual(before);
    }),
  );

  test(
    "sends nothing that the network has, that was paid by something else, or of which that is unclear",
    onScene(async (scene) => {
      const { api } = scene;
      await doneJob(scene);
      const { transactionId } = await show(scene);
      api.answer = (request) => landed(request, transactionId);
      expect(await job(scene, "resend", id)).toMatchObject({ status: 64 });
      api.answer = ({ path }) =>
        path === QUESTION ? Response.json({ ...payment, txId: `0x${"ab".repeat(32)}` }) : undefined;
      expect(await job(scene, "resend", id)).toMatchObject({ status: 64 });
      api.answer = ({ path }) => (path === QUESTION ? new Response("", { status: 500 }) : undefined);
      expect(await job(scene, "resend", id)).toMatchObject({ status: 69 });
      api.answer = ({ path }) => (path === QUESTION ? missing() : undefined);
      expect(await job(scene, "resend", id)).toMatchObject({ status: 64 });
      expect(api.broadcasts).toEqual([]);
    }),
  );

  test(
    "tells a refusal, and is refused for a job without bytes, or one that was ended",
    onScene(async (scene) => {
      const { api } = scene;
      await deniedJob(scene);
      expect(await job(scene, "resend", id)).toMatchObject({ status: 64 });
      await job(scene, "resolve", id, "--as=failed");
      expect(await job(scene, "resend", id)).toMatchObject({ status: 64 });
      await job(scene, "reopen", id);
      await scene.runOnce(["--chain=ETH"]);
      api.answer = ({ path }) =>
        path.endsWith("/broadcast")
          ? Response.json(
              { statusCode: 403, errorCode: "eth.broadcast.failed", message: "no" },
              { status: 403 },
            )
          : undefined;
      expect(await job(scene, "resend", id)).toMatchObject({ status: 69 });
      expect(await show(scene)).toMatchObject({ state: "done" });
    }),
  );
});

describe("job resolve --as=changed", () => {
  test(
    "has the content approved and signed that the API lists now",
    onScene(async (scene) => {
      const { api } = scene;
      await deniedJob(scene);
      expect(await job(scene, "resolve", id, "--as=changed")).toMatchObject({ status: 64 });
      api.pending = [changed];
      await scene.runOnce(["--chain=ETH"]);
      expect(api.broadcasts).toEqual([]);
      expect(JSON.parse((await job(scene, "resolve", id, "--as=changed")).stdout)).toMatchObject({
        state: "seen",
      });
      api.requests.length = 0;
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.to("/four-eye/")).toHaveLength(1);
      expect(api.broadcasts).toHaveLength(1);
      expect(await show(scene)).toMatchObject({ state: "done" });
    }),
  );

  test(
    "of a signed job needs the same as signing anew, and uses the number that the old bytes had",
    onScene(async (scene) => {
      const { api } = scene;
      const { transactionId } = await parkedJob(scene);
      api.pending = [changed];
      const confirm = `--confirm=${transactionId}`;
      expect(await job(scene, "resolve", id, "--as=changed")).toMatchObject({ status: 64 });
      api.answer = unclear;
      expect(await job(scene, "resolve", id, "--as=changed", confirm)).toMatchObject({ status: 69 });
      api.answer = (request) => landed(request, transactionId);
      expect(await job(scene, "resolve", id, "--as=changed", confirm)).toMatchObject({ status: 64 });
      expect(await show(scene)).toMatchObject({ state: "parked", transactionId });
      api.answer = node;
      expect(await job(scene, "resolve", id, "--as=changed", confirm)).toMatchObject({ status: 0 });
      expect(await scene.runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(await show(scene)).toMatchObject({ state: "done", sequence: "3", released: [transactionId] });
    }),
  );

  test(
    "is refused for bytes with no number, which could land beside the others",
    onScene(async (scene) => {
      const { api } = scene;
      api.pending = [bitcoinPayment.pending];
      api.answer = ({ path }) =>
        path.endsWith("/broadcast") ? new Response("", { status: 500 }) : undefined;
      await scene.runOnce(["--chain=BTC"]);
      const args = ["resolve", bitcoinPayment.pending.id, "--as=changed", `--confirm=${bitcoinPayment.txid}`];
      expect(await job(scene, ...args)).toMatchObject({ status: 64 });
      expect(await show(scene, bitcoinPayment.pending.id)).toMatchObject({ state: "sent" });
    }),
  );
});

describe("many jobs at once", () => {
  /** Two denied jobs of ETH, and a sent one of BTC. */
  async function threeJobs(scene: Scene): Promise<void> {
    const { api } = scene;
    api.answer = (request) =>
      request.path.endsWith("/broadcast") ? new Response("", { status: 500 }) : node(request);
    api.pending = [bitcoinPayment.pending];
    await scene.runOnce(["--chain=BTC"]);
    api.fourEye = () => new Response("", { status: 404 });
    api.pending = [payment, ethPaymentWithoutNonce(2)];
    await scene.runOnce(["--chain=ETH"]);
  }
  const ids = ({ stdout }: Run): string[] =>
    (JSON.parse(stdout) as ShownJob[]).map((shown) => shown.id).sort();
  const ethIds = [id, ethPaymentWithoutNonce(2).id].sort();

  test(
    "are those that the options leave",
    onScene(async (scene) => {
      await threeJobs(scene);
      expect(ids(await job(scene, "retry", "--all"))).toHaveLength(3);
      expect(ids(await job(scene, "retry", "--all", "--state=denied"))).toEqual(ethIds);
      expect(ids(await job(scene, "retry", "--all", "--chain=ETH"))).toEqual(ethIds);
      expect(ids(await job(scene, "retry", "--all", `--wallets=${walletIds.eth}`))).toEqual(ethIds);
      expect(ids(await job(scene, "list", "--wallets=other"))).toEqual([]);
      expect(ids(await job(scene, "retry", "--all", "--older-than=1h"))).toEqual([]);
      const wrong = [
        ["retry"],
        ["retry", "--all", id],
        ["retry", id, "--chain=ETH"],
        ["resolve", "--as=failed"],
      ];
      for (const args of wrong) expect(await job(scene, ...args)).toMatchObject({ status: 64 });
      expect(await job(scene, "resolve", "--all", "--as=done", "--tx-id=x")).toMatchObject({ status: 64 });
    }),
  );

  test(
    "are ended each by the checks of a single one; what is refused is told beside what was done",
    onScene(async (scene) => {
      const { api } = scene;
      await threeJobs(scene);
      await job(scene, "retry", "--all");
      api.answer = ({ path }) => (path === QUESTION ? new Response("", { status: 500 }) : undefined);
      const run = await job(scene, "resolve", "--all", "--as=failed", "--chain=ETH");
      expect(run.status).toBe(75);
      const results = JSON.parse(run.stdout) as { id: string; state?: string; error?: string }[];
      expect(results.find((result) => result.id === id)?.error).toContain("does not tell");
      expect(results.find((result) => result.id !== id)?.state).toBe("cancelled");
      expect(await show(scene)).toMatchObject({ state: "denied" });
    }),
  );

  test(
    "are shown in a table at a terminal, with a question",
    onScene(async (scene) => {
      await threeJobs(scene);
      const env = { ...scene.api.env, TATUM_KMS_PASSWORD: scene.installation.password };
      const args = ["job", "resolve", "--all", "--as=failed", "--chain=ETH"];
      for (const [answer, status, state] of [
        ["no\r", 77, "denied"],
        ["\u0004", 78, "denied"],
        ["yes\r", 0, "cancelled"],
      ] as const) {
        const run = new TerminalRun(scene.installation, args, { env });
        await run.shows("TRANSACTION");
        await run.shows("These 2 jobs are going to be ended");
        await run.shows("Go on? (yes or no): ");
        for (const each of ethIds) expect(run.screen).toContain(each);
        run.type(answer);
        expect(await run.ended()).toBe(status);
        expect(await show(scene)).toMatchObject({ state });
      }
    }),
  );
});

test(
  "a job is shown with whether its wallets are there, and a daemon for its chain",
  onScene(async (scene) => {
    await deniedJob(scene);
    expect(await show(scene)).toMatchObject({ hasWallets: true, hasDaemon: false });
    const daemon = scene.start(["--chain=ETH"]);
    await until("a poll of the daemon", () => scene.api.to("/v3/kms/pending/ETH").length > 1);
    expect(await show(scene)).toMatchObject({ hasDaemon: true });
    await daemon.kill();
    expect(await show(scene)).toMatchObject({ hasDaemon: false });
    await scene.installation.run(["removewallet", walletIds.eth]);
    expect(await show(scene)).toMatchObject({ hasWallets: false });
  }),
);
