/** How often the daemon has the disk keep what it writes: each commit is a wait for the disk. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { onScene, type RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { altered, bitcoinPayment, ethPayment, ethPaymentWithoutNonce, type Pending } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const PAYMENTS = 40;

/** A lease that is renewed every 20 minutes: no renewal is counted. */
const env = { TATUM_KMS_LEASE: "3600" };

/** SQLite counts its commits in the header of the file: https://sqlite.org/fileformat.html#file_change_counter */
function commitsOf({ installation }: Scene): number {
  const counter = Buffer.alloc(4);
  const file = openSync(installation.vaultPath, "r");
  readSync(file, counter, 0, counter.length, 24);
  closeSync(file);
  return counter.readUInt32BE();
}

async function polls({ api }: Scene, more: number): Promise<void> {
  const before = api.to("/v3/kms/pending/").length;
  await until(`${more} polls`, () => api.to("/v3/kms/pending/").length >= before + more);
}

/** A daemon that has its lease, and has begun to poll. */
async function polling(scene: Scene, chain: string): Promise<RunningDaemon> {
  const daemon = scene.start([`--chain=${chain}`], { env });
  await polls(scene, 3);
  return daemon;
}

/** What is listed until it was sent, as the API does it. */
function listUntilSent({ api }: Scene, pending: readonly Pending[]): void {
  api.pending = [...pending];
  api.answer = ({ path, body }) => {
    if (!path.endsWith("/broadcast")) return undefined;
    const { signatureId } = body as { readonly signatureId: string };
    api.pending = (api.pending as Pending[]).filter(({ id }) => id !== signatureId);
    return undefined;
  };
}

/** A private key of 32 bytes that is the number. */
function privateKey(number: number): string {
  return `0x${number.toString(16).padStart(64, "0")}`;
}

function signatureId(number: number): string {
  return `44444444-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** How often a single run has the disk sync a file or a folder. */
async function syncsOfRun({ installation, runOnce }: Scene): Promise<number> {
  const log = join(installation.home, "strace.log");
  const through = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", log];
  expect(await runOnce(["--chain=ETH"], { env, through })).toMatchObject({ status: 0 });
  // A call that waits stands on two lines.
  return readFileSync(log, "latin1").match(/ (fsync|fdatasync)\(/g)?.length ?? 0;
}

const numbers = Array.from({ length: PAYMENTS }, (_, at) => at + 1);
const manyWallets = Object.fromEntries(
  numbers.map((number) => [
    signatureId(number),
    { privateKey: privateKey(number), chain: "ETH", testnet: false },
  ]),
);

describe("the daemon commits", () => {
  test(
    "nothing while it polls and finds nothing",
    onScene(async (scene) => {
      await polling(scene, "ETH");
      const before = commitsOf(scene);
      await polls(scene, 10);
      expect(commitsOf(scene)).toBe(before);
    }),
  );

  test.each([
    { what: "a payment of outputs", chain: "BTC", pending: bitcoinPayment.pending },
    { what: "a payment with a nonce", chain: "ETH", pending: ethPayment(1) },
    { what: "a payment that gets its nonce here", chain: "ETH", pending: ethPaymentWithoutNonce(1) },
  ])("twice for $what: before it is sent, and when it is done", async ({ chain, pending }) =>
    onScene(async (scene) => {
      const daemon = await polling(scene, chain);
      const before = commitsOf(scene);
      listUntilSent(scene, [pending]);
      const own = scene.api.answer;
      scene.api.answer = (request) =>
        request.path.includes("/transaction/count/") ? Response.json(1) : own(request);
      await daemon.logged(`Tx was processed: ${pending.id}`);
      await polls(scene, 3);
      expect(commitsOf(scene) - before).toBe(2);
    })(),
  );

  test(
    "once for several payments that wait at the same time",
    onScene(async (scene) => {
      const daemon = await polling(scene, "ETH");
      const before = commitsOf(scene);
      const payments = numbers.map((number) =>
        altered(ethPayment(number), { hashes: [signatureId(number)] }),
      );
      listUntilSent(scene, payments);
      for (const { id } of payments) await daemon.logged(`Tx was processed: ${id}`);
      expect(scene.api.broadcasts).toHaveLength(PAYMENTS);
      // Alone they would cost two each.
      expect(commitsOf(scene) - before).toBeLessThan(2 * PAYMENTS - PAYMENTS / 4);
    }, manyWallets),
  );

  test(
    "with five syncs each, of the vault, of the rollback journal and of their folder",
    onScene(async (scene) => {
      // The first payment begins the journal.
      scene.api.pending = [ethPayment(1)];
      await syncsOfRun(scene);
      scene.api.pending = [];
      const without = await syncsOfRun(scene);
      const before = commitsOf(scene);
      scene.api.pending = [ethPayment(2)];
      const syncs = (await syncsOfRun(scene)) - without;
      // The lease is taken and given back in each run.
      expect({ syncs, commits: commitsOf(scene) - before }).toEqual({ syncs: 2 * 5, commits: 2 + 2 });
    }),
  );
});
