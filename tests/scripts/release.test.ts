/** What belongs to a release beside its files: one version everywhere, a careful workflow, signatures that common tools check. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../src/version.ts";

// Keys are made: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("the version", () => {
  test("has its heading in the changelog", () => {
    expect(read("CHANGELOG.md")).toMatch(new RegExp(`^## ${RegExp.escape(version)}( |$)`, "m"));
  });

  test("is semantic", () => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
  });
});

describe.each(readdirSync(join(root, ".github/workflows")))("the workflow %s", (name) => {
  interface Job {
    readonly permissions?: Readonly<Record<string, string>>;
    readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
  }
  const workflow = Bun.YAML.parse(read(`.github/workflows/${name}`)) as {
    readonly permissions: unknown;
    readonly jobs: Readonly<Record<string, Job>>;
  };

  test("pins each action to a commit", () => {
    const used = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used.length).toBeGreaterThan(0);
    for (const one of used) expect(one).toMatch(/^[a-z-]+\/[a-z-]+@[0-9a-f]{40}$/);
  });

  test("may do nothing but what each job says, and writes to no repository", () => {
    expect(workflow.permissions).toEqual({});
    for (const { permissions, steps } of Object.values(workflow.jobs)) {
      expect(permissions).toMatchObject({ contents: "read" });
      const checkout = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect(checkout?.with).toMatchObject({ "persist-credentials": false });
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), "signing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: readonly string[], input = ""): { readonly status: number; readonly output: string } {
  const done = Bun.spawnSync([...command], {
    cwd: folder,
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  return { status: done.exitCode, output: `${done.stdout}${done.stderr}` };
}

const hasTools = ["minisign", "ssh-keygen", "sha256sum"].every((name) => Bun.which(name) !== null);

describe.skipIf(!hasTools)("a signed release", () => {
  const file = "tatum-kms-9.0.0.cdx.json";

  function sign(): void {
    writeFileSync(join(folder, file), "{}\n");
    writeFileSync(join(folder, "SHA256SUMS"), run(["sha256sum", file]).output);
    run(["minisign", "-G", "-W", "-f", "-p", "minisign.pub", "-s", "minisign.key"]);
    run(["rm", "-f", "key", "key.pub"]);
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"]);
    expect(run([join(root, "scripts/sign-release"), ".", "minisign.key", "key"])).toMatchObject({
      status: 0,
    });
    writeFileSync(
      join(folder, "allowed_signers"),
      `releases@tatum.io ${readFileSync(join(folder, "key.pub"), "utf8")}`,
    );
  }

  const byMinisign = () => run(["minisign", "-Vm", "SHA256SUMS", "-p", "minisign.pub"]).status;
  const bySsh = () =>
    run(
      [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "allowed_signers",
        "-I",
        "releases@tatum.io",
        "-n",
        "file",
        "-s",
        "SHA256SUMS.sig",
      ],
      readFileSync(join(folder, "SHA256SUMS"), "utf8"),
    ).status;

  test("is verified by minisign, by ssh-keygen and by sha256sum", () => {
    sign();
    expect([byMinisign(), bySsh(), run(["sha256sum", "--check", "SHA256SUMS"]).status]).toEqual([0, 0, 0]);
  });

  test("with another list is refused by both", () => {
    sign();
    writeFileSync(join(folder, "SHA256SUMS"), `${"0".repeat(64)}  ${file}\n`);
    expect([byMinisign(), bySsh()]).not.toContain(0);
  });

  test("is not made of files that are not those of the list", () => {
    sign();
    writeFileSync(join(folder, file), "{ }\n");
    expect(run([join(root, "scripts/sign-release"), ".", "minisign.key", "key"]).status).not.toBe(0);
  });
});
