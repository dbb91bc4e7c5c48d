/** An executable for a platform without the native code of PKCS#11: its commands say so, everything else works. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { Installation } from "./executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
const executable = join(installation.home, "tatum-kms");
const uri = "--pkcs11=pkcs11:token=t?module-path=/usr/lib/softhsm/libsofthsm2.so";

function run(...args: readonly string[]) {
  const env = {
    HOME: installation.home,
    PATH: "/usr/bin:/bin",
    TATUM_KMS_PASSWORD: installation.password,
    TATUM_KMS_PKCS11_PIN: "482915",
  };
  const { exitCode, stdout, stderr } = Bun.spawnSync([executable, ...args], { env, cwd: installation.home });
  return { status: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

beforeAll(() => {
  const command = [process.execPath, "scripts/build.ts", `--outfile=${executable}`, "--without-pkcs11"];
  const built = Bun.spawnSync(command, { cwd: join(import.meta.dir, "../..") });
  if (!built.success) throw new Error(built.stderr.toString());
});

afterAll(() => installation.remove());

test("works with a password", () => {
  expect(run("generatemanagedwallet", "ETH")).toMatchObject({ status: 0 });
  expect(run("vault", "verify")).toMatchObject({ status: 0 });
});

test.each([
  ["generatemanagedkey", ["generatemanagedkey", "ETH", uri]],
  ["storemanagedkey", ["storemanagedkey", "ETH", `${uri.replace("token=t", "token=t;object=k")}`]],
  ["vault slot add", ["vault", "slot", "add", uri]],
])("says at %s that it has no PKCS#11", (_name, args) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 69, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({
    code: "TOKEN",
    error: expect.stringContaining("has no PKCS#11"),
  });
});
