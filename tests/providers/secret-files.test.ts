/** Every file that gives a secret or credentials: who may own it and write it, and who is told that others can read it. */
import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { fileProvider } from "../../providers/file/provider.ts";
import { readCredentials } from "../../providers/google/credentials-file.ts";
import { chosenLogin } from "../../providers/hashicorp-vault/login.ts";
import { readPinSource } from "../../providers/pkcs11/pin.ts";
import type { ProviderContext } from "../../providers/provider.ts";
import { systemdProvider } from "../../providers/systemd/provider.ts";
import { isRoot, SOMEBODY } from "../as-user.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";
import { contextWith, refused } from "./local-context.ts";

const path = useTemporaryFolder();

const account = JSON.stringify({ type: "service_account", client_email: "a@b.c", private_key: "pem" });

function vaultToken(context: ProviderContext): unknown {
  const login = chosenLogin(context);
  return login.kind === "token" ? login.token() : login.body();
}

/** How each one is named, and read. */
const readers: readonly [string, (file: string, warnings: string[]) => unknown][] = [
  [
    "TATUM_KMS_PASSWORD_FILE",
    (file, told) => fileProvider.secret(contextWith({ TATUM_KMS_PASSWORD_FILE: file }, "", told), "unlock"),
  ],
  ["pin-source", (file, told) => readPinSource(`file:${file}`, (text) => told.push(text))],
  [
    "a credential of systemd",
    (_file, told) => {
      const variables = { CREDENTIALS_DIRECTORY: path(), TATUM_KMS_SYSTEMD_CREDENTIAL: "secret" };
      return systemdProvider.secret(contextWith(variables, "", told), "unlock");
    },
  ],
  ["GOOGLE_APPLICATION_CREDENTIALS", (file, told) => readCredentials(file, (text) => told.push(text))],
  ["VAULT_TOKEN_FILE", (file, told) => vaultToken(contextWith({ VAULT_TOKEN_FILE: file }, "", told))],
];

function secretFile(mode: number): string {
  writeFileSync(path("secret"), account);
  chmodSync(path("secret"), mode);
  return path("secret");
}

describe.each(readers)("%s", (_name, read) => {
  test("that only we can read and write is taken without a word", async () => {
    const told: string[] = [];
    await read(secretFile(0o600), told);
    expect(told).toEqual([]);
  });

  test.each([0o660, 0o620, 0o602, 0o666])("that others can write is refused: mode %o", async (mode) => {
    const error = await refused(() => read(secretFile(mode), []));
    expect(error.message).toContain(`(mode 0${mode.toString(8)})`);
    expect(error.hint).toContain(`chmod 600 ${path("secret")}`);
  });

  test.skipIf(!isRoot)("of somebody else is refused", async () => {
    chownSync(secretFile(0o600), SOMEBODY, SOMEBODY);
    const error = await refused(() => read(path("secret"), []));
    expect(error.message).toContain(`belongs to user ${SOMEBODY}`);
    expect(error.hint).toContain(`TATUM_KMS_TRUSTED_OWNER=${SOMEBODY}`);
  });

  test("that others can read is told, with its mode and the remedy", async () => {
    const told: string[] = [];
    await read(secretFile(0o644), told);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/holds a secret, and other users can read it \(mode 0644\): chmod 600 \//);
  });
});
