import { writeFileSync } from "node:fs";
import type { AskSecret } from "../../src/settings/secret-sources.ts";
import { Config } from "../../src/settings/settings.ts";
import { TemporaryFolder } from "../temporary-folder.ts";

/** Settings as an env file of these lines gives them. */
export function configOf(...lines: readonly string[]): Config {
  using folder = new TemporaryFolder();
  const file = folder.at("kms.env");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return Config.load(file);
}

/** For settings that name no secret with a provider. */
export const noProvider: AskSecret = () => {
  throw new Error("A provider was asked.");
};
