/** As whom Vault is asked: with a token that is there, or with one of a login, which is given back. */
import { describe, expect, test } from "bun:test";
import { vaultProvider } from "../../../providers/hashicorp-vault/provider.ts";
import { serve } from "../../local-servers.ts";
import { failureFrom, secretFrom } from "../ask-provider.ts";
import type { Settings } from "../provider-context.ts";
import { WrittenFiles } from "../written-files.ts";
import { errors, VaultServer } from "./vault-server.ts";

const { write: file } = new WrittenFiles();

const secret = "kanarienvogel-im-tresor";
const token = "hvs.kanarienvogel-token";
const versioned = { "secret/kms": [{ data: { password: secret } }] };

/** With a token, where the others do not say otherwise. */
function settings(url: URL, others: Settings = {}): Settings {
  return { VAULT_ADDR: url.origin, VAULT_TOKEN: token, TATUM_KMS_VAULT_SECRET_PATH: "secret/kms", ...others };
}

const fetched = (given: Settings) => secretFrom(vaultProvider, given);
const failed = (given: Settings) => failureFrom(vaultProvider, given);

describe("a token of HashiCorp Vault", () => {
  test("can be in a file that is named, and is not given back", async () => {
    const server = new VaultServer({ versioned, tokens: [token] });
    const given = settings(serve(server.answer), {
      VAULT_TOKEN: "",
      VAULT_TOKEN_FILE: file("token", `${token}\n`),
    });
    expect(await fetched(given)).toBe(secret);
    expect(server.requests).toEqual(["GET /v1/secret/data/kms"]);
  });

  test("that is not good is refused", async () => {
    const server = new VaultServer({ versioned, tokens: [token] });
    expect(
      await failed(settings(serve(server.answer), { VAULT_TOKEN: "hvs.kanarienvogel-other" })),
    ).toMatchObject({
      code: "NOT_ALLOWED",
      message: 'HashiCorp Vault refuses to give secret "secret/kms" (HTTP 403).',
    });
  });
});

describe("a login to HashiCorp Vault", () => {
  const appRole = { role_id: "kanarienvogel-role", secret_id: "kanarienvogel-secret-id" };
  const byAppRole: Settings = {
    VAULT_TOKEN: "",
    TATUM_KMS_VAULT_ROLE_ID: appRole.role_id,
    TATUM_KMS_VAULT_SECRET_ID: appRole.secret_id,
  };
  const steps = ["POST /v1/auth/approle/login", "GET /v1/secret/data/kms", "POST /v1/auth/token/revoke-self"];

  test("by AppRole gives a token, which is used and given back", async () => {
    const server = new VaultServer({ versioned, appRoles: { approle: appRole } });
    expect(await fetched(settings(serve(server.answer), byAppRole))).toBe(secret);
    expect(server.requests).toEqual(steps);
    expect(server.leases).toBeEmpty();
  });

  test("by AppRole can be mounted elsewhere, with the SecretID in a file", async () => {
    const server = new VaultServer({ versioned, appRoles: { "team/approle": appRole } });
    const given = settings(serve(server.answer), {
      ...byAppRole,
      TATUM_KMS_VAULT_SECRET_ID: "",
      TATUM_KMS_VAULT_SECRET_ID_FILE: file("secret-id", `${appRole.secret_id}\n`),
      TATUM_KMS_VAULT_AUTH_MOUNT: "team/approle",
    });
    expect(await fetched(given)).toBe(secret);
  });

  test("by Kubernetes is with the token of the service account", async () => {
    const jwt = "kanarienvogel.service.account";
    const server = new VaultServer({ versioned, kubernetes: { kubernetes: { role: "kms", jwt } } });
    const given = settings(serve(server.answer), {
      VAULT_TOKEN: "",
      TATUM_KMS_VAULT_KUBERNETES_ROLE: "kms",
      TATUM_KMS_VAULT_KUBERNETES_TOKEN_FILE: file("jwt", jwt),
    });
    expect(await fetched(given)).toBe(secret);
    expect(server.leases).toBeEmpty();
    const wrong = { ...given, TATUM_KMS_VAULT_KUBERNETES_ROLE: "other" };
    expect(await failed(wrong)).toMatchObject({ code: "NOT_ALLOWED" });
    const stale = { ...given, TATUM_KMS_VAULT_KUBERNETES_TOKEN_FILE: file("stale", "kanarienvogel.old") };
    expect(await failed(stale)).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("that is refused says so, and reads nothing", async () => {
    const server = new VaultServer({ versioned, appRoles: { approle: appRole } });
    const given = settings(serve(server.answer), {
      ...byAppRole,
      TATUM_KMS_VAULT_SECRET_ID: "kanarienvogel-x",
    });
    const failure = await failed(given);
    expect(failure).toMatchObject({ code: "NOT_ALLOWED", hint: expect.stringContaining("auth/approle") });
    expect(server.requests).toEqual(steps.slice(0, 1));
  });

  test("whose token may not read gives the token back all the same", async () => {
    const server = new VaultServer({ versioned, appRoles: { approle: appRole }, isPowerless: true });
    expect(await failed(settings(serve(server.answer), byAppRole))).toMatchObject({ code: "NOT_ALLOWED" });
    expect(server.requests).toEqual(steps);
    expect(server.leases).toBeEmpty();
  });

  test("whose token cannot be given back gives the secret all the same", async () => {
    const server = new VaultServer({ versioned, appRoles: { approle: appRole } });
    const url = serve((request) =>
      request.url.endsWith("/revoke-self") ? errors(500) : server.answer(request),
    );
    expect(await fetched(settings(url, byAppRole))).toBe(secret);
  });

  test.each([
    [{ client_token: "", lease_duration: 1 }],
    [{ client_token: "kanarienvogel\nx", lease_duration: 1 }],
    [{ client_token: "kanarienvogel", lease_duration: -1 }],
    [{ client_token: "kanarienvogel" }],
    [null],
  ])("that gives %j is not one", async (auth) => {
    const url = serve(() => Response.json({ auth }));
    expect(await failed(settings(url, byAppRole))).toMatchObject({ code: "BAD_ANSWER" });
  });
});

describe("the ways to log in to HashiCorp Vault", () => {
  const url = new URL("https://vault.example.test:8200");

  test("have to be one", async () => {
    const failure = await failed(settings(url, { VAULT_TOKEN: "" }));
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED", hint: expect.stringContaining("VAULT_TOKEN") });
  });

  test.each([
    [{ VAULT_TOKEN_FILE: "/x" }, "VAULT_TOKEN, and by VAULT_TOKEN_FILE"],
    [{ TATUM_KMS_VAULT_ROLE_ID: "r" }, "VAULT_TOKEN, and by TATUM_KMS_VAULT_ROLE_ID"],
    [{ TATUM_KMS_VAULT_KUBERNETES_ROLE: "r" }, "VAULT_TOKEN, and by TATUM_KMS_VAULT_KUBERNETES_ROLE"],
  ])("have no second way behind the first: %j", async (others, names) => {
    const failure = await failed(settings(url, others));
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toContain(names);
  });

  test.each([
    ["TATUM_KMS_VAULT_SECRET_ID", { TATUM_KMS_VAULT_ROLE_ID: "r" }],
    ["TATUM_KMS_VAULT_ROLE_ID", { TATUM_KMS_VAULT_SECRET_ID: "s" }],
    ["TATUM_KMS_VAULT_ROLE_ID", { TATUM_KMS_VAULT_SECRET_ID_FILE: "/s" }],
    ["TATUM_KMS_VAULT_KUBERNETES_ROLE", { TATUM_KMS_VAULT_KUBERNETES_TOKEN_FILE: "/t" }],
  ])("name %s when it is missing", async (name, others) => {
    const failure = await failed(settings(url, { VAULT_TOKEN: "", ...others }));
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toContain(`needs the variable ${name}`);
  });

  test("have one place for the SecretID", async () => {
    const others = {
      VAULT_TOKEN: "",
      TATUM_KMS_VAULT_ROLE_ID: "r",
      TATUM_KMS_VAULT_SECRET_ID: "kanarienvogel",
    };
    const both = settings(url, { ...others, TATUM_KMS_VAULT_SECRET_ID_FILE: "/x" });
    expect(await failed(both)).toMatchObject({ code: "NOT_CONFIGURED" });
  });
});
