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
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { executable } from "../../e2e/executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

interface Probe {
  readonly exec: { readonly command: readonly string[] };
}

interface Manifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly args: readonly string[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

const project = join(import.meta.dir, "../../..");
const password = "correct horse battery";
let folder: string;
let root: string;

const mayMount =
  process.getuid?.() === 0 && Bun.spawnSync(["unshare", "--mount", "--pid", "--fork", "true"]).exitCode === 0;

/** Mounts as a container runtime does, then becomes the program: process 1 of its own world. */
const enter = `
  set -e
  root=$1 user=$2; shift 2
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/tmp"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$root/run/tatum-kms"
  while [ "$1" != -- ]; do
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    shift 2
  done
  shift
  mount -o remount,bind,ro "$root"
  exec chroot --userspec="$user:$user" --groups= "$root" "$@"
`;

interface Entering {
  readonly user: number;
  /** The folder at the place of the user's vault. */
  readonly volume?: string;
  /** Other folders by the place where they are seen. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

function start(words: readonly string[], { user, volume, mounts = {}, env = {} }: Entering) {
  const world = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh"];
  const all = { ...mounts, ...(volume !== undefined && { "/root/.tatumrc": volume }) };
  const binds = Object.entries(all).flatMap(([place, of]) => [of, place]);
  return Bun.spawn([...world, root, String(user), ...binds, "--", "/tatum-kms", ...words], {
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

/** Empty when it has none. */
function firstChild(id: number): string {
  const file = `/proc/${id}/task/${id}/children`;
  return existsSync(file) ? (readFileSync(file, "utf8").trim().split(" ")[0] ?? "") : "";
}

/** Ends what runs within: with its user it has lost the signal that it would get at the end of its parent. */
function end({ pid }: { readonly pid: number }): void {
  const program = firstChild(pid);
  if (program !== "") process.kill(Number(program), "SIGKILL");
}

/** The process that is number 1 within, by its number outside, once the program has taken its place. */
async function programWithin(outer: number): Promise<number> {
  for (let waited = 0; waited < 300; waited++) {
    const first = firstChild(outer);
    if (first !== "" && readlinkSync(`/proc/${first}/exe`).endsWith("/tatum-kms")) return Number(first);
    await Bun.sleep(100);
  }
  throw new Error("The program did not start.");
}

/** What the manifests start, and with which variables. */
function kubernetes() {
  const text = readFileSync(join(project, "scripts/container/kubernetes.yaml"), "utf8");
  const manifests = Bun.YAML.parse(text) as readonly Manifest[];
  const [container] = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
  if (container === undefined) throw new Error("The manifests start nothing.");
  return { data: manifests[0]?.data ?? {}, container };
}

/** Waits until the daemon has written its metrics: it lives then, and has asked the API. */
async function metricsOf(program: number): Promise<void> {
  const written = `/proc/${program}/root/run/tatum-kms/daemon.prom`;
  for (let waited = 0; waited < 300 && !existsSync(written); waited++) await Bun.sleep(100);
}

/** The status of a command that the runtime starts beside the program, as probes are. */
function probe(program: number, command: readonly string[], env: Readonly<Record<string, string>>): number {
  const within = ["nsenter", `--target=${program}`, "--mount", "--pid", "--root", "--wd"];
  return Bun.spawnSync([...within, ...command], { env }).exitCode;
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
      await metricsOf(program);
      expect(readFileSync(`/proc/${program}/status`, "utf8")).toMatch(/^NSpid:\t\d+\t1$/m);
      const probeEnv = { TATUM_KMS_METRICS_FILE: env.TATUM_KMS_METRICS_FILE };
      expect(probe(program, ["/tatum-kms", "health", "--live"], probeEnv)).toBe(0);
      // Nobody answers at the API's place: it is alive, and not ready.
      expect(probe(program, ["/tatum-kms", "health"], probeEnv)).toBe(69);
      process.kill(program, "SIGTERM");
      expect(await child.exited).toBe(0);
    } finally {
      end(child);
    }
  });

  test("runs as Kubernetes is told to, and its probes tell being alive from being ready", async () => {
    const { data, container } = kubernetes();
    // A volume of root's, as fsGroup hands it to the group of the pod.
    const vault = makeVolume("vault", 0);
    chownSync(vault, 0, 65532);
    chmodSync(vault, 0o2770);
    const secrets = makeVolume("secrets", 0, 0o755);
    writeFileSync(join(secrets, "password"), password);
    chownSync(join(secrets, "password"), 0, 65532);
    chmodSync(join(secrets, "password"), 0o440);
    const env = { ...data, HOME: "/root", TATUM_API_KEY: "key", TATUM_API_URL: "http://127.0.0.1:9" };
    const entering = { user: 65532, mounts: { "/vault": vault, "/secrets": secrets }, env };
    const made = await run(["generatemanagedwallet", "ETH"], entering);
    expect({ status: made.status, error: made.status === 0 ? "" : made.stderr }).toEqual({
      status: 0,
      error: "",
    });
    const child = start(container.args, entering);
    try {
      const program = await programWithin(child.pid);
      await metricsOf(program);
      expect(probe(program, container.livenessProbe.exec.command, env)).toBe(0);
      expect(probe(program, container.readinessProbe.exec.command, env)).toBe(69);
    } finally {
      end(child);
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
      end(child);
    }
  });
});
