/** A password shows up nowhere, whichever place of this machine it comes from. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useSharedFolder } from "../../temporary-folder.ts";
import { executable, Installation } from "../executable.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(120_000);

const canary = "Kanarienvogel-Passwort";
/** Long enough to stand nowhere by chance; also as it would look in other clothes. */
const traces = [
  "Kanarienvogel",
  "kanarienvogel",
  Buffer.from(canary).toString("base64").slice(0, 16),
  Buffer.from(canary).toString("hex"),
  Buffer.from(canary, "utf16le").toString("latin1"),
];

/** Outside of the homes: the only places where the password may lie. */
const sources = useSharedFolder();
const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});

function source(name: string, content: string | Uint8Array): string {
  writeFileSync(sources(name), content, { mode: 0o600 });
  return sources(name);
}

interface Way {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Becomes file descriptor 3. */
  readonly descriptor?: string;
}

/** How each provider gets at the password that a file holds. */
const ways: Readonly<Record<string, (file: string) => Way>> = {
  password: (file) => ({ env: { TATUM_KMS_PASSWORD: readFileSync(file, "utf8") } }),
  prompt: (file) => ({ args: ["--provider=prompt"], input: readFileSync(file, "utf8") }),
  stdin: (file) => ({ args: ["--provider=stdin"], input: readFileSync(file, "utf8") }),
  fd: (file) => ({ env: { TATUM_KMS_PASSWORD_FD: "3" }, descriptor: file }),
  file: (file) => ({ env: { TATUM_KMS_PASSWORD_FILE: file } }),
  systemd: (file) => ({
    args: ["--provider=systemd"],
    env: {
      CREDENTIALS_DIRECTORY: join(file, ".."),
      TATUM_KMS_SYSTEMD_CREDENTIAL: file.split("/").pop() ?? "",
    },
  }),
  exec: (file) => ({ env: { TATUM_KMS_PASSWORD_COMMAND: JSON.stringify(["cat", file]) } }),
};

function start(installation: Installation, args: readonly string[], way: Way) {
  return Bun.spawn([executable, ...args, ...(way.args ?? [])], {
    cwd: installation.home,
    env: { HOME: installation.home, PATH: "/usr/bin:/bin", TATUM_KMS_DEBUG_MODE: "true", ...way.env },
    stdio: [
      way.input === undefined ? "ignore" : new Blob([way.input]),
      "pipe",
      "pipe",
      way.descriptor === undefined ? "ignore" : Bun.file(way.descriptor),
    ],
  });
}

async function run(installation: Installation, args: readonly string[], way: Way) {
  const child = start(installation, args, way);
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, output: stdout + stderr };
}

function expectNoTrace(text: string): void {
  for (const trace of traces) expect(text.includes(trace)).toBe(false);
}

/** Looks through every file of a home, vault and backups among them. */
function expectNoTraceBelow(home: string): void {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toContain("wallet.dat");
  for (const { parentPath, name } of files) {
    expectNoTrace(name);
    expectNoTrace(readFileSync(join(parentPath, name)).toString("latin1"));
  }
}

function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

const names = Object.keys(ways);
const right = source("right", canary);
const other = newInstallation();
beforeAll(async () => {
  expect((await other.run(["generatemanagedwallet", "ETH"])).status).toBe(0);
});

describe.each(names)("the password of the provider %s", (name) => {
  const installation = newInstallation();
  const way = (ways[name] as (file: string) => Way)(right);

  test("is in no output and in no file of the commands that work", async () => {
    for (const args of [
      ["generatemanagedwallet", "ETH"],
      ["vault", "status"],
      ["vault", "backup", "backup.dat"],
      ["report"],
      ["checkconfig"],
      ["provider", "list"],
      ["provider", "test"],
      ["provider", "test", "--path=none"],
    ]) {
      const { status, output } = await run(installation, args, way);
      expect(status).toBe(0);
      expectNoTrace(output);
    }
    expect(existsSync(join(installation.home, "backup.dat"))).toBe(true);
    expectNoTraceBelow(installation.home);
  });

  test("is in no error when it is the wrong one, or there is no vault", async () => {
    for (const [args, status] of [
      [["provider", "test"], 77],
      [["export"], 77],
      [["getaddress", "none", "0"], 77],
      [["export", "--path=none"], 66],
      [["daemon", "--testnet", "--api-key=key"], 77],
    ] as const) {
      const failed = await run(other, args, way);
      expect(failed.status).toBe(status);
      expectNoTrace(failed.output);
    }
    expectNoTraceBelow(other.home);
  });

  test("is not to be seen from outside while the daemon runs, and not in its log", async () => {
    const env = { TATUM_API_KEY: "key", TATUM_API_URL: "http://127.0.0.1:1", ...way.env };
    const child = start(installation, ["daemon", "--testnet"], { ...way, env });
    const log: Uint8Array[] = [];
    for await (const chunk of child.stderr) {
      log.push(chunk);
      // Told when the vault is open.
      if (Buffer.concat(log).includes("waiting for some")) break;
    }
    const folder = `/proc/${child.pid}`;
    expect(Buffer.concat(log).toString()).toContain("waiting for some");
    expectNoTrace(readFileSync(`${folder}/cmdline`, "latin1"));
    // The variable itself is what a service manager put there.
    if (name !== "password") expectNoTrace(readFileSync(`${folder}/environ`, "latin1"));
    child.kill("SIGTERM");
    expectNoTrace(Buffer.concat(log).toString() + (await new Response(child.stdout).text()));
    expect(await child.exited).toBe(0);
  });
});

describe("what cannot be used as a password is not shown either", () => {
  const unusable: readonly (readonly [what: string, content: string | Uint8Array])[] = [
    ["no text", Buffer.concat([Buffer.from(canary), Uint8Array.of(0xff, 0xfe)])],
    ["with a NUL character", `${canary}\0${canary}`],
    ["too long", canary.repeat(5000)],
  ];

  test.each(
    ["fd", "file", "systemd", "exec"].flatMap((name) =>
      unusable.map((content) => [name, ...content] as const),
    ),
  )("%s: %s", async (name, what, content) => {
    const way = (ways[name] as (file: string) => Way)(source(what.replaceAll(" ", "-"), content));
    const { status, output } = await run(other, ["provider", "test"], way);
    expect(status).toBe(65);
    expectNoTrace(output);
  });

  test("a command's standard error", async () => {
    const command = JSON.stringify(["sh", "-c", `cat ${right} >&2; cat ${right}; exit 1`]);
    const way = { env: { TATUM_KMS_PASSWORD_COMMAND: command } };
    const { status, output } = await run(other, ["provider", "test"], way);
    expect(status).toBe(69);
    expect(output).toContain("standard error, which is not shown");
    expectNoTrace(output);
  });

  test.each([
    `/usr/bin/get --password ${canary}`,
    JSON.stringify(["/none/get", canary]),
    JSON.stringify(["false", canary]),
    `["get","${canary}"`,
  ])("a command that holds it: %s", async (command) => {
    for (const args of [["provider", "test"], ["checkconfig"], ["provider", "list"]]) {
      const { output } = await run(other, args, { env: { TATUM_KMS_PASSWORD_COMMAND: command } });
      expectNoTrace(output);
    }
  });
});
