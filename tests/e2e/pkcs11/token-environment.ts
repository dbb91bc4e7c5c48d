/** What the program is told of a test's tokens, and what it leaves running. */
import { readdirSync, readFileSync } from "node:fs";
import { FaultyTokens } from "../../providers/pkcs11/faulty-tokens.ts";
import { PIN, type SoftTokens, softHsmModule } from "../../providers/pkcs11/soft-token.ts";

/** Settings with which the program finds the tokens. */
export function tokenEnvironment(
  software: SoftTokens,
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const module = software instanceof FaultyTokens ? software.modulePath : softHsmModule;
  return {
    ...software.environment,
    TATUM_KMS_PKCS11_MODULE: module,
    TATUM_KMS_PKCS11_PIN: PIN,
    TATUM_KMS_PKCS11_TIMEOUT: "20",
    ...settings,
  };
}

/** The same for a vault that a token opens: no password is set anywhere. */
export function tokenAloneEnvironment(
  software: SoftTokens,
  uri: string,
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...tokenEnvironment(software), TATUM_KMS_PKCS11_URI: uri, TATUM_KMS_PASSWORD: "", ...settings };
}

/** The processes that load a module for these tokens: each test's have an environment of their own. */
export function moduleProcesses(software: SoftTokens): number[] {
  const mark = `SOFTHSM2_CONF=${software.environment["SOFTHSM2_CONF"]}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isModule = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0pkcs11-process");
        return isModule && readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}
