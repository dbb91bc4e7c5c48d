import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../src/settings/settings.ts";

/** Settings as an env file of these lines gives them. */
export function configOf(...lines: readonly string[]): Config {
  const folder = mkdtempSync(join(tmpdir(), "tatum-kms-settings-"));
  try {
    const file = join(folder, "kms.env");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return Config.load(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
