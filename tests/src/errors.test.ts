import { describe, expect, test } from "bun:test";
import { type ErrorCode, type ErrorKind, isVaultFailure, KmsError } from "../../src/errors.ts";

function kindOf(code: ErrorCode): ErrorKind {
  return new KmsError(code, "").kind;
}

describe("an error", () => {
  test.each([
    "NO_WALLET_FILE",
    "VAULT_PERMISSIONS",
    "VAULT_CORRUPT",
    "NOT_A_VAULT",
    "VAULT_IS_ORIGINAL",
    "VAULT_TOO_NEW",
    "VAULT_BUSY",
    "CANNOT_READ",
    "CANNOT_WRITE",
    "STORE_UNAVAILABLE",
    "STORE_UNCLEAR",
  ] as const)("of the vault's file is a failure of the vault, whatever it was needed for: %s", (code) => {
    expect(isVaultFailure(new KmsError(code, ""))).toBe(true);
  });

  test.each(["NETWORK", "TOKEN"] as const)(
    "that passes by itself says nothing of the transaction: %s",
    (code) => {
      expect(kindOf(code)).toBe("passing");
    },
  );

  test.each([
    "CONFIGURATION",
    "NO_ANSWER",
    "SECRET_NOT_FOUND",
    "SECRET_NOT_ALLOWED",
    "SECRET_ANSWER",
    "WRONG_PIN",
    "NO_SUCH_KEY",
    "UNSAFE_KEY",
  ] as const)("that the operator has to mend says nothing of the transaction: %s", (code) => {
    expect(kindOf(code)).toBe("operator");
  });

  test.each(["JOURNAL", "LEASE_LOST"] as const)("of the journal is noted nowhere: %s", (code) => {
    expect(kindOf(code)).toBe("journal");
  });

  test.each(["INVALID_INPUT", "INTERNAL"] as const)(
    "about the one thing at hand is of its transaction: %s",
    (code) => {
      expect(kindOf(code)).toBe("transaction");
    },
  );
});

test("what is no error of this program is no failure of the vault", () => {
  expect(isVaultFailure(new Error("VAULT_CORRUPT"))).toBe(false);
  expect(isVaultFailure(undefined)).toBe(false);
});
