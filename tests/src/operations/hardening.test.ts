import { describe, expect, test } from "bun:test";
import { blankVariables, blankWords, isSecretVariable } from "../../../src/operations/hardening.ts";
import { declaredSecrets } from "../../../src/settings/table.ts";

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
    "AWS_ACCESS_KEY_ID",
    "MYSQL_PW",
    "SENTRY_DSN",
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

/** What is left to be seen of texts that each end with a zero; a star for characters that were overwritten. */
function seen(texts: readonly string[], blank: (block: Buffer) => void): string[] {
  const block = Buffer.from(texts.map((text) => `${text}\0`).join(""));
  blank(block);
  let start = 0;
  return texts.map((text) => {
    const end = start + Buffer.byteLength(text);
    const left = block.toString("utf8", start, end).replace(/\0+/g, "*");
    start = end + 1;
    return left;
  });
}

describe("a block of variables", () => {
  const left = (texts: readonly string[], declared: readonly string[] = []): string[] =>
    seen(texts, (block) => blankVariables(block, new Set(declared)));

  test("keeps names, places and other values; the values of secrets become zeros", () => {
    expect(left(["PATH=/bin", "TATUM_KMS_PASSWORD=secret", "HOME=/root", "VAULT_TOKEN=tk"])).toEqual([
      "PATH=/bin",
      "TATUM_KMS_PASSWORD=*",
      "HOME=/root",
      "VAULT_TOKEN=*",
    ]);
  });

  test("hides every variable that is declared as secret", async () => {
    const declared = await declaredSecrets();
    for (const name of [
      "TATUM_API_KEY",
      "TATUM_KMS_PASSWORD_COMMAND",
      "IDENTITY_HEADER",
      "TATUM_KMS_VAULT_ROLE_ID",
    ])
      expect(declared).toContain(name);
    const texts = declared.map((name) => `${name}=value`);
    expect(left(texts, declared)).toEqual(declared.map((name) => `${name}=*`));
  });

  test.each([
    ["https://user:password@host/path", "https://*@host/path"],
    ["http://token@host", "http://*@host"],
    ["http://u:p@ss@host:80/", "http://*@host:80/"],
    ["postgres://u:p/w@host/db", "postgres://*@host/db"],
    ["user:password@proxy:3128", "*@proxy:3128"],
    ["http://a:b@one,http://c:d@two", "http://*@two"],
    ["https:/u:p@host", "*@host"],
    ["https://host/hook?token=t#f", "https://host/hook?*"],
    ["https://host/#key", "https://host/#*"],
    ["pkcs11:token=kms?pin-value=123456", "pkcs11:token=kms?pin-value=*"],
    ["https://ü:ä@host", "https://*@host"],
  ])("hides what may be secret in the value of any variable: %s", (value, expected) => {
    expect(left([`UNKNOWN=${value}`])).toEqual([`UNKNOWN=${expected}`]);
  });

  test.each([
    "https://host/path",
    "me@example.com",
    "/bin:/usr/bin",
    "@",
    "pkcs11:token=kms?module-path=/usr/lib/softhsm/libsofthsm2.so",
    "what?",
  ])("keeps %s", (value) => {
    expect(left([`UNKNOWN=${value}`])).toEqual([`UNKNOWN=${value}`]);
  });

  test("may hold equals signs in a value, and texts that are no variables", () => {
    expect(left(["A_KEY=x=y=z", "", "=API_KEY", "API_KEY", "A=B_KEY=1"])).toEqual([
      "A_KEY=*",
      "",
      "=API_KEY",
      "API_KEY",
      "A=B_KEY=1",
    ]);
    const unended = Buffer.from("A_KEY=x");
    blankVariables(unended);
    expect(unended.toString()).toBe("A_KEY=\0");
  });
});

describe("the words of a command line", () => {
  const left = (words: readonly string[], secrets: readonly string[] = []): string[] =>
    seen(words, (block) => blankWords(block, secrets));

  test("lose a secret wherever it stands, and nothing else", () => {
    expect(left(["tatum-kms", "--api-key=s-1", "s-1", "s-2"], ["s-1"])).toEqual([
      "tatum-kms",
      "--api-key=*",
      "*",
      "s-2",
    ]);
    expect(left(["tatum-kms", "s-2"], [""])).toEqual(["tatum-kms", "s-2"]);
  });

  test("lose what may be secret in URLs, with the option's name left", () => {
    expect(
      left(["a:b@c", "daemon", "--external-url=https://u:p@host/?t=1", "--external-url", "https://u:p@host"]),
    ).toEqual(["a:b@c", "daemon", "--external-url=https://*@host/?*", "--external-url", "https://*@host"]);
  });
});
