import { expect } from "bun:test";
import { expectNoCanary } from "../../providers/provider-failure.ts";
import { Installation, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";

/** A secret provider whose services run, and how an operator has set it up. */
export interface ProviderSetup {
  /** As in `--provider=<name>`, or its short form. */
  readonly option: string;
  readonly storeType: string;
  readonly env: Readonly<Record<string, string>>;
  /** Settings that name a secret that is not there. */
  readonly missing: Readonly<Record<string, string>>;
  /** The secret as it is stored. */
  readonly value: string;
  /** What no output may show, as of now. */
  canaries(): readonly string[];
  /** Stores another secret in its place. */
  change(): void;
}

/**
 * Makes a vault whose password a provider gives, unlocks it again with the provider and with the same password by hand,
 * is refused once the secret is another one, and looks for secrets in all that the program said.
 */
export async function expectVaultKeptBy(setup: ProviderSetup): Promise<void> {
  const installation = new Installation();
  const said: Run[] = [];
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> => {
    const done = await installation.run(args, {
      env: { TATUM_RETRY_DELAY: "1", TATUM_KMS_PASSWORD: "", ...setup.env, ...env },
    });
    said.push(done);
    return done;
  };
  try {
    const made = await run(["generatemanagedwallet", "ETH", "--testnet", setup.option]);
    expect(made.status, made.stderr).toBe(0);
    const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };

    const exported = await run(["export", setup.option]);
    expect(exported.status, exported.stderr).toBe(0);
    expect(Object.keys(JSON.parse(exported.stdout))).toEqual([signatureId]);
    // In a variable one line break at the end does not count; what the service stores is exactly the secret.
    const typed = setup.value.endsWith("\n") ? `${setup.value}\n` : setup.value;
    const byHand = await run(["export"], { TATUM_KMS_PASSWORD: typed });
    expect(byHand.status, byHand.stderr).toBe(0);
    expect(byHand.stdout).toBe(exported.stdout);

    const { stdout } = await run(["checkconfig", setup.option]);
    expect(stdout).toMatch(new RegExp(`^Wallet store type +: ${setup.storeType}$`, "m"));

    const missing = failureOf(await run(["export", setup.option], setup.missing));
    expect(missing.code).toBe("SECRET_NOT_FOUND");
    setup.change();
    expect(failureOf(await run(["export", setup.option])).code).toBe("WRONG_PASSWORD");

    for (const { stdout, stderr } of said) expectNoCanary(stdout + stderr, setup.canaries());
  } finally {
    installation.remove();
  }
}
