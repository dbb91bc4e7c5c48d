/** A vault in a PostgreSQL database, as a user works with it. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { formatPostgresAddress } from "../../src/store/postgres/address.ts";
import { PASSWORD, PostgresServer, usePostgres } from "../postgres-server.ts";
import { selfMadeCertificates } from "../self-made-certificates.ts";
import { failureOf } from "./command-line/failure.ts";
import { onScene, until } from "./daemon/running-daemon.ts";
import {
  allWallets,
  bitcoinPayment,
  ethAddress,
  ethPayment,
  ethPrivateKey,
  walletIds,
} from "./daemon/wallets.ts";
import { Installation, newVaultNote, type RunOptions } from "./executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const server = usePostgres();

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.remove());

async function newDatabase() {
  const { address } = await server.newDatabase();
  return { name: address.database, url: formatPostgresAddress(address) };
}

const env = { TATUM_KMS_STORE_PASSWORD: PASSWORD, TATUM_KMS_STORE_TLS: "off" };

/** Runs a command on a store of the test's server. */
const runOn = (url: string, args: readonly string[], options: RunOptions = {}) =>
  installation.run([...args, `--store=${url}`], { ...options, env: { ...env, ...options.env } });

describe("a vault in a database", () => {
  test("is made in an empty one, and worked with by every command as one in a file", async () => {
    const { url } = await newDatabase();
    expect(failureOf(await runOn(url, ["vault", "status"]))).toMatchObject({
      status: 66,
      code: "NO_WALLET_FILE",
    });
    const made = await runOn(url, ["generatemanagedwallet", "BTC"]);
    expect(made.stderr).toMatch(newVaultNote(url));
    const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };
    const status = JSON.parse((await runOn(url, ["vault", "status"])).stdout);
    expect(status).toMatchObject({ path: url, format: 2, wallets: 1 });
    expect(JSON.parse((await runOn(url, ["vault", "verify"])).stdout)).toMatchObject({ wallets: 1 });
    const shown = JSON.parse((await runOn(url, ["getmanagedwallet", signatureId])).stdout);
    expect(shown).toMatchObject({ chain: "BTC" });
    expect((await runOn(url, ["removewallet", signatureId])).status).toBe(0);
    expect(JSON.parse((await runOn(url, ["wallet", "restore", signatureId])).stdout)).toMatchObject({
      signatureId,
    });
    expect((await runOn(url, ["removewallet", signatureId, "--now"])).status).toBe(0);
    expect((await runOn(url, ["wallet", "list", "--removed"])).stdout).toBe("[]\n");
    expect(JSON.parse((await runOn(url, ["vault", "status"])).stdout)).toMatchObject({ wallets: 0 });
  });

  test("is named by the variable as well, and a path counts before that", async () => {
    const { url } = await newDatabase();
    const named = { env: { ...env, TATUM_KMS_STORE: url } };
    expect((await installation.run(["generatemanagedwallet", "ETH"], named)).status).toBe(0);
    const table = (await installation.run(["checkconfig"], named)).stdout;
    expect(table).toMatch(new RegExp(`Wallet file path +: ${RegExp.escape(url)}\\n`));
    expect(table).toMatch(/Wallet exists +: true\n/);
    expect(table).not.toContain(PASSWORD);
    const elsewhere = await installation.run(["vault", "status", "--path=/nowhere/x"], named);
    expect(failureOf(elsewhere).code).toBe("NO_WALLET_FILE");
  });

  test("takes the wallets of a file, and is backed up into one", async () => {
    const { url } = await newDatabase();
    const file = `${installation.home}/wallets.json`;
    writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
    expect((await runOn(url, ["import", file])).status).toBe(0);
    const exported = (await runOn(url, ["export"])).stdout;
    const backup = `${installation.home}/backup.dat`;
    expect((await runOn(url, ["vault", "backup", backup])).status).toBe(0);
    const again = await installation.run(["export", `--path=${backup}`]);
    expect(again).toMatchObject({ status: 0, stdout: exported });
    const verified = await installation.run(["vault", "verify", `--path=${backup}`]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ wallets: Object.keys(allWallets).length });
  });

  test("takes in the wallets of another vault, and is itself one that others take in", async () => {
    const [first, second] = [await newDatabase(), await newDatabase()];
    await runOn(first.url, ["generatemanagedwallet", "BTC"]);
    await runOn(second.url, ["generatemanagedwallet", "ETH"]);
    const merged = await runOn(first.url, ["vault", "merge", second.url]);
    expect(JSON.parse(merged.stdout)).toMatchObject({ imported: 1, perChain: { ETH: 1 } });
    expect((await installation.run(["generatemanagedwallet", "SOL"])).status).toBe(0);
    const intoFile = await installation.run(["vault", "merge", first.url], { env });
    expect(JSON.parse(intoFile.stdout)).toMatchObject({ imported: 2, perChain: { BTC: 1, ETH: 1 } });
    expect(JSON.parse((await installation.run(["vault", "verify"])).stdout)).toMatchObject({ wallets: 3 });
  });

  test("that was set back is marked as restored where it lies, on a person's word", async () => {
    const { url } = await newDatabase();
    await runOn(url, ["generatemanagedwallet", "SOL"]);
    expect(failureOf(await runOn(url, ["vault", "mark-restored"])).code).toBe("NOT_CONFIRMED");
    expect(JSON.parse((await runOn(url, ["vault", "status"])).stdout)).not.toHaveProperty("restoredAt");
    const marked = await runOn(url, ["vault", "mark-restored", "--yes"]);
    expect([marked.status, marked.stderr]).toEqual([0, expect.stringContaining("job recover")]);
    expect(JSON.parse((await runOn(url, ["vault", "status"])).stdout)).toHaveProperty("restoredAt");
    expect((await runOn(url, ["job", "recover", "--yes"])).status).toBe(0);
    expect(JSON.parse((await runOn(url, ["vault", "status"])).stdout)).not.toHaveProperty("restoredAt");
  });

  test("keeps an original file from being migrated in its place", async () => {
    const { url } = await newDatabase();
    expect(failureOf(await runOn(url, ["migrate"]))).toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining("tatum-kms import"),
    });
  });
});

describe("an address", () => {
  test.each([
    ["with a password", "postgres://me:hidden-3a91@127.0.0.1/kms", /password/],
    ["with a parameter", "postgres://me@127.0.0.1/kms?sslmode=disable", /"sslmode", which there is not/],
    ["without a database", "postgres://me@127.0.0.1", /names no database/],
    ["without a user", "postgres://127.0.0.1/kms", /names no user/],
    ["with a database in a wrong escape", "postgres://me@127.0.0.1/%zz", /not the address of a PostgreSQL/],
    ["with a user in a wrong escape", "postgres://m%zz@127.0.0.1/kms", /not the address of a PostgreSQL/],
    ["with a NUL", "postgres://me%00database%00other@127.0.0.1/kms", /not the address of a PostgreSQL/],
    ["of another kind", "mysql://me@127.0.0.1/kms", /not the address of a PostgreSQL store/],
  ])("%s is refused without being shown", async (_, address, problem) => {
    const failure = failureOf(await installation.run(["vault", "status", `--store=${address}`]));
    expect(failure).toMatchObject({ code: "CONFIGURATION", error: expect.stringMatching(problem) });
    expect(JSON.stringify(failure)).not.toContain("hidden-3a91");
    const variable = { env: { TATUM_KMS_STORE: address } };
    expect(failureOf(await installation.run(["vault", "status"], variable))).toMatchObject({
      code: "CONFIGURATION",
      error: expect.stringMatching(/TATUM_KMS_STORE/),
    });
  });

  test("is not given as the path of a file, nor beside one", async () => {
    const { url } = await newDatabase();
    const asPath = failureOf(await installation.run(["vault", "status", `--path=${url}`]));
    expect(asPath).toMatchObject({ code: "USAGE", hint: expect.stringContaining("--store") });
    expect(failureOf(await runOn(url, ["vault", "status", "--path=x"])).code).toBe("USAGE");
  });
});

describe("a connection", () => {
  test("without TLS stays on this machine", async () => {
    const failure = failureOf(await runOn("postgres://me@192.0.2.1/kms", ["vault", "status"]));
    expect(failure).toMatchObject({
      code: "CONFIGURATION",
      error: expect.stringContaining("over a network"),
    });
  });

  test("is refused where the server has no certificate, unless that is said", async () => {
    const { url } = await newDatabase();
    const failure = failureOf(
      await runOn(url, ["vault", "status"], { env: { TATUM_KMS_STORE_TLS: "verify" } }),
    );
    expect(failure).toMatchObject({ status: 78, error: expect.stringContaining("does not prove who it is") });
  });

  test("takes no password from variables that are none of ours", async () => {
    const { url } = await newDatabase();
    const failure = failureOf(
      await installation.run(["vault", "status", `--store=${url}`], {
        env: { TATUM_KMS_STORE_TLS: "off", PGPASSWORD: PASSWORD, PGSSLMODE: "disable" },
      }),
    );
    expect(failure).toMatchObject({
      code: "CONFIGURATION",
      error: expect.stringContaining("does not let this user in"),
    });
  });

  test("goes through the socket of this machine, with a password from a file or a secret provider", async () => {
    const { name } = await newDatabase();
    const { user } = server.access(name).address;
    const url = `postgres://${user}@localhost:${server.port}/${name}?host=${server.folder}`;
    writeFileSync(`${installation.home}/password`, `${PASSWORD}\n`, { mode: 0o600 });
    const made = await installation.run(["generatemanagedwallet", "ETH", `--store=${url}`], {
      env: { TATUM_KMS_STORE_PASSWORD_FILE: `${installation.home}/password` },
    });
    expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(newVaultNote(url))]);
    const from = `exec:${JSON.stringify(["/bin/cat", `${installation.home}/password`])}`;
    const opened = await installation.run(["vault", "status", `--store=${url}`], {
      env: { TATUM_KMS_STORE_PASSWORD_FROM: from },
    });
    expect([opened.status, JSON.parse(opened.stdout)]).toMatchObject([0, { wallets: 1 }]);
    expect(opened.stdout + opened.stderr).not.toContain(PASSWORD);
  });
});

test("a database with a certificate is believed when its authority is named, and sees ours", async () => {
  const certificates = selfMadeCertificates();
  const secure = new PostgresServer();
  try {
    await secure.start();
    await secure.halt();
    secure.file(
      "data/pg_hba.conf",
      "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n",
    );
    await secure.run(
      "ssl=on",
      `ssl_cert_file=${secure.file("server.pem", certificates.certificate)}`,
      `ssl_key_file=${secure.file("server.key", certificates.key)}`,
      `ssl_ca_file=${secure.file("ca.pem", certificates.authority)}`,
    );
    const url = formatPostgresAddress((await secure.newDatabase()).address);
    const file = (name: string, content: string) => {
      writeFileSync(`${installation.home}/${name}`, content, { mode: 0o600 });
      return `${installation.home}/${name}`;
    };
    const authority = { TATUM_KMS_STORE_CA: file("ca.pem", certificates.authority) };
    const own = {
      TATUM_KMS_STORE_CERTIFICATE: file("own.pem", certificates.certificate),
      TATUM_KMS_STORE_KEY: file("own.key", certificates.key),
    };
    const run = (variables: Readonly<Record<string, string>>, address = url) =>
      installation.run(["generatemanagedwallet", "ETH", `--store=${address}`], {
        env: { TATUM_KMS_STORE_PASSWORD: PASSWORD, ...variables },
      });
    const unknown = failureOf(await run(own));
    const withoutOurs = failureOf(await run(authority));
    const otherName = failureOf(await run({ ...authority, ...own }, url.replace("127.0.0.1", "localhost")));
    const half = failureOf(await run({ ...authority, TATUM_KMS_STORE_KEY: own.TATUM_KMS_STORE_KEY }));
    expect([unknown, otherName].map(({ error }) => error)).toEqual(
      Array(2).fill(expect.stringContaining("does not prove who it is")),
    );
    expect(withoutOurs.code).toBe("CONFIGURATION");
    expect(half.error).toContain("belong together");
    expect((await run({ ...authority, ...own })).status).toBe(0);
  } finally {
    await secure.stop();
  }
});

test(
  "the database sees no id, chain, address, key or amount",
  onScene(async (scene) => {
    const { name, url } = await newDatabase();
    const file = `${scene.installation.home}/wallets.json`;
    writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
    const imported = await scene.installation.run(["import", file, `--store=${url}`], { env });
    expect(imported.status).toBe(0);
    const payment = ethPayment(1, { value: "31415926535897932" });
    scene.api.pending = [bitcoinPayment.pending, payment];
    const daemon = scene.start(["--chain=BTC,ETH", `--store=${url}`], { env });
    await until("both are sent", () => scene.api.broadcasts.length === 2);
    daemon.signal("SIGTERM");
    expect(await daemon.exited()).toBe(0);
    const dump = server.dump(name).toLowerCase();
    const hidden = [
      // Three letters alone occur by chance.
      ...["BTC", "ETH"].flatMap((chain) => [`"${chain}"`, `'${chain}'`, `\t${chain}\t`, `mainnet\n${chain}`]),
      ...["mainnet", "testnet"],
      ...[bitcoinPayment.pending.id, payment.id, bitcoinPayment.txid, bitcoinPayment.txData],
      ...[walletIds.eth, walletIds.btc, ethAddress, ethAddress.slice(2), ethPrivateKey.slice(2)],
      ...[
        "31415926535897932",
        BigInt("31415926535897932").toString(16),
        scene.installation.password,
        PASSWORD,
      ],
    ];
    const found = hidden.filter((text) => {
      const hex = Buffer.from(text).toString("hex");
      return dump.includes(text.toLowerCase()) || dump.includes(hex);
    });
    expect(found).toEqual([]);
    // What stands there in clear is found.
    expect(dump).toContain("argon2id");
    expect(daemon.log).not.toContain(PASSWORD);
  }),
);

/** Distinct signed bytes by the pending transaction that they were sent for, as the API was given them. */
function contentsOf(broadcasts: readonly { readonly body: unknown }[]): Map<string, Set<string>> {
  const contents = new Map<string, Set<string>>();
  for (const { body } of broadcasts) {
    const { signatureId, txData } = body as { signatureId: string; txData: string };
    contents.set(signatureId, (contents.get(signatureId) ?? new Set()).add(txData));
  }
  return contents;
}

describe("of two daemons on one database", () => {
  test.each([
    ["one that is killed", "SIGKILL"],
    ["one that stands still for longer than its lease, and goes on", "SIGSTOP"],
  ] as const)("%s leaves its work to the other, and everything is paid once", async (_, signal) => {
    await onScene(async (scene) => {
      const { url } = await newDatabase();
      const file = `${scene.installation.home}/wallets.json`;
      writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
      const imported = await scene.installation.run(["import", file, `--store=${url}`], { env });
      expect(imported.status).toBe(0);
      const start = () =>
        scene.start(["--chain=ETH", `--store=${url}`], { env: { ...env, TATUM_KMS_LEASE: "2" } });
      const payments = Array.from({ length: 40 }, (_, number) => ethPayment(number + 1));
      const [early, late] = [payments.slice(0, 20), payments.slice(20)];
      const sent = () => contentsOf(scene.api.broadcasts);

      scene.api.pending = early;
      const first = start();
      await until("some are sent", () => sent().size >= 3, 30_000);
      const second = start();
      first.signal(signal);
      scene.api.pending = payments;
      await until("all are sent by the other", () => sent().size === payments.length, 50_000);
      if (signal === "SIGSTOP") {
        expect(second.log).toContain("takes over");
        first.signal("SIGCONT");
        await first.logged("Another daemon took the lease over");
        expect(first.log).not.toContain(`Tx was processed: ${late[0]?.id}`);
      }
      second.signal("SIGTERM");
      expect(await second.exited()).toBe(0);
      expect([...sent().values()].map(({ size }) => size)).toEqual(Array(payments.length).fill(1));
      const jobs = await scene.installation.run(["job", "list", "done", `--store=${url}`], { env });
      expect(JSON.parse(jobs.stdout)).toHaveLength(payments.length);
    })();
  });
});

test(
  "health and status ask a daemon on a database, and need no password for it",
  onScene(async (scene) => {
    const { url } = await newDatabase();
    const { installation } = scene;
    await installation.run(["generatemanagedwallet", "ETH", `--store=${url}`], { env });
    const asked = (command: string, store = url) =>
      installation.run([command, `--store=${store}`], { env: { TATUM_KMS_PASSWORD: "" } });
    expect(await asked("health")).toMatchObject({ status: 69, stdout: "" });

    const daemon = scene.start(["--chain=ETH", `--store=${url}`], { env });
    await until("a poll", () => scene.api.requests.length > 0);
    const end = performance.now() + 15_000;
    let health = await asked("health");
    while (health.status !== 0 && performance.now() < end) health = await asked("health");
    expect(JSON.parse(health.stdout)).toMatchObject({ ready: true, pid: daemon.pid });
    expect(JSON.parse((await asked("status")).stdout)).toMatchObject([{ pid: daemon.pid, ready: true }]);
    expect(daemon.log).toContain("store PostgreSQL");
    // Of another vault nothing is told.
    expect((await asked("health", `${url}2`)).status).toBe(69);

    daemon.signal("SIGTERM");
    expect(await daemon.exited()).toBe(0);
    expect((await asked("health")).status).toBe(69);
  }),
);

/** What `nodes` prints. */
interface PrintedNode {
  readonly node?: string;
  readonly state: string;
  readonly leases: readonly {
    readonly chain: string;
    readonly epoch: number;
    readonly lastRenewal: string;
  }[];
  readonly standsBy: readonly string[];
}

describe("the nodes of a database", () => {
  test(
    "are shown with what each does since when, and a node that is stopped hands over within two seconds",
    onScene(async (scene) => {
      const { url } = await newDatabase();
      const file = `${scene.installation.home}/wallets.json`;
      writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
      expect((await scene.installation.run(["import", file, `--store=${url}`], { env })).status).toBe(0);
      const start = (node: string) =>
        scene.start(["--chain=ETH", `--store=${url}`], {
          env: { ...env, TATUM_KMS_LEASE: "600", TATUM_KMS_NODE: node },
        });
      const nodes = async (): Promise<PrintedNode[]> => {
        const printed = await scene.installation.run(["nodes", `--store=${url}`], { env });
        expect(printed.stderr).toBe("");
        return JSON.parse(printed.stdout);
      };
      const first = start("north-1");
      await until("a poll", () => scene.api.requests.length > 0);
      const second = start("south.2");
      await second.logged("it is node north-1; standing by");
      expect(await nodes()).toEqual([
        {
          ...{ node: "north-1", state: "active", network: "mainnet", standsBy: [] },
          ...{ host: expect.any(String), pid: first.pid, version: expect.any(String) },
          ...{ since: expect.any(String), lastRenewal: expect.any(String) },
          leases: [
            {
              ...{ network: "mainnet", chain: "ETH", epoch: 1 },
              ...{ since: expect.any(String), lastRenewal: expect.any(String) },
            },
          ],
        },
        expect.objectContaining({ node: "south.2", state: "standby", leases: [], standsBy: ["ETH"] }),
      ]);

      // What is being sent when the signal comes hangs.
      let hangs = 0;
      scene.api.answer = async ({ path }) => {
        if (!path.endsWith("/broadcast") || hangs++ > 0) return undefined;
        return new Promise(() => undefined);
      };
      scene.api.pending = [ethPayment(1)];
      await until("a broadcast that hangs", () => hangs === 1);
      const stopped = performance.now();
      first.signal("SIGTERM");
      await second.logged("takes over");
      expect(performance.now() - stopped).toBeLessThan(2000);
      expect(await first.exited()).toBe(0);
      await second.logged("Tx was processed");
      expect(contentsOf(scene.api.broadcasts).get(ethPayment(1).id)?.size).toBe(1);
      expect((await nodes()).map(({ node, state, leases }) => [node, state, leases[0]?.epoch])).toEqual([
        ["south.2", "active", 2],
      ]);
      await second.kill();
      expect((await nodes()).map(({ node, state }) => [node, state])).toEqual([["south.2", "silent"]]);
    }),
  );

  test(
    "that stand by in another place work only while no other does",
    onScene(async (scene) => {
      const { url } = await newDatabase();
      const file = `${scene.installation.home}/wallets.json`;
      writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
      expect((await scene.installation.run(["import", file, `--store=${url}`], { env })).status).toBe(0);
      const start = (node: string, ...args: string[]) =>
        scene.start(["--chain=ETH", `--store=${url}`, ...args], {
          env: { ...env, TATUM_API_KEY: node, TATUM_KMS_LEASE: "2", TATUM_KMS_NODE: node },
        });
      const polls = (node: string): number =>
        scene.api.requests.filter(({ headers }) => headers["x-api-key"] === node).length;
      const far = start("far", "--standby=1");
      await until("a poll of the one that is alone", () => polls("far") > 0);
      const near = start("near");
      await far.logged("this one gives the lease back");
      await until("a poll of the one that works by itself", () => polls("near") > 0);
      await far.logged("it is node near; standing by");
      const before = polls("far");
      near.signal("SIGKILL");
      await until("another poll of the one in the other place", () => polls("far") > before);
    }),
  );
});

describe("a vault that is moved into a database, and back into a file", () => {
  /** Kills that came before the copy was whole: whoever reads what is told may be late. */
  let kills = 0;

  /** Runs `vault copy`, and kills it as soon as it says something. */
  async function killAt(args: readonly string[], text: string): Promise<void> {
    const child = installation.start(["vault", "copy", "--yes", ...args], { env });
    const decoder = new TextDecoder();
    let told = "";
    for await (const bytes of child.stderr) {
      told += decoder.decode(bytes);
      if (told.includes(text)) child.kill("SIGKILL");
    }
    await child.exited;
    if (child.signalCode !== null) kills += 1;
    expect([text, "was complete already"].some((one) => told.includes(one))).toBeTrue();
  }

  async function move(from: readonly string[], to: string): Promise<void> {
    const args = [...from, `--to=${to}`];
    for (const step of ["records copied", "records compared"]) await killAt(args, step);
    // Whether the last one was killed before its commit or after it.
    const moved = await installation.run(["vault", "copy", "--yes", ...args], { env });
    expect([moved.status, moved.stderr]).toEqual([
      0,
      expect.stringMatching(/every record was compared|was complete already/),
    ]);
  }

  test("comes there whole, whenever the copying is killed; the original names where it went", async () => {
    const file = `${installation.home}/wallets.json`;
    writeFileSync(file, JSON.stringify(allWallets), { mode: 0o600 });
    expect((await installation.run(["import", file])).status).toBe(0);
    const listed = await installation.run(["wallet", "list"]);
    const { url } = await newDatabase();
    await move([], url);
    expect((await runOn(url, ["wallet", "list"])).stdout).toBe(listed.stdout);

    for (const refused of [
      ["wallet", "list"],
      ["daemon", "--testnet"],
      ["job", "list"],
    ]) {
      const run = await installation.run(refused, { env: { TATUM_API_KEY: "key" } });
      expect(failureOf(run)).toMatchObject({
        status: 78,
        code: "VAULT_MOVED",
        error: expect.stringContaining(url),
      });
    }
    const status = await installation.run(["vault", "status"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ movedTo: url });

    const back = `${installation.home}/back.dat`;
    await move([`--store=${url}`], back);
    expect(failureOf(await runOn(url, ["wallet", "list"]))).toMatchObject({ code: "VAULT_MOVED" });
    expect((await installation.run(["wallet", "list", `--path=${back}`])).stdout).toBe(listed.stdout);
    expect((await installation.run(["vault", "verify", `--path=${back}`])).status).toBe(0);
    expect(kills).toBeGreaterThan(0);
  });
});
