/**
 * The image's root file system, entered as a container runtime does it: a root of its own that is read-only, process 1, users
 * without a name, nothing to run in /tmp. Needs root.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { executable } from "../../e2e/executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const project = join(import.meta.dir, "../../..");
const password = "correct horse battery";
let folder: string;
let root: string;

const mayMount =
  process.getuid?.() === 0 && Bun.spawnSync(["unshare", "--mount", "--pid", "--fork", "true"]).exitCode === 0;

/** Mounts as a container runtime does, then becomes the program: process 1 of its own world. */
const enter = `
  set -e
  root=$1 user=$2 volume=$3; shift 3
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/tmp"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/run/tatum-kms"
  [ -z "$volume" ] || mount --bind "$volume" "$root/root/.tatumrc"
  mount -o remount,bind,ro "$root"
  exec chroot --userspec="$user:$user" --groups= "$root" "$@"
`;

interface Entering {
  readonly user: number;
  readonly volume?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function start(words: readonly string[], { user, volume = "", env = {} }: Entering) {
  const world = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh"];
  return Bun.spawn([...world, root, String(user), volume, "/tatum-kms", ...words], {
    env: { ...env, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function run(words: readonly string[], entering: Entering) {
  const child = start(words, entering);
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, stdout, stderr };
}

/** The process that is number 1 within, by its number outside, once the program has taken its place. */
async function programWithin(outer: number): Promise<number> {
  for (let waited = 0; waited < 300; waited++) {
    const [first = ""] = readFileSync(`/proc/${outer}/task/${outer}/children`, "utf8").trim().split(" ");
    if (first !== "" && readlinkSync(`/proc/${first}/exe`).endsWith("/tatum-kms")) return Number(first);
    await Bun.sleep(100);
  }
  throw new Error("The program did not start.");
}

function makeVolume(name: string, owner: number, mode = 0o700): string {
  const volume = join(folder, name);
  mkdirSync(volume);
  chmodSync(volume, mode);
  chownSync(volume, owner, owner);
  return volume;
}

beforeAll(() => {
  if (!mayMount) return;
  folder = mkdtempSync(join(tmpdir(), "image-"));
  chmodSync(folder, 0o755);
  root = join(folder, "root");
  mkdirSync(root);
  const archive = join(folder, "root.tar");
  for (const command of [
    [join(project, "scripts/container/root-file-system"), executable, archive],
    ["tar", "-xpf", archive, "--same-owner", "-C", root],
  ]) {
    const { exitCode, stderr } = Bun.spawnSync(command, { env: process.env, stderr: "pipe" });
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  }
});
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!mayMount)("the root file system of the image", () => {
  test("holds no shell, and what a new volume takes over belongs to its user", () => {
    expect(existsSync(join(root, "bin"))).toBe(false);
    const { uid, mode } = statSync(join(root, "root/.tatumrc"));
    expect([uid, mode & 0o777]).toEqual([65532, 0o700]);
    expect(readFileSync(join(root, "licenses/THIRD-PARTY-NOTICES.txt"), "utf8")).toContain(
      "Third-party notices",
    );
  });

  test("is the same each time it is made", () => {
    const again = join(folder, "again.tar");
    const command = [join(project, "scripts/container/root-file-system"), executable, again];
    expect(Bun.spawnSync(command, { env: { ...process.env, TZ: "Asia/Kathmandu" } }).exitCode).toBe(0);
    expect(Bun.spawnSync(["cmp", again, join(folder, "root.tar")]).exitCode).toBe(0);
  });

  test.each([
    [65532, "NO_WALLET_FILE"],
    [12345, "CONFIGURATION"],
  ])("runs as user %d without HOME; what /etc/passwd says counts then", async (user, code) => {
    expect(await run(["--version"], { user })).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(JSON.parse((await run(["vault", "status"], { user })).stderr).code).toBe(code);
    expect((await run(["generatewallet", "BTC"], { user })).status).toBe(0);
  });

  test.each([65532, 12345, 0])("keeps a vault in the volume of user %d", async (user) => {
    const volume = makeVolume(`volume-${user}`, user);
    const entering = { user, volume, env: { HOME: "/root", TATUM_KMS_PASSWORD: password } };
    const made = await run(["generatemanagedwallet", "ETH"], entering);
    expect({ status: made.status, error: made.status === 0 ? "" : made.stderr }).toEqual({
      status: 0,
      error: "",
    });
    const { uid, mode } = statSync(join(volume, "wallet.dat"));
    expect([uid, mode & 0o777]).toEqual([user, 0o600]);
    expect(JSON.parse((await run(["vault", "status"], entering)).stdout).wallets).toBe(1);
  });

  test("says whose a volume is that belongs to somebody else, and what to do", async () => {
    const volume = makeVolume("of-another", 1000, 0o755);
    const { status, stderr } = await run(["generatemanagedwallet", "ETH"], {
      user: 65532,
      volume,
      env: { HOME: "/root", TATUM_KMS_PASSWORD: password },
    });
    expect(status).toBe(77);
    const { code, error, hint } = JSON.parse(stderr.trim().split("\n").at(-1) ?? "{}");
    expect(code).toBe("VAULT_PERMISSIONS");
    expect(error).toContain("/root/.tatumrc");
    expect(hint).toBeString();
  });

  test("runs the daemon as process 1, which shows its health and ends on SIGTERM", async () => {
    const volume = join(folder, "volume-65532");
    const env = {
      HOME: "/root",
      TATUM_KMS_PASSWORD: password,
      TATUM_API_KEY: "key",
      TATUM_API_URL: "http://127.0.0.1:9",
      TATUM_KMS_METRICS_FILE: "/run/tatum-kms/daemon.prom",
    };
    const child = start(["daemon", "--testnet", "--period=1"], { user: 65532, volume, env });
    try {
      const program = await programWithin(child.pid);
      const written = `/proc/${program}/root/run/tatum-kms/daemon.prom`;
      for (let waited = 0; waited < 300 && !existsSync(written); waited++) await Bun.sleep(100);
      expect(readFileSync(`/proc/${program}/status`, "utf8")).toMatch(/^NSpid:\t\d+\t1$/m);
      const probe = [
        "nsenter",
        `--target=${program}`,
        "--mount",
        "--pid",
        "--root",
        "--wd",
        "/tatum-kms",
        "health",
      ];
      const probeEnv = { env: { TATUM_KMS_METRICS_FILE: env.TATUM_KMS_METRICS_FILE } };
      expect(Bun.spawnSync([...probe, "--live"], probeEnv).exitCode).toBe(0);
      // Nobody answers at the API's place: it is alive, and not ready.
      expect(Bun.spawnSync(probe, probeEnv).exitCode).toBe(69);
      process.kill(program, "SIGTERM");
      expect(await child.exited).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("as process 1 buries what others leave behind", async () => {
    const volume = join(folder, "volume-12345");
    cpSync("/bin/sh", join(volume, "sh"), { dereference: true });
    cpSync("/bin/sleep", join(volume, "sleep"), { dereference: true });
    chmodSync(join(volume, "sh"), 0o755);
    const env = {
      HOME: "/root",
      TATUM_KMS_PASSWORD: password,
      TATUM_API_KEY: "key",
      TATUM_API_URL: "http://127.0.0.1:9",
    };
    const child = start(["daemon", "--testnet", "--period=1"], { user: 12345, volume, env });
    try {
      const program = await programWithin(child.pid);
      // A shell that ends at once leaves a child of process 1, which ends a second later.
      const within = ["nsenter", `--target=${program}`, "--mount", "--pid", "--root", "--wd"];
      const left = "/root/.tatumrc/sleep 1 & exit 0";
      expect(Bun.spawnSync([...within, "/root/.tatumrc/sh", "-c", left]).exitCode).toBe(0);
      const children = `/proc/${program}/task/${program}/children`;
      const count = (): number => readFileSync(children, "utf8").trim().split(" ").filter(Boolean).length;
      expect(count()).toBe(1);
      for (let waited = 0; waited < 300 && count() > 0; waited++) await Bun.sleep(100);
      expect(count()).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
