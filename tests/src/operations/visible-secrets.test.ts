import { describe, expect, test } from "bun:test";
import {
  blankSecretVariables,
  blankText,
  isSecretVariable,
} from "../../../src/operations/visible-secrets.ts";

describe("the name of a variable", () => {
  test.each([
    "TATUM_KMS_PASSWORD",
    "TATUM_KMS_NEW_PASSWORD",
    "TATUM_KMS_IMPORT_PASSWORD",
    "TATUM_KMS_PKCS11_PIN",
    "TATUM_API_KEY",
    "TATUM_KMS_VGS_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "VAULT_TOKEN",
    "VAULT_SECRET_ID",
    "PASSWORD",
    "password",
  ])("%s is that of a secret", (name) => {
    expect(isSecretVariable(name)).toBe(true);
  });

  test.each([
    "PATH",
    "HOME",
    "TATUM_API_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_CLIENT_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "NODE_EXTRA_CA_CERTS",
    "SHIPPING",
    "MONKEY",
  ])("%s is not", (name) => {
    expect(isSecretVariable(name)).toBe(false);
  });
});

describe("a block of variables", () => {
  function blanked(text: string): string {
    const block = Buffer.from(text);
    blankSecretVariables(block);
    return block.toString();
  }

  test("keeps names, places and other values; the values of secrets become zeros", () => {
    expect(blanked("PATH=/bin\0TATUM_KMS_PASSWORD=secret\0HOME=/root\0VAULT_TOKEN=tk\0")).toBe(
      "PATH=/bin\0TATUM_KMS_PASSWORD=\0\0\0\0\0\0\0HOME=/root\0VAULT_TOKEN=\0\0\0",
    );
  });

  test("may end without a zero, hold equals signs in a value, and texts that are no variables", () => {
    expect(blanked("A_KEY=x=y=z")).toBe("A_KEY=\0\0\0\0\0");
    expect(blanked("\0\0=API_KEY\0API_KEY\0A=B_KEY=1\0")).toBe("\0\0=API_KEY\0API_KEY\0A=B_KEY=1\0");
    expect(blanked("")).toBe("");
  });
});

test("a word of the command line is blanked wherever it stands, and nothing else is", () => {
  const block = Buffer.from("tatum-kms\0--api-key=s-1\0s-1\0s-2\0");
  blankText(block, "s-1");
  expect(block.toString()).toBe("tatum-kms\0--api-key=\0\0\0\0\0\0\0\0s-2\0");
  blankText(block, "");
  expect(block.toString()).toEndWith("s-2\0");
});
