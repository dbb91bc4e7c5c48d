/** The numbers of PKCS#11 are those of the headers of OASIS. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorName, errorNumbers, numbers } from "../../../../providers/pkcs11/cryptoki/numbers.ts";
import { pkcs11Headers } from "../faulty-tokens.ts";

/** Of the header of 2.40. */
const defined = new Map(
  [
    ...readFileSync(join(pkcs11Headers, "pkcs11t.h"), "utf8").matchAll(
      /^#define (CK[A-Z]_\w+)\s+(0x[0-9a-f]+)UL/gim,
    ),
  ].map((found) => [found[1], Number(found[2])]),
);

/** Errors that came with 3.0 (pkcs11t.h of 3.1). */
const newer = {
  CKR_AEAD_DECRYPT_FAILED: 0x42,
  CKR_TOKEN_RESOURCE_EXCEEDED: 0x201,
  CKR_OPERATION_CANCEL_FAILED: 0x202,
  CKR_KEY_EXHAUSTED: 0x203,
};

test("every number of PKCS#11 is that of the header", () => {
  expect(defined.size).toBeGreaterThan(500);
  for (const [name, number] of Object.entries({ ...numbers, ...errorNumbers })) {
    if (name in newer) continue;
    expect([name, defined.get(name)]).toEqual([name, number]);
  }
  expect(errorNumbers).toMatchObject(newer);
});

test("every error of the PKCS#11 header has its name", () => {
  const errors = [...defined].filter(([name]) => name?.startsWith("CKR_"));
  for (const [name, number] of errors) {
    if (name === "CKR_OK" || name === "CKR_VENDOR_DEFINED") continue;
    expect(errorName(BigInt(number))).toBe(name as string);
  }
});

test.each([
  [0x80000123n, "CKR_VENDOR_DEFINED (0x80000123)"],
  [2n ** 64n - 1n, "CKR_VENDOR_DEFINED (0xffffffffffffffff)"],
  [0x1234n, "CKR_UNKNOWN (0x1234)"],
])("an error without a name is told by its number: %p", (answer, name) => {
  expect(errorName(answer)).toBe(name);
});
