/** What a running daemon logs: little when nothing happens, one line for what does, in the form that was asked for. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { executable } from "../executable.ts";
import { onScene, until } from "./running-daemon.ts";
import { ethPayment, pendingId, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const POLL_LINE = "Getting pending transaction from ETH";

function parsed(log: string): Record<string, unknown>[] {
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  test(
    "tells at the start what the daemon works with, and nothing of polls that bring nothing",
    onScene(async ({ api, start, installation }) => {
      const daemon = start([
        "--chain=ETH",
        "--external-url=http://user:pass-canary@127.0.0.1:9/token-canary",
      ]);
      await until("three polls", () => api.to("/v3/kms/pending/ETH").length >= 3);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      const [plainHttp, begun, ...others] = daemon.log.trimEnd().split("\n");
      expect(plainHttp).toContain("WARN: Plain http is not encrypted");
      expect(daemon.log).not.toContain("canary");
      const vault = RegExp.escape(`vault ${installation.vaultPath}`);
      expect(begun).toMatch(
        new RegExp(
          `Z - tatum-kms ${RegExp.escape(version)} begins its work: ${vault} \\([0-9a-f]{32}\\); store SQLite; network mainnet; wallets ETH 1; approval by 127\\.0\\.0\\.1:9 \\(GET\\); a poll every 0\\.1 s; policy four-eye\\.$`,
        ),
      );
      expect(others).toEqual([expect.stringContaining("SIGTERM received: finishing what is in flight.")]);
    }),
  );

  test(
    "names chain and transaction of what is done, as JSON in fields",
    onScene(async ({ api, start }) => {
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH", "--log-format=json"]);
      await daemon.logged("transaction-done");
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      const lines = parsed(daemon.log);
      expect(lines.map((line) => line["event.action"])).toEqual([
        "configuration-doubtful",
        "daemon-started",
        "transaction-begun",
        "transaction-done",
        "daemon-stopping",
      ]);
      for (const line of lines) expect(line["@timestamp"]).toMatch(/^\d{4}-.*Z$/);
      const [, , , done] = lines;
      const transaction = done?.["labels.transaction_id"];
      expect(transaction).toMatch(/^0x[0-9a-f]{64}$/);
      expect(done).toMatchObject({
        message: `Tx was processed: ${pendingId(1)} (ETH, transaction ${transaction})`,
        "log.level": "info",
        "labels.chain": "ETH",
        "labels.job_id": pendingId(1),
      });
    }),
  );

  test(
    "tells when the API answers again, and errors by their code",
    onScene(async ({ api, start }) => {
      let isDown = true;
      api.answer = () => (isDown ? new Response("", { status: 500 }) : undefined);
      const daemon = start(["--chain=ETH"], {
        env: { TATUM_KMS_LOG_FORMAT: "json", TATUM_RETRIES: "0" },
      });
      await daemon.logged('"poll-failed","error.code":"NETWORK"');
      isDown = false;
      await daemon.logged("The API answers again, after ");
      expect(daemon.log.split("poll-failed")).toHaveLength(2);
    }),
  );

  for (const [env, args] of [
    [{}, ["--log-level=debug"]],
    [{ TATUM_KMS_LOG_LEVEL: "debug" }, []],
    [{ TATUM_KMS_DEBUG_MODE: "true" }, []],
  ] as const) {
    test(
      `names each poll with ${[...args, ...Object.keys(env)].join()}`,
      onScene(async ({ runOnce }) => {
        const run = await runOnce(["--chain=ETH", ...args], { env });
        expect(run.stderr).toContain(`DEBUG: ${POLL_LINE} for wallets ${walletIds.eth}.`);
      }),
    );
  }

  test(
    "of level error is empty when all is well; the option counts before the variable",
    onScene(async ({ runOnce }) => {
      const run = await runOnce(["--log-level=error"], { env: { TATUM_KMS_LOG_LEVEL: "debug" } });
      expect(run).toMatchObject({ status: 0, stderr: "" });
    }),
  );

  test(
    "of another level or form is refused before anything is done",
    onScene(async ({ api, runOnce }) => {
      expect(await runOnce(["--log-level=loud"])).toMatchObject({ status: 64 });
      expect(await runOnce(["--log-format=xml"])).toMatchObject({ status: 64 });
      const run = await runOnce([], { env: { TATUM_KMS_LOG_LEVEL: "loud" } });
      expect(run).toMatchObject({ status: 78, stderr: expect.stringContaining("one of error, warn, info") });
      expect(api.requests).toEqual([]);
    }),
  );

  // The journal of systemd is Linux's alone, and its stream is known by device and inode there.
  test.skipIf(process.platform !== "linux")(
    "begins its lines with priorities when standard error is the journal's, and not otherwise",
    onScene(async ({ api, installation }) => {
      const path = join(installation.home, "journal");
      const run = async (ofJournal: boolean): Promise<string> => {
        const descriptor = openSync(path, "w");
        const { dev, ino } = fstatSync(descriptor, { bigint: true });
        const args = ["daemon", "--run-once", "--chain=ETH", `--external-url=${api.fourEyeUrl}`];
        const child = Bun.spawn([executable, ...args], {
          env: {
            HOME: installation.home,
            TATUM_KMS_PASSWORD: installation.password,
            ...api.env,
            JOURNAL_STREAM: `${dev}:${ofJournal ? ino : ino + 1n}`,
          },
          stdout: "ignore",
          stderr: descriptor,
        });
        await child.exited;
        return readFileSync(path, "utf8");
      };
      expect(await run(true)).toMatch(/^<4>\d{4}-.*\n<6>\d{4}-/);
      expect(await run(false)).toMatch(/^\d{4}-/);
    }),
  );
});
