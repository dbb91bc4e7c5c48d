/** Makes and opens a vault with the executable, where the password comes from a secret service. */
import { expect } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureOf } from "../command-line/failure.ts";
import type { Installation, Run } from "../executable.ts";

export interface Service {
  /** The option that chooses it. */
  readonly option: string;
  /** Where the service is, and as whom it is asked. */
  readonly settings: Readonly<Record<string, string>>;
  /** Part of everything that must never be shown: the secret, credentials, tokens. */
  readonly canary: string;
}

/** A run whose settings are all in an env file, which is where operators keep them; no password is set. */
async function run(
  installation: Installation,
  { option, settings, canary }: Service,
  args: readonly string[],
): Promise<Run> {
  const file = join(installation.home, "service.env");
  const lines = Object.entries({ TATUM_RETRY_DELAY: "1", ...settings }).map(
    ([name, value]) => `${name}='${value}'`,
  );
  writeFileSync(file, lines.join("\n"), { mode: 0o600 });
  const done = await installation.run([...args, option, "--env-file", file], {
    env: { TATUM_KMS_PASSWORD: "" },
  });
  expect(`${done.stdout}${done.stderr}`).not.toContain(canary);
  return done;
}

/**
 * Makes a vault, opens it again, and opens it with the secret as a typed password, so that it is sealed with that.
 * @param secret what the service holds
 */
export async function expectVaultSealedWith(
  secret: string,
  installation: Installation,
  service: Service,
): Promise<void> {
  rmSync(installation.vaultPath, { force: true });
  const made = await run(installation, service, ["generatemanagedwallet", "BTC"]);
  expect(made.status).toBe(0);
  const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };
  const opened = await run(installation, service, ["getaddress", signatureId, "0"]);
  expect(opened).toMatchObject({ status: 0, stderr: "" });
  const typed = await installation.run(["getaddress", signatureId, "0"], {
    env: { TATUM_KMS_PASSWORD: secret },
  });
  expect(typed).toEqual(opened);
}

/** The error of a run whose service does not give the secret. */
export async function serviceFailure(installation: Installation, service: Service) {
  return failureOf(await run(installation, service, ["generatemanagedwallet", "BTC", "--path=none"]));
}
