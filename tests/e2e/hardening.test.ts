/** What other processes and files can get of a running daemon's secrets, on Linux. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder, useSharedFolder } from "../temporary-folder.ts";
import { type RunningDaemon, Scene, until } from "./daemon/running-daemon.ts";
import { ethPayment } from "./daemon/wallets.ts";
import { executable, Installation } from "./executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const canaries = {
  TATUM_API_KEY: "canary-of-the-api-key",
  TATUM_KMS_NEW_PASSWORD: "canary-of-a-new-password",
  AZURE_CLIENT_SECRET: "canary-of-azure",
  VAULT_TOKEN: "canary-of-a-token",
  AWS_ACCESS_KEY_ID: "canary-of-aws",
  IDENTITY_HEADER: "canary-of-a-managed-identity",
  TATUM_KMS_VAULT_ROLE_ID: "canary-of-a-role",
  TATUM_KMS_VGS_USERNAME: "canary-of-vgs",
};

/** Secrets inside values that are otherwise none, also of variables that nobody here knows. */
const partlySecret = {
  HTTPS_PROXY: "http://someone:canary-in-a-proxy@127.0.0.1:9",
  SOME_DATABASE: "postgres://someone:canary-in-a-url@host/database",
  SOME_HOOK: "https://host/hook?canary-in-a-query",
};

const isLinux = process.platform === "linux";
const isRoot = process.getuid?.() === 0;

function ofProcess({ pid }: RunningDaemon, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, "latin1");
}

async function polling(daemon: RunningDaemon): Promise<RunningDaemon> {
  await daemon.logged("begins its work");
  return daemon;
}

describe.if(isLinux)("a running daemon", () => {
  let scene: Scene;
  let daemon: RunningDaemon;
  beforeAll(async () => {
    scene = await Scene.with();
    scene.api.pending = [ethPayment(1)];
    daemon = await polling(scene.start(["--chain=ETH"], { env: { ...canaries, ...partlySecret } }));
    await daemon.logged("Tx was processed");
  });
  afterAll(() => scene.end());

  // What it was started with belongs to root alone, as the tests further below show.
  test.if(isRoot)("shows no secret in its environment, only the names", () => {
    const environment = ofProcess(daemon, "environ");
    expect(environment).toContain("TATUM_KMS_PASSWORD=\0");
    expect(environment).toContain(`HOME=${scene.installation.home}\0`);
    for (const secret of [scene.installation.password, "canary"]) expect(environment).not.toContain(secret);
    expect(environment).toMatch(/\0HTTPS_PROXY=http:\/\/\0+@127\.0\.0\.1:9\0/);
    expect(environment).toMatch(/\0SOME_HOOK=https:\/\/host\/hook\?\0+/);
  });

  test("works with the secrets it no longer shows", () => {
    const [poll] = scene.api.to("/v3/kms/pending/ETH");
    expect(poll?.headers["x-api-key"]).toBe(canaries.TATUM_API_KEY);
  });

  test("may write no core file", () => {
    expect(ofProcess(daemon, "limits")).toMatch(/^Max core file size +0 +0 /m);
  });

  test("makes files for its own user only", () => {
    const folder = join(scene.installation.home, ".tatumrc");
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });
});

describe.if(isLinux)("of the arguments", () => {
  test("an API key and the password in a URL are not shown, and work", async () => {
    const scene = await Scene.with();
    try {
      scene.api.pending = [ethPayment(1)];
      const url = scene.api.fourEyeUrl.replace("://", "://kms:canary-of-the-four-eye-server@");
      const args = ["--chain=ETH", "--api-key", canaries.TATUM_API_KEY, `--external-url=${url}`];
      const daemon = await polling(scene.start(args));
      await daemon.logged("Tx was processed");
      const shown = ofProcess(daemon, "cmdline");
      expect(shown).not.toContain("canary");
      expect(shown).toContain("--api-key\0");
      expect(shown).toMatch(/\0--external-url=http:\/\/\0+@127\.0\.0\.1:/);
      expect(scene.api.to("/v3/kms/pending/ETH")[0]?.headers["x-api-key"]).toBe(canaries.TATUM_API_KEY);
      expect(scene.api.to("/four-eye/")[0]?.headers["authorization"]).toBe(
        `Basic ${btoa("kms:canary-of-the-four-eye-server")}`,
      );
    } finally {
      await scene.end();
    }
  });
});

test.if(isLinux && isRoot)("the words of the password's command are not shown", async () => {
  const scene = await Scene.with();
  try {
    const command = JSON.stringify(["echo", scene.installation.password]);
    const env = { TATUM_KMS_PASSWORD: "", TATUM_KMS_PASSWORD_COMMAND: command };
    const daemon = await polling(scene.start(["--chain=ETH"], { env }));
    expect(ofProcess(daemon, "environ")).toContain("TATUM_KMS_PASSWORD_COMMAND=\0");
    expect(ofProcess(daemon, "environ")).not.toContain(scene.installation.password);
  } finally {
    await scene.end();
  }
});

test.if(isLinux)("the password of a proxy is not shown, and works", async () => {
  const asked: string[] = [];
  const proxy = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, bytes) {
        asked.push(bytes.toString("latin1"));
        socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
      },
    },
  });
  const scene = await Scene.with();
  try {
    const env = {
      TATUM_API_URL: "https://api.example.test",
      HTTPS_PROXY: `http://someone:canary@127.0.0.1:${proxy.port}`,
      NO_PROXY: "",
    };
    const daemon = scene.start(["--chain=ETH"], { env });
    await until("a request", () => asked.length > 0);
    if (isRoot) expect(ofProcess(daemon, "environ")).not.toContain("canary");
    expect(asked[0]).toStartWith("CONNECT api.example.test:443 ");
    expect(asked[0]).toContain(`Proxy-Authorization: Basic ${btoa("someone:canary")}`);
  } finally {
    await scene.end();
    proxy.stop(true);
  }
});

/** A program that raises the limit before it starts another one in its place. */
const withoutLimit = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh"];

/** Whether this system writes core files into the working directory at all, as `core(5)` says. */
function writesCoreFiles(): boolean {
  using folder = new TemporaryFolder();
  Bun.spawnSync([...withoutLimit, "sh", "-c", "kill -ABRT $$"], { cwd: folder.path });
  return readdirSync(folder.path).length > 0;
}

describe.if(isLinux && writesCoreFiles())("a crash", () => {
  test.each(["SIGABRT", "SIGSEGV", "SIGQUIT", "SIGBUS"] as const)(
    "by %s leaves no core file behind, even where there was no limit",
    async (signal) => {
      const scene = await Scene.with();
      try {
        const { home } = scene.installation;
        const before = readdirSync(home);
        const daemon = await polling(scene.start(["--chain=ETH"], { through: withoutLimit }));
        daemon.signal(signal);
        await daemon.exited();
        expect(readdirSync(home)).toEqual(before);
      } finally {
        await scene.end();
      }
    },
  );
});

const NOBODY = 65_534;
const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

/** Whether a process of nobody may read such a file of another one. */
function nobodyMayRead(pid: number, file: string): boolean {
  // The first page of memory is mapped nowhere: of /proc/<pid>/mem the opening alone is tried.
  return Bun.spawnSync([...asNobody, "sh", "-c", `exec < /proc/${pid}/${file}`], { stderr: "ignore" })
    .success;
}

function nobodyMayRun(command: readonly string[]): boolean {
  return Bun.spawnSync([...asNobody, ...command], { stderr: "ignore", stdout: "ignore" }).success;
}

describe.if(isLinux && isRoot && nobodyMayRun([executable, "--version"]))("the same user, not root", () => {
  let scene: Scene;
  let daemon: RunningDaemon;
  beforeAll(async () => {
    scene = await Scene.with();
    const { home, vaultPath } = scene.installation;
    for (const path of [home, join(home, ".tatumrc"), vaultPath]) chownSync(path, NOBODY, NOBODY);
    daemon = await polling(scene.start(["--chain=ETH"], { through: asNobody }));
  });
  afterAll(() => scene.end());

  test.each(["environ", "mem", "maps", "auxv"])("cannot open /proc/<pid>/%s", (file) => {
    expect(nobodyMayRead(daemon.pid, file)).toBe(false);
  });

  test("could, were it not for the daemon's own doing", () => {
    const other = Bun.spawn([...asNobody, "sleep", "60"]);
    Bun.sleepSync(200);
    expect(nobodyMayRead(other.pid, "environ")).toBe(true);
    expect(nobodyMayRead(other.pid, "mem")).toBe(true);
    other.kill();
  });

  test("sees a daemon that works", async () => {
    scene.api.pending = [ethPayment(1)];
    await daemon.logged("Tx was processed");
  });
});

describe("a variable that steers the runtime or the dynamic linker", () => {
  const variables = [
    ["BUN_BE_BUN", "1"],
    ["BUN_OPTIONS", "--print=1"],
    ["BUN_INSPECT", "1"],
    ["BUN_INSPECT_CONNECT_TO", "ws://127.0.0.1:9/"],
    ["BUN_INSPECT_NOTIFY", "1"],
    ["BUN_INSPECT_PRELOAD", "/does/not/exist.js"],
    ["BUN_JSC_useDollarVM", "1"],
    ["BUN_CONFIG_VERBOSE_FETCH", "1"],
    ["BUN_CRASH_REPORT_URL", "1"],
    ["JSC_useDollarVM", "1"],
    ["NODE_OPTIONS", "1"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "1"],
    ["LD_PRELOAD", "1"],
    ["LD_AUDIT", "1"],
  ] as const;

  test.each(variables)("%s keeps the program from working", async (name, value) => {
    const installation = new Installation();
    try {
      const { status, stdout, stderr } = await installation.run(["export"], { env: { [name]: value } });
      expect([status, stdout]).toEqual([78, ""]);
      expect(stderr).toContain(`The variable ${name} is set`);
    } finally {
      installation.remove();
    }
  });

  const words = ["pkcs11-process", "aws-process"];
  const inWorkers = words.flatMap((word) => variables.map(([name, value]) => [name, word, value] as const));

  test.each(inWorkers)("%s keeps the %s from working", async (name, word, value) => {
    const installation = new Installation();
    try {
      const run = await installation.run([word], { env: { [name]: value } });
      expect([run.status, run.stdout]).toEqual([78, ""]);
      expect(run.stderr).toContain(`The variable ${name} is set`);
    } finally {
      installation.remove();
    }
  });

  test.if(isLinux)("BUN_BE_BUN and BUN_OPTIONS run no foreign code", async () => {
    const installation = new Installation();
    try {
      const code = join(installation.home, "code.js");
      writeFileSync(code, 'console.log("foreign")');
      for (const [args, env] of [
        [["run", code], { BUN_BE_BUN: "1" }],
        [["export"], { BUN_OPTIONS: `--preload=${code}` }],
        [["export"], { BUN_INSPECT: "1", BUN_INSPECT_PRELOAD: code }],
      ] as const)
        expect(await installation.run(args, { env })).toMatchObject({ status: 78, stdout: "" });
    } finally {
      installation.remove();
    }
  });
});

describe.if(isLinux)("a library in LD_LIBRARY_PATH under the name of one that the program needs", () => {
  const folder = useSharedFolder();
  const loads = folder("loads");
  beforeAll(() => {
    const source = `
      #include <stdio.h>
      #include <unistd.h>
      __attribute__((constructor)) static void tell(void) {
        FILE *file = fopen("${loads}", "a");
        if (file == NULL) return;
        fprintf(file, "%d\\n", getpid());
        fclose(file);
      }`;
    const library = folder("libdl.so.2");
    const command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-Wl,-soname,libdl.so.2", "-o", library];
    const made = Bun.spawnSync(command, { stdin: Buffer.from(source), stderr: "pipe" });
    if (!made.success) throw new Error(made.stderr.toString());
  });

  test("is not in the process that opens the vault, which is the one that was started", async () => {
    const scene = await Scene.with();
    try {
      const daemon = await polling(scene.start(["--chain=ETH"], { env: { LD_LIBRARY_PATH: folder() } }));
      // Once: in the program as it was started, which then put itself in its own place.
      expect(readFileSync(loads, "utf8")).toBe(`${daemon.pid}\n`);
      expect(ofProcess(daemon, "maps")).not.toContain(folder());
      expect(ofProcess(daemon, "cmdline")).toStartWith(`${executable}\0daemon\0`);
      expect(ofProcess(daemon, "comm")).toBe("tatum-kms\n");
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    } finally {
      await scene.end();
    }
  });

  test("is what a password's command still gets", async () => {
    const installation = new Installation();
    try {
      const words = ["sh", "-c", `test "$LD_LIBRARY_PATH" = ${folder()} && echo a-long-password`];
      const env = {
        LD_LIBRARY_PATH: folder(),
        TATUM_KMS_PASSWORD: "",
        TATUM_KMS_PASSWORD_COMMAND: JSON.stringify(words),
      };
      const run = await installation.run(["provider", "test"], { env });
      expect(JSON.parse(run.stdout)).toMatchObject({ provider: "exec", fetched: true });
    } finally {
      installation.remove();
    }
  });
});

test.if(isLinux)("a variable of the allocator is not there any more when the vault is opened", async () => {
  const scene = await Scene.with();
  try {
    const daemon = await polling(scene.start(["--chain=ETH"], { env: { MIMALLOC_PURGE_DELAY: "9" } }));
    if (isRoot) expect(ofProcess(daemon, "environ")).not.toContain("MIMALLOC");
    const words = ofProcess(daemon, "cmdline").split("\0");
    expect(words.slice(0, 2)).toEqual([executable, "daemon"]);
  } finally {
    await scene.end();
  }
});
