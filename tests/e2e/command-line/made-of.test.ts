/** What the executable says of its own making: `--version --verbose` and `licenses`. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { Installation } from "../executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../../..");
const installation = new Installation();
afterAll(() => installation.remove());

const digestOf = (file: string): string =>
  `sha256:${new Bun.CryptoHasher("sha256").update(readFileSync(join(root, file))).digest("hex")}`;

describe("--version --verbose", () => {
  test.each(["--version --verbose", "--verbose --version"])(
    "%s tells commit, runtime, settings and libraries",
    async (words) => {
      const { status, stdout, stderr } = await installation.run(words.split(" "));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual({
        version,
        commit: expect.stringMatching(/^([0-9a-f]{40}(-dirty)?|unknown)$/),
        bun: `${Bun.version} (${Bun.revision})`,
        target: expect.stringMatching(/^bun-[a-z]+-[a-z0-9]+/),
        flags: expect.arrayContaining(["minify", "bytecode"]),
        dependencies: digestOf("package-lock.json"),
      });
    },
  );

  test("is the only place for --verbose", async () => {
    const { status, stderr } = await installation.run(["report", "--verbose"]);
    expect(status).toBe(64);
    expect(JSON.parse(stderr).hint).toStartWith("It is an option of tatum-kms --version.");
  });
});

describe("licenses", () => {
  test("prints the notices of what is inside", async () => {
    const { status, stdout } = await installation.run(["licenses"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Third-party notices of tatum-kms: \d+ packages and the runtime\.\n/);
    expect(stdout).toMatch(/^viem \d+\.\d+\.\d+ \(MIT\)$/m);
  });
});
