/** What happens to the vault's file and disk under a running daemon: nothing is signed that cannot be recorded. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RecordedRequest } from "../stand-in-api.ts";
import { onScene, payloadOf, type RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const { pending, txData } = bitcoinPayment;

/** Only root can mount a small disk. */
const isRoot = process.getuid?.() === 0;

function run(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
}

/** Runs a test on a scene whose vault lies on a disk of 1 MiB. */
function onSmallDisk(work: (scene: Scene, disk: string) => Promise<void>): () => Promise<void> {
  return onScene(async (scene) => {
    const { vaultPath } = scene.installation;
    const disk = dirname(vaultPath);
    const vault = readFileSync(vaultPath);
    run("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", disk);
    try {
      writeFileSync(vaultPath, vault, { mode: 0o600 });
      await work(scene, disk);
    } finally {
      // A daemon may still have the file open.
      run("umount", "--lazy", disk);
    }
  });
}

/** Waits until the daemon went on for a while. */
async function severalRounds({ api }: Scene): Promise<void> {
  const before = api.requests.length;
  await until("15 more requests", () => api.requests.length > before + 15);
}

function count(text: string, { log }: RunningDaemon): number {
  return log.split(text).length - 1;
}

describe("a disk that is full", () => {
  test.skipIf(!isRoot)(
    "is told once; nothing is signed or sent, and the daemon goes on when there is room again",
    onSmallDisk(async (scene, disk) => {
      const { api, start } = scene;
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_LEASE: "60" } });
      await until("a poll", () => api.requests.length > 0);
      const filler = join(disk, "filler");
      writeFileSync(filler, Buffer.alloc(statfsSync(disk).bavail * statfsSync(disk).bsize));
      api.pending = [pending];
      await daemon.logged("the disk is full");
      await severalRounds(scene);
      expect(count("the disk is full", daemon)).toBe(1);
      expect(count("Nothing is signed until that is mended", daemon)).toBe(1);
      expect(api.broadcasts).toEqual([]);
      expect(api.reported).toEqual([]);
      rmSync(filler);
      await daemon.logged("Tx was processed");
      expect(api.broadcasts.map(payloadOf)).toEqual([txData]);
    }),
  );

  test.skipIf(!isRoot)(
    "after the signature was approved: nothing unrecorded is sent",
    onSmallDisk(async (scene, disk) => {
      const { api, start } = scene;
      const filler = join(disk, "filler");
      let isFull = false;
      api.fourEye = () => {
        if (!isFull) writeFileSync(filler, Buffer.alloc(statfsSync(disk).bavail * statfsSync(disk).bsize));
        isFull = true;
        return new Response("");
      };
      api.pending = [pending];
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_LEASE: "60" } });
      await daemon.logged("the disk is full");
      await severalRounds(scene);
      expect(api.broadcasts).toEqual([]);
      rmSync(filler);
      await daemon.logged("Tx was processed");
      expect(api.broadcasts.map(payloadOf)).toEqual([txData]);
    }),
  );
});

describe("a disk that is read-only", () => {
  test.skipIf(!isRoot)(
    "is told once; nothing is asked, signed or sent",
    onSmallDisk(async ({ api, start }, disk) => {
      run("mount", "-o", "remount,ro", disk);
      api.pending = [pending];
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_LEASE: "0.2" } });
      await daemon.logged("The vault cannot be written");
      await Bun.sleep(1500);
      expect(count("The vault cannot be written", daemon)).toBe(1);
      expect(api.requests).toEqual([]);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    }),
  );
});

describe("a vault file that is taken away under the daemon", () => {
  test(
    "is told once; nothing is signed, and the daemon goes on when the file is back",
    onScene(async (scene) => {
      const { api, installation, start } = scene;
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_LEASE: "60" } });
      await until("a poll", () => api.requests.length > 0);
      const elsewhere = `${installation.vaultPath}.elsewhere`;
      renameSync(installation.vaultPath, elsewhere);
      api.pending = [pending];
      await daemon.logged("was removed or replaced while it was open");
      await Bun.sleep(1500);
      expect(count("Nothing is signed until that is mended", daemon)).toBe(1);
      expect(api.broadcasts).toEqual([]);
      renameSync(elsewhere, installation.vaultPath);
      await daemon.logged("Tx was processed");
      expect(api.broadcasts.map(payloadOf)).toEqual([txData]);
    }),
  );

  test(
    "and replaced by a copy: nothing is signed on either",
    onScene(async ({ api, installation, start }) => {
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_LEASE: "60" } });
      await until("a poll", () => api.requests.length > 0);
      const copy = `${installation.vaultPath}.copy`;
      copyFileSync(installation.vaultPath, copy);
      renameSync(copy, installation.vaultPath);
      api.pending = [pending];
      await daemon.logged("was removed or replaced while it was open");
      await Bun.sleep(1500);
      expect(api.broadcasts).toEqual([]);
    }),
  );
});

function signatureIdOf({ body }: RecordedRequest): string {
  return (body as { readonly signatureId: string }).signatureId;
}

describe("an older state of the vault that is copied over the file under the daemon", () => {
  /** As `cp` does it: into the same file, which the daemon has open; but between two of its transactions. */
  function copyOver(path: string, older: Buffer): void {
    const database = new Sqlite(path);
    database.run("PRAGMA busy_timeout = 10000");
    database.run("BEGIN EXCLUSIVE");
    writeFileSync(path, older);
    database.close();
  }

  /** A daemon for two chains that has sent a payment; then the state before it is back. */
  async function turnedBack({ api, installation, start }: Scene, lease: string): Promise<RunningDaemon> {
    api.pending = [ethPayment(1)];
    const daemon = start(["--chain=BTC,ETH"], { env: { TATUM_KMS_LEASE: lease } });
    await daemon.logged(`Tx was processed: ${ethPayment(1).id}`);
    const older = readFileSync(installation.vaultPath);
    api.pending = [ethPayment(1), ethPayment(2)];
    await daemon.logged(`Tx was processed: ${ethPayment(2).id}`);
    copyOver(installation.vaultPath, older);
    return daemon;
  }

  test.each([
    { what: "between two renewals of its lease", lease: "3600" },
    { what: "while its lease is renewed all the time", lease: "0.2" },
  ])("stops all chains, as an error: $what", async ({ lease }) =>
    onScene(async (scene) => {
      const { api } = scene;
      const daemon = await turnedBack(scene, lease);
      api.pending = [pending, ethPayment(1), ethPayment(2), ethPayment(3)];
      expect(await daemon.exited()).toBe(65);
      expect(daemon.log).toContain('"code":"ROLLED_BACK"');
      const sent = api.broadcasts.map(signatureIdOf);
      expect(sent.filter((id) => id !== pending.id)).toEqual([ethPayment(1).id, ethPayment(2).id]);
      expect(sent.filter((id) => id === pending.id).length).toBeLessThanOrEqual(1);
    })(),
  );

  test.each([
    { what: "an approval", path: "/four-eye/", sent: [1] },
    { what: "a broadcast", path: "/broadcast", sent: [1, 2] },
  ])("stops them while $what is waited for, and sends nothing again", async ({ path, sent }) =>
    onScene(async ({ api, installation, start }) => {
      const older = readFileSync(installation.vaultPath);
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH"], { env: { TATUM_KMS_LEASE: "3600" } });
      await daemon.logged(`Tx was processed: ${ethPayment(1).id}`);
      api.answer = (request) => {
        if (request.path.includes(path)) copyOver(installation.vaultPath, older);
        return undefined;
      };
      api.pending = [ethPayment(1), ethPayment(2)];
      expect(await daemon.exited()).toBe(65);
      expect(daemon.log).toContain('"code":"ROLLED_BACK"');
      expect(api.broadcasts.map(signatureIdOf)).toEqual(sent.map((number) => ethPayment(number).id));
    })(),
  );
});

describe("a clock that goes back by hours", () => {
  test(
    "does not keep a job waiting for hours",
    onScene(async ({ api, installation, runOnce, start }) => {
      api.pending = [pending];
      api.fourEye = () => new Response("", { status: 404 });
      await runOnce(["--chain=BTC"]);
      const database = new Sqlite(installation.vaultPath);
      // As if the clock had been five hours ahead when the job was changed last.
      database.run("UPDATE job SET updated_at = updated_at + 18000000, attempt_at = attempt_at + 18000000");
      database.close();
      api.fourEye = () => new Response("");
      const daemon = start(["--chain=BTC"]);
      await daemon.logged("Tx was processed");
    }),
  );
});
