import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vaultProvider } from "../../../providers/hashicorp-vault/vault-provider.ts";
import { selfMadeCertificates } from "../../self-made-certificates.ts";
import { brokenServices } from "../broken-services.ts";
import { askedVariables, providerContext, type Settings } from "../provider-context.ts";
import { failureOf } from "../provider-failure.ts";
import { serve } from "../services.ts";
import { errors, VaultServer } from "./vault-server.ts";

const folder = mkdtempSync(join(tmpdir(), "tatum-kms-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const secret = "kanarienvogel-im-tresor";
const token = "hvs.kanarienvogel-token";
const versioned = { "secret/kms": [{ data: { password: secret, pin: "kanarienvogel-pin" } }] };

function settings(url: URL, others: Settings = {}): Settings {
  return {
    VAULT_ADDR: url.origin,
    VAULT_TOKEN: token,
    TATUM_KMS_VAULT_SECRET_PATH: "secret/kms",
    ...others,
  };
}

async function fetched(given: Settings): Promise<string> {
  return (await vaultProvider.secret(providerContext(given), "unlock")).reveal();
}

function failed(given: Settings, patience = {}) {
  return failureOf(vaultProvider.secret(providerContext(given, patience), "unlock"), ["kanarienvogel"]);
}

describe("a secret of version 2 of the key-value engine", () => {
  const url = () => serve(new VaultServer({ versioned, tokens: [token] }).answer);

  test("is its field password, or the one that is named", async () => {
    expect(await fetched(settings(url()))).toBe(secret);
    expect(await fetched(settings(url(), { TATUM_KMS_VAULT_FIELD: "pin" }))).toBe("kanarienvogel-pin");
  });

  test("is exactly as it is stored", async () => {
    for (const password of [` ${secret}\n`, "grüße 🔑", "{}", "0"]) {
      const server = new VaultServer({
        versioned: { "secret/kms": [{ data: { password } }] },
        tokens: [token],
      });
      expect(await fetched(settings(serve(server.answer)))).toBe(password);
    }
  });

  test("can be an older version", async () => {
    const versions = [{ data: { password: "first" } }, { data: { password: "second" } }];
    const server = new VaultServer({ versioned: { "secret/kms": versions }, tokens: [token] });
    const given = settings(serve(server.answer));
    expect(await fetched(given)).toBe("second");
    expect(await fetched({ ...given, TATUM_KMS_VAULT_SECRET_VERSION: "1" })).toBe("first");
    const missing = { ...given, TATUM_KMS_VAULT_SECRET_VERSION: "3" };
    expect(await failed(missing)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("that was deleted or destroyed is told so", async () => {
    for (const [gone, word] of [
      [{ deleted: true }, "deleted"],
      [{ destroyed: true }, "destroyed"],
    ] as const) {
      const server = new VaultServer({ versioned: { "secret/kms": [gone] }, tokens: [token] });
      expect(await failed(settings(serve(server.answer)))).toMatchObject({
        code: "NOT_FOUND",
        message: `HashiCorp Vault has secret "secret/kms", but its version 1 is ${word}.`,
      });
    }
  });

  test("without the field, or with one that is no text or empty, cannot be used", async () => {
    for (const [data, code] of [
      [{ other: "kanarienvogel" }, "NOT_FOUND"],
      [{ password: 42 }, "UNUSABLE"],
      [{ password: "" }, "UNUSABLE"],
    ] as const) {
      const server = new VaultServer({ versioned: { "secret/kms": [{ data }] }, tokens: [token] });
      expect(await failed(settings(serve(server.answer)))).toMatchObject({ code });
    }
  });
});

describe("where a secret is", () => {
  test("is the path below a mount that is named, which may have several steps", async () => {
    const server = new VaultServer({
      versioned: { "team/kv/a/kms ü?": [{ data: { password: secret } }] },
      tokens: [token],
    });
    const given = settings(serve(server.answer), {
      TATUM_KMS_VAULT_MOUNT: "team/kv/",
      TATUM_KMS_VAULT_SECRET_PATH: "/a/kms ü?",
    });
    expect(await fetched(given)).toBe(secret);
    expect(server.requests).toEqual(["GET /v1/team/kv/data/a/kms%20%C3%BC%3F"]);
  });

  test("can be version 1 of the engine", async () => {
    const server = new VaultServer({ plain: { "kv/kms": { password: secret } }, tokens: [token] });
    const given = settings(serve(server.answer), {
      TATUM_KMS_VAULT_SECRET_PATH: "kv/kms",
      TATUM_KMS_VAULT_KV_VERSION: "1",
    });
    expect(await fetched(given)).toBe(secret);
    expect(server.requests).toEqual(["GET /v1/kv/kms"]);
  });

  test("is told when nothing is there", async () => {
    const server = new VaultServer({ tokens: [token] });
    const failure = await failed(settings(serve(server.answer)));
    expect(failure).toMatchObject({ code: "NOT_FOUND" });
    expect(failure.hint).toContain("/v1/secret/data/kms");
  });

  test("can be a namespace", async () => {
    const server = new VaultServer({ versioned, tokens: [token], namespace: "team/a" });
    const given = settings(serve(server.answer));
    expect(await fetched({ ...given, VAULT_NAMESPACE: "team/a" })).toBe(secret);
    expect(await fetched({ ...given, BAO_NAMESPACE: "team/a", VAULT_NAMESPACE: "b" })).toBe(secret);
    expect(await failed(given)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("can be set in the words of OpenBao", async () => {
    const server = new VaultServer({ versioned, tokens: [token] });
    const given = settings(new URL("https://other.example.test"), {
      BAO_ADDR: serve(server.answer).origin,
      BAO_TOKEN: token,
      VAULT_TOKEN: "",
    });
    expect(await fetched(given)).toBe(secret);
  });
});

test("a server with a certificate of a private authority is trusted when that authority is named", async () => {
  const { authority, certificate, key } = selfMadeCertificates();
  const server = new VaultServer({ versioned, tokens: [token] });
  const url = serve(server.answer, { cert: certificate, key });
  expect(await fetched(settings(url, { VAULT_CACERT: file("ca.pem", authority) }))).toBe(secret);
  const other = file("other-ca.pem", selfMadeCertificates().authority);
  for (const VAULT_CACERT of [other, ""]) {
    expect(await failed(settings(url, { VAULT_CACERT }))).toMatchObject({ code: "UNREACHABLE" });
  }
  const none = { VAULT_CACERT: file("none.pem", "no certificate") };
  expect(await failed(settings(url, none))).toMatchObject({ code: "NOT_CONFIGURED" });
  expect(server.requests).toHaveLength(1);
});

describe("a token", () => {
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

describe("a login", () => {
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

describe("a node that cannot answer", () => {
  test.each([
    ["is sealed", 503, () => errors(503, "Vault is sealed")],
    ["cannot give", 503, () => errors(503, "local node not active but active cluster node not found")],
    ["standby", 429, () => errors(429)],
    ["standby", 472, () => errors(472)],
    ["standby", 473, () => errors(473)],
    ["standby", 412, () => errors(412)],
    ["cannot give", 500, () => errors(500, "internal error: kanarienvogel")],
  ])("%s: HTTP %i", async (word, status, answer) => {
    const failure = await failed(settings(serve(answer)));
    expect(failure).toMatchObject({ code: "UNREACHABLE" });
    expect(failure.message).toContain(word);
    expect(failure.message).toContain(`HTTP ${status}`);
  });

  test("sends on to another, to which neither token nor question go", async () => {
    const active = new VaultServer({ versioned, tokens: [token] });
    const target = serve(active.answer);
    const url = serve(() => Response.redirect(`${target.origin}/v1/secret/data/kms`, 307));
    const failure = await failed(settings(url));
    expect(failure).toMatchObject({ code: "UNREACHABLE", hint: expect.stringContaining("active node") });
    expect(active.requests).toEqual([]);
  });

  for (const { title, code, asked, start } of brokenServices) {
    test(`${title} is ${code}`, async () => {
      let requests = 0;
      const url = start(() => requests++);
      expect(await failed(settings(url), { timeout: 0.3 })).toMatchObject({ code });
      expect(requests).toBe(asked);
    });
  }
});

describe("settings", () => {
  const url = new URL("https://vault.example.test:8200");

  test.each(["VAULT_ADDR", "TATUM_KMS_VAULT_SECRET_PATH"])("need %s", async (name) => {
    expect(await failed(settings(url, { [name]: "" }))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: `HashiCorp Vault needs the variable ${name}, which is not set.`,
    });
  });

  test("need one way to log in", async () => {
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

  test.each([
    ["VAULT_ADDR", "http://vault.example.test"],
    ["VAULT_TOKEN", "kanarienvogel\r\nx-evil: 1"],
    ["VAULT_NAMESPACE", "kanarienvogel\nx"],
    ["VAULT_CACERT", "/nonexistent/ca.pem"],
    ["TATUM_KMS_VAULT_SECRET_PATH", "secret"],
    ["TATUM_KMS_VAULT_SECRET_PATH", "secret/../../sys/raw"],
    ["TATUM_KMS_VAULT_SECRET_PATH", "secret//kms"],
    ["TATUM_KMS_VAULT_MOUNT", ".."],
    ["TATUM_KMS_VAULT_KV_VERSION", "3"],
    ["TATUM_KMS_VAULT_SECRET_VERSION", "latest"],
  ])("refuse %s=%j before anything is sent", async (name, value) => {
    expect(await failed(settings(url, { [name]: value }))).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("have no version of a secret with an engine that keeps none", async () => {
    const others = { TATUM_KMS_VAULT_KV_VERSION: "1", TATUM_KMS_VAULT_SECRET_VERSION: "1" };
    expect(await failed(settings(url, others))).toMatchObject({ code: "NOT_CONFIGURED" });
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

  test("are described without secrets", () => {
    expect(vaultProvider.describe(providerContext(settings(url)))).toBe(
      'HashiCorp Vault at vault.example.test:8200, secret "secret/kms", with a token',
    );
  });

  test("are all listed", async () => {
    const server = new VaultServer({ versioned, tokens: [token] });
    const asked = await askedVariables(vaultProvider, providerContext(settings(serve(server.answer))));
    expect(vaultProvider.variables.map(({ name }) => name)).toEqual(expect.arrayContaining(asked));
  });
});
