/** `health`, as a probe of a container asks it. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());
const path = join(installation.home, "metrics.prom");

async function health(env: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = await installation.run(["health"], { env });
  return { status, stdout, error: stderr === "" ? undefined : JSON.parse(stderr) };
}

describe("health", () => {
  test("without a daemon and a metrics file to look at says which variable names it", async () => {
    const { status, error } = await health({});
    expect(status).toBe(69);
    expect(error.hint).toContain("TATUM_KMS_METRICS_FILE");
  });

  test("is bad before the daemon has written", async () => {
    expect(await health({ TATUM_KMS_METRICS_FILE: path })).toMatchObject({
      status: 69,
      stdout: "",
      error: { code: "NOT_HEALTHY", error: `There is no metrics file ${path}.` },
    });
  });

  test("is good while the file is new, and bad when it is old", async () => {
    writeFileSync(path, "");
    expect(await health({ TATUM_KMS_METRICS_FILE: path })).toMatchObject({ status: 0, error: undefined });
    const longAgo = new Date(Date.now() - 90_000);
    utimesSync(path, longAgo, longAgo);
    expect(await health({ TATUM_KMS_METRICS_FILE: path })).toMatchObject({
      status: 69,
      error: { code: "NOT_HEALTHY" },
    });
  });
});
