/** The unit of systemd, judged by systemd's own tools. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const unit = join(import.meta.dir, "../../../scripts/service/tatum-kms.service");
const hasSystemd = Bun.which("systemd-analyze") !== null;

/** The least exposure is 0; systemd calls what is below 2.0 safe ("OK"). */
const MOST_EXPOSURE = 2;

describe.skipIf(!hasSystemd)("the unit", () => {
  test("is understood by systemd", () => {
    const folder = mkdtempSync(join(tmpdir(), "unit-"));
    try {
      const program = join(folder, "tatum-kms");
      writeFileSync(program, "#!/bin/sh\n");
      chmodSync(program, 0o755);
      const copy = join(folder, "tatum-kms.service");
      writeFileSync(copy, readFileSync(unit, "utf8").replace("/usr/local/bin/tatum-kms", program));
      const { exitCode, stderr } = Bun.spawnSync(["systemd-analyze", "verify", "--man=no", copy], {
        stderr: "pipe",
      });
      const about = stderr
        .toString()
        .split("\n")
        .filter((line) => line.includes("tatum-kms.service"));
      expect({ exitCode, about }).toEqual({ exitCode: 0, about: [] });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("exposes little", () => {
    const { stdout } = Bun.spawnSync(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit]);
    const exposure = Number(
      /Overall exposure level for tatum-kms\.service: ([\d.]+)/.exec(stdout.toString())?.[1],
    );
    expect(exposure).toBeLessThan(MOST_EXPOSURE);
  });
});

describe("the unit", () => {
  test("takes the password as an encrypted credential, and a watchdog", () => {
    const text = readFileSync(unit, "utf8");
    expect(text).toMatch(/^Type=notify$/m);
    expect(text).toMatch(/^WatchdogSec=\d+$/m);
    expect(text).toMatch(/^LoadCredentialEncrypted=tatum-kms-password:/m);
    expect(text).toMatch(/^Environment=TATUM_KMS_PROVIDER=systemd$/m);
  });
});
