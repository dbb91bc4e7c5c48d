/** The executable is the same bytes, whoever makes it, wherever and whenever. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostTarget } from "../../../scripts/release/targets.ts";

// Two releases of one platform, on a machine that may be busy.
setDefaultTimeout(600_000);

const root = join(import.meta.dir, "../../..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "executable-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): void {
  const { exitCode, stderr } = Bun.spawnSync([...command], {
    cwd,
    env: { ...process.env, ...env },
    stderr: "pipe",
  });
  expect({ exitCode, stderr: stderr.toString() }).toMatchObject({ exitCode: 0 });
}

/** The project as it lies here, with its libraries; links of the file system where it has them. */
function copyProject(to: string): void {
  mkdirSync(join(to, ".."), { recursive: true });
  cpSync(root, to, {
    recursive: true,
    filter: (path) => path !== join(root, "node_modules") && path !== join(root, "dist"),
  });
  const libraries = ["cp", "-a", "--reflink=auto", "node_modules", to];
  const isLinked =
    Bun.spawnSync(["cp", "-al", "node_modules", to], { cwd: root, stderr: "ignore" }).exitCode === 0;
  if (!isLinked) run(libraries, root);
}

/** What a release of this machine's platform consists of, by name and digest. */
function release(project: string, through: readonly string[], env: Readonly<Record<string, string>>): string {
  const words = ["scripts/release.ts", `--target=${hostTarget().name}`, "--outdir=dist/here"];
  run([...through, join(project, "node_modules/.bin/bun"), ...words], project, env);
  return readFileSync(join(project, "dist/here/SHA256SUMS"), "utf8");
}

describe("the facts of a build", () => {
  test("tell no commit where there is no git", () => {
    const script = `
      const { buildFactsFor } = await import("./scripts/release/executable.ts");
      process.stdout.write(buildFactsFor("bun-linux-x64").commit);
    `;
    const done = Bun.spawnSync([process.execPath, "-e", script], {
      cwd: root,
      env: { PATH: folder },
      stderr: "pipe",
    });
    expect({ commit: done.stdout.toString(), stderr: done.stderr.toString() }).toEqual({
      commit: "unknown",
      stderr: "",
    });
  });
});

describe("a release", () => {
  test("is the same by another user, in another folder, time zone, locale and umask", () => {
    const [here, there] = [join(folder, "here"), join(folder, "there, deeper/project")];
    copyProject(here);
    copyProject(there);
    const first = release(here, [], { TZ: "UTC", LC_ALL: "C" });
    // Bun for the platform, which the first one fetched: the other user may not write there.
    run(["cp", "-aln", join(here, "node_modules/.cache"), join(there, "node_modules/")], root);
    const isRoot = process.getuid?.() === 0;
    const another = ["setpriv", "--reuid=12000", "--regid=12000", "--clear-groups"];
    if (isRoot)
      run(["sh", "-c", "find . -path ./node_modules -prune -o -exec chown 12000:12000 {} +"], there);
    const through = ["sh", "-c", `umask 077; exec ${isRoot ? another.join(" ") : ""} "$@"`, "sh"];
    const second = release(there, through, {
      TZ: "Asia/Kathmandu",
      LC_ALL: "tr_TR.UTF-8",
      HOME: join(folder, "home"),
    });
    expect(first.split("\n").length).toBeGreaterThan(6);
    expect(second).toBe(first);
  });
});
