/** Another secret than the vault's from each provider that has several, by its name there. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { loadProvider, providerNames } from "../../providers/index.ts";
import {
  namingProviders,
  parseNamedSecret,
  secretByName,
  showNamedSecret,
} from "../../providers/named-secret.ts";
import { closeServers, serve } from "../local-servers.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";
import { hideRealCredentials } from "./aws/real-credentials.ts";
import { secretsManagerServer } from "./aws/secrets-manager-server.ts";
import { AzureStandIn } from "./azure/azure-stand-in.ts";
import { GoogleStandIn } from "./google/google-stand-in.ts";
import { VaultServer } from "./hashicorp-vault/vault-server.ts";
import { providerContext, type Settings } from "./provider-context.ts";
import { failureOf } from "./provider-failure.ts";
import { password, username, vgsServer } from "./vgs/vgs-server.ts";

hideRealCredentials();

const path = useTemporaryFolder();
const opened: number[] = [];
const VARIABLE = "TATUM_API_KEY_SHOP_FROM";
const KEY = "key-of-the-shop-0123456789";

let azure: AzureStandIn;
let google: GoogleStandIn;
beforeEach(() => {
  azure = new AzureStandIn();
  google = new GoogleStandIn(path());
  writeFileSync(path("shop"), KEY, { mode: 0o600 });
});
afterEach(async () => {
  await azure.stop();
  await google.stop();
  closeServers();
});
afterAll(() => opened.forEach(closeSync));

async function fetched(text: string, settings: Settings = {}): Promise<string> {
  const named = parseNamedSecret(text, VARIABLE);
  if (named === undefined) throw new Error(`${text} names no secret.`);
  return (await secretByName(named, providerContext(settings))).reveal();
}

const version = "fedcba9876543210fedcba9876543210";

/** Each with what the operator set for the vault's own secret, which is another one. */
const sources: Readonly<Record<string, () => Promise<string>>> = {
  file: () => fetched(`file:${path("shop")}`, { TATUM_KMS_PASSWORD_FILE: "/nowhere" }),
  fd() {
    const descriptor = openSync(path("shop"), "r");
    opened.push(descriptor);
    return fetched(`fd:${descriptor}`, { TATUM_KMS_PASSWORD_FD: "9999" });
  },
  systemd: () =>
    fetched("systemd:shop", { CREDENTIALS_DIRECTORY: path(), TATUM_KMS_SYSTEMD_CREDENTIAL: "other" }),
  exec: () =>
    fetched(`exec:${JSON.stringify(["/bin/cat", path("shop")])}`, {
      TATUM_KMS_PASSWORD_COMMAND: "/bin/false",
    }),
  azure() {
    azure.vault.secrets.set("shop-key", { value: KEY, version });
    return fetched("azure:shop-key", {
      ...azure.settings,
      TATUM_KMS_AZURE_SECRETVERSION: "0123456789abcdef0123456789abcdef",
    });
  },
  google() {
    google.secretManager.secrets.set("shop-key", [{ data: Buffer.from(KEY) }]);
    return fetched("google:projects/my-project/secrets/shop-key", google.settings);
  },
  aws() {
    const [id, secretAccessKey] = ["AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG"];
    const secrets = { "kms/keys": { SecretString: JSON.stringify({ shop: KEY }) } };
    const url = secretsManagerServer({ keys: { [id]: { secretAccessKey } }, secrets });
    return fetched("aws:kms/keys#shop", {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url.origin,
      TATUM_KMS_AWS_REGION: "eu-west-1",
      TATUM_KMS_AWS_ACCESS_KEY_ID: id,
      TATUM_KMS_AWS_SECRET_ACCESS_KEY: secretAccessKey,
      TATUM_KMS_AWS_SECRET_NAME: "kms/password",
      TATUM_KMS_AWS_SECRET_KEY: "password",
      TATUM_KMS_AWS_VERSION_STAGE: "AWSPREVIOUS",
    });
  },
  vgs: () =>
    fetched("vgs:tok_live_shop", {
      TATUM_KMS_VGS_URL: vgsServer({ tok_live_shop: { value: KEY } }).origin,
      TATUM_KMS_VGS_USERNAME: username,
      TATUM_KMS_VGS_PASSWORD: password,
      TATUM_KMS_VGS_ALIAS: "tok_live_other",
    }),
  vault() {
    const versioned = { "secret/keys": [{ data: { shop: KEY } }] };
    const server = new VaultServer({ versioned, tokens: ["hvs.token"] });
    return fetched("vault:secret/keys#shop", {
      VAULT_ADDR: serve(server.answer).origin,
      VAULT_TOKEN: "hvs.token",
      TATUM_KMS_VAULT_SECRET_PATH: "secret/kms",
      TATUM_KMS_VAULT_FIELD: "pin",
      TATUM_KMS_VAULT_SECRET_VERSION: "7",
    });
  },
};

describe("a secret by its name", () => {
  test.each(namingProviders.map((name) => [name]))(
    "comes from %s, whatever the vault's own is called there",
    async (name) => {
      expect(await sources[name]?.()).toBe(KEY);
    },
  );

  test("is there with each provider that says how it is named, and with no other", async () => {
    const all = await Promise.all(providerNames.map(loadProvider));
    const naming = all.flatMap(({ name, naming }) => (naming === undefined ? [] : [name]));
    expect(naming).toEqual([...namingProviders]);
    for (const { naming, variables } of all) {
      const known = variables.map(({ name }) => name);
      const named = naming === undefined ? [] : [naming.name, naming.part ?? [], naming.ofVault ?? []].flat();
      expect(known).toEqual(expect.arrayContaining(named));
    }
  });

  test("may be of a version that is named", async () => {
    azure.vault.secrets.set("shop-key", { value: KEY, version });
    expect(await fetched(`azure:shop-key#${version}`, azure.settings)).toBe(KEY);
    expect(azure.vault.asked.at(-1)).toContain(version);
  });

  test("that cannot be had is told with its variable, and not with that of the vault's secret", async () => {
    const failures = [
      await failureOf(fetched("exec:/nowhere/program"), [KEY]),
      await failureOf(fetched("systemd:shop"), [KEY]),
      await failureOf(fetched(`file:${path("missing")}`), [KEY]),
      await failureOf(fetched("fd:standard input"), [KEY]),
    ];
    for (const { message, hint = "" } of failures) {
      expect(message).toContain(VARIABLE);
      expect(message + hint).not.toMatch(/TATUM_KMS_(PASSWORD|SYSTEMD)/);
    }
  });

  test.each(["shop-key", "azure:", ":shop", "nowhere:shop", "prompt:x", "stdin:x", "password:x"])(
    "is not %s",
    (text) => {
      expect(parseNamedSecret(text, VARIABLE)).toBeUndefined();
    },
  );

  test("is shown without the words of a command", () => {
    const shown = (text: string) => showNamedSecret(parseNamedSecret(text, VARIABLE) as never);
    expect(shown('exec:["/usr/bin/show","--token=abc"]')).toBe("exec:...");
    expect(shown("vault:secret/keys#shop")).toBe("vault:secret/keys#shop");
  });
});
