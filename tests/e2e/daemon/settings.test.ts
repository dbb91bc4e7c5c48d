import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeServers, serve } from "../../local-servers.ts";
import { onScene, RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment, ethPaymentWithoutNonce } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);
afterEach(closeServers);

describe("TATUM_API_URL", () => {
  for (const slash of ["", "/"]) {
    test(
      `may have a path prefix${slash === "" ? "" : " and a final slash"}; every call goes there`,
      onScene(async ({ api, runOnce }) => {
        const server = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          async fetch(request) {
            const { pathname, search } = new URL(request.url);
            if (!pathname.startsWith("/gateway/tatum/v3/")) return new Response("", { status: 418 });
            const body = request.method === "GET" ? {} : { body: await request.text() };
            return fetch(api.url + pathname.slice("/gateway/tatum".length) + search, {
              method: request.method,
              headers: request.headers,
              ...body,
            });
          },
        });
        try {
          api.pending = [bitcoinPayment.pending, ethPaymentWithoutNonce(1)];
          api.answer = ({ path }) => {
            if (path.includes("/transaction/count/")) return Response.json(3);
            if (path.startsWith("/v3/kms/pending/")) return undefined;
            return path.endsWith("bitcoin/broadcast")
              ? Response.json({ txId: bitcoinPayment.txid, failed: true })
              : undefined;
          };
          const env = { TATUM_API_URL: `http://127.0.0.1:${server.port}/gateway/tatum${slash}` };
          expect(await runOnce([], { env })).toMatchObject({ status: 0 });
          expect(api.broadcasts).toHaveLength(2);
          expect(api.requests.filter(({ method }) => method === "PUT")).toHaveLength(1);
        } finally {
          await server.stop(true);
        }
      }),
    );
  }

  for (const value of [
    "not a url",
    "ftp://example.test",
    "https://example.test/?key=1",
    "https://example.test/#a",
  ]) {
    test(
      `is refused when it is ${value}`,
      onScene(async ({ runOnce }) => {
        const run = await runOnce([], { env: { TATUM_API_URL: value } });
        expect(run).toMatchObject({ status: 78, stderr: expect.stringContaining("TATUM_API_URL") });
      }),
    );
  }
});

describe("plain http", () => {
  const publicHosts: readonly (readonly [
    string,
    readonly string[],
    Readonly<Record<string, string>>,
    number,
  ])[] = [
    ["--external-url", ["--external-url=http://192.0.2.1/check"], {}, 64],
    ["TATUM_API_URL", [], { TATUM_API_URL: "http://192.0.2.1" }, 78],
    ["TATUM_KMS_FLOW_URL", [], { TATUM_KMS_FLOW_URL: "http://192.0.2.1" }, 78],
    ["TATUM_KMS_VET_URL", [], { TATUM_KMS_VET_URL: "http://192.0.2.1" }, 78],
    ["TATUM_KMS_BNB_URL", [], { TATUM_KMS_BNB_URL: "http://192.0.2.1" }, 78],
    ["TATUM_KMS_POLYGON_GAS_URL", [], { TATUM_KMS_POLYGON_GAS_URL: "http://192.0.2.1" }, 78],
  ];
  const WARNING = "WARN: Plain http is not encrypted";

  test(
    "to a public address is refused on the mainnet before anybody is asked for a password",
    onScene(async ({ api, runOnce }) => {
      for (const [name, args, env, status] of publicHosts) {
        const run = await runOnce(args, { env: { TATUM_KMS_PASSWORD: "", ...env }, input: "" });
        expect([name, run.status]).toEqual([name, status]);
        expect(JSON.parse(run.stderr)).toMatchObject({
          error: expect.stringMatching(
            new RegExp(`^${name}.*plain http to the public address 192\\.0\\.2\\.1`),
          ),
          hint: expect.stringContaining("--allow-plain-http"),
        });
      }
      expect(api.requests).toEqual([]);
    }),
  );

  test(
    "to a public address is taken with a warning when that is allowed, and on test networks",
    onScene(async ({ runOnce }) => {
      const url = "--external-url=http://192.0.2.1/check";
      const ways = [
        await runOnce([url, "--allow-plain-http"]),
        await runOnce([url], { env: { TATUM_KMS_ALLOW_PLAIN_HTTP: "true" } }),
        await runOnce([url, "--testnet"]),
      ];
      for (const { status, stderr } of ways) {
        expect(status).toBe(0);
        expect(stderr).toContain("(--external-url, the public address 192.0.2.1) can forge approvals");
      }
    }),
  );

  test(
    "to this machine is taken, with one warning for all hosts",
    onScene(async ({ api, runOnce }) => {
      api.pending = [bitcoinPayment.pending];
      const run = await runOnce(["--chain=BTC"]);
      expect(run.status).toBe(0);
      expect(run.stderr.split(WARNING)).toHaveLength(2);
      expect(run.stderr).toContain(`${api.url} (--external-url, this machine) can forge approvals`);
      expect(run.stderr).toContain(
        `${api.url} (TATUM_API_URL (from environment), this machine) can read the API key`,
      );
    }),
  );

  test(
    "with a password in the URL: the warning says that it travels in clear",
    onScene(async ({ api, runOnce }) => {
      const { host } = new URL(api.url);
      const run = await runOnce([`--external-url=http://kms:canary@${host}/four-eye`]);
      expect(run.stderr).toContain("The password in --external-url travels in clear.");
      expect(run.stderr).not.toContain("canary");
    }),
  );
});

describe("TATUM_API_KEY", () => {
  test(
    "is needed: nobody is asked for a password without it",
    onScene(async ({ api, runOnce }) => {
      const run = await runOnce([], { env: { TATUM_API_KEY: "", TATUM_KMS_PASSWORD: "" }, input: "" });
      expect(run).toMatchObject({ status: 78, stderr: expect.stringContaining("TATUM_API_KEY") });
      expect(api.requests).toEqual([]);
    }),
  );

  test(
    "may be given as an option, which wins",
    onScene(async ({ api, runOnce }) => {
      await runOnce(["--chain=BTC", "--apiKey=from-the-option"]);
      expect(api.requests[0]?.headers["x-api-key"]).toBe("from-the-option");
    }),
  );

  test(
    "that the API refuses is named with the place it came from, and nobody is told to run it again",
    onScene(async ({ api, installation, runOnce }) => {
      const path = join(installation.home, "kms.env");
      writeFileSync(path, "TATUM_API_KEY=key-of-the-file\n", { mode: 0o600 });
      api.answer = () => Response.json({ message: "Unauthorized.", statusCode: 401 }, { status: 401 });
      const ways: readonly (readonly [readonly string[], string])[] = [
        [[], "TATUM_API_KEY (from environment)"],
        [["--api-key=key-of-the-option"], "--api-key"],
        [[`--env-file=${path}`], `TATUM_API_KEY (from ${path}, line 1)`],
      ];
      for (const [args, place] of ways) {
        const env = args[0]?.startsWith("--env-file") ? { TATUM_API_KEY: "" } : {};
        const { status, stderr } = await runOnce(["--chain=BTC", ...args], { env });
        expect(status).toBe(75);
        expect(stderr).toContain(
          `ERROR: Error received from API /v3/kms/pending/BTC: HTTP 401, Unauthorized; check ${place}.\n`,
        );
        expect(stderr).toContain('"hint":"The log above names the causes."');
      }
      api.answer = () => Response.json({}, { status: 503 });
      const busy = await runOnce(["--chain=BTC"]);
      expect(busy.stderr).toContain('"hint":"The log above names the causes; run it again."');
    }),
  );

  test(
    "that no header can carry is refused",
    onScene(async ({ runOnce }) => {
      const { status, stderr } = await runOnce([], { env: { TATUM_API_KEY: "two\nlines" } });
      expect(status).toBe(78);
      expect(stderr).toContain("TATUM_API_KEY");
      expect(stderr).not.toContain("lines");
    }),
  );
});

describe("numbers among the settings of the daemon", () => {
  test(
    "a period that is none is told, when it is no secret",
    onScene(async ({ runOnce }) => {
      expect((await runOnce(["--period=-1"])).stderr).toContain("from 0.05 to 86400, but is -1.");
      expect((await runOnce(["--period=hunter2"])).stderr).not.toContain("hunter2");
    }),
  );

  for (const [option, status] of [
    ["--period=abc", 64],
    ["--period=0", 64],
    ["--period=-1", 64],
  ] as const) {
    test(
      `${option} is refused`,
      onScene(async ({ runOnce }) => {
        expect(await runOnce([option])).toMatchObject({ status });
      }),
    );
  }

  test(
    "a number that is none is refused by name",
    onScene(async ({ runOnce }) => {
      for (const name of ["TATUM_RETRIES", "TATUM_RETRY_DELAY", "TATUM_KMS_HTTP_TIMEOUT"]) {
        const run = await runOnce([], { env: { [name]: "many" } });
        expect(run).toMatchObject({ status: 78, stderr: expect.stringContaining(name) });
      }
    }),
  );
});

describe("HTTP_PROXY", () => {
  test(
    "does not get to see what goes over plain http, such as calls on this machine",
    onScene(async ({ api, runOnce }) => {
      const seen: string[] = [];
      const proxy = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch(request) {
          seen.push(request.url);
          return new Response("", { status: 502 });
        },
      });
      try {
        api.pending = [bitcoinPayment.pending];
        const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, TATUM_RETRIES: "0" };
        expect(await runOnce(["--chain=BTC"], { env })).toMatchObject({ status: 0 });
        expect(seen).toEqual([]);
      } finally {
        await proxy.stop(true);
      }
    }),
  );
});

test(
  "config explain tells of each setting whether a running daemon reads it anew",
  onScene(async ({ installation }) => {
    const env = { TATUM_KMS_CHAIN: "BTC", TATUM_KMS_MAX_FEE_ETH: "7", TATUM_KMS_LEASE: "30" };
    const { status, stdout } = await installation.run(["config", "explain"], { env });
    expect(status).toBe(0);
    const explained = JSON.parse(stdout) as { readonly name: string; readonly reload: boolean }[];
    const reloads = Object.fromEntries(explained.map(({ name, reload }) => [name, reload]));
    expect(reloads).toMatchObject({
      TATUM_KMS_CHAIN: true,
      TATUM_KMS_MAX_FEE_ETH: true,
      TATUM_KMS_LEASE: false,
    });
  }),
);

describe("settings that a running daemon reads anew on SIGHUP", () => {
  /** A daemon that has its settings from the config file alone. */
  async function onFile(
    { api, installation }: Scene,
    settings: Readonly<Record<string, string>>,
    work: (daemon: RunningDaemon, reload: (text: string) => void) => Promise<void>,
  ): Promise<void> {
    const file = join(installation.home, ".tatumrc", "config.toml");
    const toml = (values: Readonly<Record<string, string>>): string =>
      Object.entries(values)
        .map(([name, value]) => `${name} = "${value}"\n`)
        .join("");
    writeFileSync(file, toml(settings), { mode: 0o600 });
    const daemon = new RunningDaemon(installation.start(["daemon", "--period=0.1"], { env: api.env }));
    try {
      await work(daemon, (text) => {
        writeFileSync(file, text, { mode: 0o600 });
        daemon.signal("SIGHUP");
      });
      daemon.signal("SIGTERM");
      expect(await daemon.exited(), daemon.log).toBe(0);
    } finally {
      await daemon.kill();
    }
  }

  test(
    "have a chain worked for that is added, and one that is taken out finish what it began and give its lease back",
    onScene(async (scene) => {
      const { api, runOnce } = scene;
      const server = `TATUM_KMS_EXTERNAL_URL = "${api.fourEyeUrl}"\n`;
      const { promise: isAnswered, resolve: answer } = Promise.withResolvers<void>();
      api.answer = async ({ path }) => {
        if (!path.endsWith("/broadcast")) return undefined;
        await isAnswered;
        return Response.json({ txId: bitcoinPayment.txid });
      };
      api.pending = [bitcoinPayment.pending];
      const polls = (chain: string): number => api.to(`/v3/kms/pending/${chain}`).length;
      const first = { TATUM_KMS_CHAIN: "BTC", TATUM_KMS_EXTERNAL_URL: api.fourEyeUrl };
      await onFile(scene, first, async (daemon, reload) => {
        await until("a broadcast", () => api.broadcasts.length === 1);
        reload(`${server}TATUM_KMS_CHAIN = "ETH"\n`);
        await daemon.logged("SIGHUP received: changed: TATUM_KMS_CHAIN; the daemon goes on.");
        await daemon.logged("BTC is not polled any more: what was begun is finished");
        await until("polls of the new chain", () => polls("ETH") > 1);
        // XLM has no wallets: nothing begins or ends there.
        reload(`${server}TATUM_KMS_CHAIN = "ETH,XLM"\n`);
        await daemon.logged("SIGHUP received: changed: TATUM_KMS_CHAIN; the daemon goes on.");
        const before = polls("BTC");
        await until("more of them", () => polls("ETH") > 4);
        expect(polls("BTC")).toBe(before);
        answer();
        await daemon.logged(`Tx was processed: ${bitcoinPayment.pending.id}`);
        api.pending = [];
        expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
        const there = polls("BTC");
        reload(`${server}TATUM_KMS_CHAIN = "ETH,BTC"\n`);
        await daemon.logged("BTC is worked for from now on.");
        expect(daemon.log).not.toMatch(/XLM is (not polled any more|worked for)/);
        await until("polls of the chain that came back", () => polls("BTC") > there + 1);
        expect(api.broadcasts).toHaveLength(1);
      });
    }),
  );

  test(
    "have another server approve, never none on mainnet, and are left as they were by a file that is broken",
    onScene(async (scene) => {
      const { api } = scene;
      let refusals = 0;
      const refusing = serve(() => {
        refusals += 1;
        return new Response("", { status: 403 });
      });
      api.pending = [ethPayment(1)];
      const first = { TATUM_KMS_CHAIN: "ETH", TATUM_KMS_EXTERNAL_URL: refusing.href };
      await onFile(scene, first, async (daemon, reload) => {
        await daemon.logged("Transaction was refused: the four-eye server answered HTTP 403");
        reload('TATUM_KMS_CHAIN = "ETH"\n');
        await daemon.logged("the settings stay as they were, the daemon goes on. Missing required flag");
        reload('TATUM_KMS_CHAIN = "ETH\n');
        await daemon.logged("config.toml");
        const before = refusals;
        await until("the server of before to be asked again", () => refusals > before);
        expect(api.broadcasts).toEqual([]);
        reload(`TATUM_KMS_CHAIN = "ETH"\nTATUM_KMS_EXTERNAL_URL = "${api.fourEyeUrl}"\n`);
        await daemon.logged(`Approval by ${new URL(api.url).host} (GET) from now on`);
        const last = refusals;
        await daemon.logged("Tx was processed: ");
        expect([refusals, api.to("/four-eye/").length]).toEqual([last, 1]);
      });
    }),
  );
});
