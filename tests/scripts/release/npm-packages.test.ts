/** The npm packages, installed by those who install packages: from a registry, into a folder of nobody, and then used. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type PackageContents,
  platformPackage,
  type ReleaseFile,
  wrapperPackage,
} from "../../../scripts/release/npm-packages.ts";
import { hostTarget, targets } from "../../../scripts/release/targets.ts";
import { version } from "../../../src/version.ts";
import { executable } from "../../e2e/executable.ts";
import { serveRegistry } from "./npm-registry.ts";

// Each installation unpacks an executable, on a machine that may be busy.
setDefaultTimeout(180_000);

const root = join(import.meta.dir, "../../..");
const host = hostTarget();
const contents: PackageContents = {
  version,
  time: 1_700_000_000,
  documents: [{ path: "LICENSE", content: "MIT" }],
};
const foreign = new TextEncoder().encode("not for this machine");

let folder: string;
let registry: Awaited<ReturnType<typeof serveRegistry>>;

let packages: ReleaseFile[];

function makePackages(): ReleaseFile[] {
  const own = readFileSync(executable);
  const platforms = targets;
  return [
    wrapperPackage(contents),
    ...platforms.map((one) => platformPackage(one, one.name === host.name ? own : foreign, contents)),
  ];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "npm-packages-"));
  packages = makePackages();
  registry = await serveRegistry(packages);
});
afterAll(() => {
  registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

const tool = (name: string): string => join(root, "node_modules", ".bin", name);

async function run(command: readonly string[], home: string, env: Readonly<Record<string, string>> = {}) {
  const child = Bun.spawn([...command], {
    cwd: home,
    env: {
      HOME: home,
      PATH: `${join(home, "bin")}:/usr/local/bin:/usr/bin:/bin`,
      npm_config_registry: registry.url,
      npm_config_update_notifier: "false",
      ...env,
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, stdout, stderr };
}

/** How each puts a package where its programs are found, and where that is. */
const managers = [
  { name: "npm", install: (home: string) => ["npm", "install", "-g", `--prefix=${home}`] },
  {
    name: "pnpm",
    install: (home: string) => [
      tool("pnpm"),
      "add",
      "-g",
      `--global-bin-dir=${home}/bin`,
      `--global-dir=${home}/global`,
    ],
  },
  { name: "bun", install: () => [process.execPath, "add", "-g"] },
  {
    name: "yarn",
    install: (home: string) => [
      tool("yarn"),
      "global",
      "add",
      `--prefix=${home}`,
      `--global-folder=${home}/global`,
    ],
  },
] as const;

describe.each(managers)("installed with $name", ({ name, install }) => {
  let home: string;
  beforeAll(async () => {
    home = mkdtempSync(join(folder, `${name}-`));
    const before = registry.downloads().length;
    const env = {
      BUN_INSTALL: home,
      BUN_CONFIG_REGISTRY: registry.url,
      YARN_CACHE_FOLDER: join(home, "cache"),
    };
    const done = await run([...install(home), "@tatumio/tatum-kms"], home, env);
    expect({ ...done, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: expect.any(String) });
    const got = registry.downloads().slice(before);
    expect(got).toContain(`tatumio-tatum-kms-${host.name}-${version}.tgz`);
    // yarn downloads all and then throws away what is not for this system.
    if (name === "yarn") return;
    expect(
      got.filter((file) => /darwin|windows|arm64/.test(file) !== /darwin|windows|arm64/.test(host.name)),
    ).toEqual([]);
  });

  test("it runs by its name, with its words and its status", async () => {
    expect(await run(["tatum-kms", "--version"], home)).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
    const { status, stderr } = await run(["tatum-kms", "no-such-command"], home);
    expect(status).toBe(64);
    expect(JSON.parse(stderr)).toMatchObject({ code: "USAGE" });
  });

  test("it makes a wallet in a home that was empty", async () => {
    const made = await run(["tatum-kms", "generatemanagedwallet", "ETH"], home, {
      TATUM_KMS_PASSWORD: "correct horse battery",
    });
    expect(JSON.parse(made.stdout)).toMatchObject({ signatureId: expect.any(String) });
    expect(existsSync(join(home, ".tatumrc", "wallet.dat"))).toBe(true);
  });

  test("SIGTERM ends the executable", async () => {
    const child = Bun.spawn(["tatum-kms", "sandbox", "--port=0"], {
      env: { HOME: home, PATH: `${join(home, "bin")}:/usr/local/bin:/usr/bin:/bin` },
      stdout: "pipe",
      stderr: "pipe",
    });
    const { value } = await child.stdout.getReader().read();
    const url = /http:\S+/.exec(new TextDecoder().decode(value))?.[0] ?? "";
    child.kill("SIGTERM");
    // By itself, or by the signal where it came before the sandbox took note of it: no process may be left.
    expect([0, 143]).toContain(await child.exited);
    expect(fetch(url)).rejects.toThrow();
  });
});

describe("the package that finds the executable", () => {
  test("says which package is missing when there is none for the platform", async () => {
    const home = mkdtempSync(join(folder, "bare-"));
    writeFileSync(join(home, "tatum-kms.cjs"), readFileSync(join(root, "scripts/release/npm/tatum-kms.cjs")));
    const { status, stderr } = await run(["node", "tatum-kms.cjs", "--version"], home);
    expect(status).toBe(69);
    expect(JSON.parse(stderr).error).toContain(`@tatumio/tatum-kms-${process.platform}-${process.arch}`);
  });

  test("runs nothing when it is installed", async () => {
    for (const { content } of packages) {
      const files = await new Bun.Archive(content as Uint8Array).files();
      const manifest = JSON.parse((await files.get("package/package.json")?.text()) ?? "{}");
      expect(manifest.scripts).toBeUndefined();
    }
  });
});
