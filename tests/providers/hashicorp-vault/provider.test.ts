import { describe, expect, test } from "bun:test";
import { vaultProvider } from "../../../providers/hashicorp-vault/provider.ts";
import { serve } from "../../local-servers.ts";
import { selfMadeCertificates } from "../../self-made-certificates.ts";
import { failureFrom, secretFrom } from "../ask-provider.ts";
import { testBrokenServices } from "../broken-services.ts";
import { askedVariables, type Patience, providerContext, type Settings } from "../provider-context.ts";
import { WrittenFiles } from "../written-files.ts";
import { errors, VaultServer } from "./vault-server.ts";

const { write: file } = new WrittenFiles();

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

const fetched = (given: Settings) => secretFrom(vaultProvider, given);
const failed = (given: Settings, patience?: Patience) => failureFrom(vaultProvider, given, patience);

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

describe("where a secret of HashiCorp Vault is", () => {
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

describe("a node of HashiCorp Vault that cannot answer", () => {
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

  testBrokenServices((url) => failed(settings(url), { timeout: 0.3 }));
});

describe("settings of HashiCorp Vault", () => {
  const url = new URL("https://vault.example.test:8200");

  test.each(["VAULT_ADDR", "TATUM_KMS_VAULT_SECRET_PATH"])("need %s", async (name) => {
    expect(await failed(settings(url, { [name]: "" }))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: `HashiCorp Vault needs the variable ${name}, which is not set.`,
    });
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
