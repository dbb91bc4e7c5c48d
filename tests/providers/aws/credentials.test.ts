/** Whose keys sign the request: each place of the chain, in its order, and what is said when there are none. */
import { describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { awsProvider } from "../../../providers/aws/provider.ts";
import { listen, serve } from "../../local-servers.ts";
import { askedVariables, providerContext, type Settings } from "../provider-context.ts";
import { failureOf } from "../provider-failure.ts";
import { WrittenFiles } from "../written-files.ts";
import { hideRealCredentials, withEnvironment } from "./real-credentials.ts";
import { containerServer, instanceMetadataServer } from "./role-servers.ts";
import { secretsManagerServer } from "./secrets-manager-server.ts";
import { tokenServiceServer } from "./token-service-server.ts";

hideRealCredentials();

const { folder, write: file } = new WrittenFiles();

const long = { AKIDLONG: { secretAccessKey: "kanarienvogel-long" } };
const temporary = { secretAccessKey: "kanarienvogel-temporary", sessionToken: "kanarienvogel-session" };
const role = "arn:aws:iam::123456789012:role/kms";
const webIdentityToken = "kanarienvogel.web.identity";

/** Nothing of the machine, and no metadata service. */
const nowhere: Settings = {
  AWS_CONFIG_FILE: join(folder, "none"),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
  AWS_EC2_METADATA_DISABLED: "true",
};

function settings(url: URL, others: Settings): Settings {
  return {
    ...nowhere,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url.origin,
    AWS_REGION: "eu-west-1",
    TATUM_KMS_AWS_SECRET_NAME: "kms",
    ...others,
  };
}

/** The access key that signed the request, which has to be in order. */
async function signer(others: Settings): Promise<string | undefined> {
  const askedBy: (string | undefined)[] = [];
  const keys = {
    ...long,
    AKIDOWN: long.AKIDLONG,
    ASIAROLE: temporary,
    ASIAENVIRONMENT: temporary,
  };
  const url = secretsManagerServer({ keys, secrets: { kms: { SecretString: "secret" } }, askedBy });
  const secret = await awsProvider.secret(providerContext(settings(url, others)), "unlock");
  expect(secret.reveal()).toBe("secret");
  expect(askedBy).toHaveLength(1);
  return askedBy[0];
}

function failed(others: Settings, patience = {}) {
  const url = new URL("https://secretsmanager.example.test");
  const context = providerContext(settings(url, others), patience);
  return failureOf(awsProvider.secret(context, "unlock"), ["kanarienvogel"]);
}

const own = {
  TATUM_KMS_AWS_ACCESS_KEY_ID: "AKIDOWN",
  TATUM_KMS_AWS_SECRET_ACCESS_KEY: "kanarienvogel-long",
};
const environment = {
  AWS_ACCESS_KEY_ID: "ASIAENVIRONMENT",
  AWS_SECRET_ACCESS_KEY: temporary.secretAccessKey,
  AWS_SESSION_TOKEN: temporary.sessionToken,
};
const sharedFile = () => ({
  AWS_SHARED_CREDENTIALS_FILE: file(
    "credentials",
    "[default]\naws_access_key_id = AKIDLONG\naws_secret_access_key = kanarienvogel-long\n" +
      "[half]\naws_access_key_id = AKIDLONG\n",
  ),
});

const webIdentity = (sts: URL, token: string, arn = role): Settings => ({
  AWS_ENDPOINT_URL_STS: sts.origin,
  AWS_WEB_IDENTITY_TOKEN_FILE: file("other-token", token),
  AWS_ROLE_ARN: arn,
});

describe("the AWS keys are", () => {
  test("those of the program's own variables, before all others", async () => {
    expect(await signer({ ...own, ...environment, ...sharedFile() })).toBe("AKIDOWN");
  });

  test("those of the variables of AWS, also from an env file", async () => {
    expect(await signer({ ...environment, ...sharedFile() })).toBe("ASIAENVIRONMENT");
  });

  test("those of the shared file", async () => {
    expect(await signer(sharedFile())).toBe("AKIDLONG");
  });

  test("those of a profile that is named, before the variables of AWS, and with its region", async () => {
    const config = file("config", "[profile kms]\nregion = eu-west-1\n");
    const credentials = file(
      "named",
      "[kms]\naws_access_key_id=AKIDLONG\naws_secret_access_key=kanarienvogel-long\n",
    );
    const given = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const named = { ...environment, ...given, AWS_PROFILE: "kms", AWS_REGION: "" };
    // The region of a profile is what the SDK looks for by itself.
    expect(await withEnvironment({ AWS_CONFIG_FILE: config }, () => signer(named))).toBe("AKIDLONG");
  });

  test("those of a program that a profile names", async () => {
    const answer = JSON.stringify({
      Version: 1,
      AccessKeyId: "AKIDLONG",
      SecretAccessKey: "kanarienvogel-long",
    });
    const config = file("process", `[default]\ncredential_process = cat ${file("process.json", answer)}\n`);
    expect(await signer({ AWS_CONFIG_FILE: config })).toBe("AKIDLONG");
  });

  test("those that STS gives for the token of a service account", async () => {
    const sts = tokenServiceServer({ keys: ["ASIAROLE", temporary], role, webIdentityToken });
    expect(await signer(webIdentity(sts, `${webIdentityToken}\n`))).toBe("ASIAROLE");
  });

  test("those of a container's role", async () => {
    const url = containerServer(["ASIAROLE", temporary], "kanarienvogel-container");
    const given = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url.origin}/v2/credentials?id=1` };
    const token = { AWS_CONTAINER_AUTHORIZATION_TOKEN: "kanarienvogel-container" };
    expect(await signer({ ...given, ...token })).toBe("ASIAROLE");
    const tokenFile = file("container", "kanarienvogel-container\n");
    expect(await signer({ ...given, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile })).toBe("ASIAROLE");
    expect(await failed(given)).toMatchObject({ code: "NOT_ALLOWED" });
  });
});

describe("the metadata of an instance", () => {
  const isOn = { AWS_EC2_METADATA_DISABLED: "" };
  const at = (url: URL) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url.origin });

  test("gives the keys of its role, for a token", async () => {
    const requests: string[] = [];
    const url = instanceMetadataServer(["ASIAROLE", temporary], requests);
    expect(await withEnvironment(at(url), () => signer(isOn))).toBe("ASIAROLE");
    expect(requests).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/kms-role",
    ]);
  });

  test("is not asked without a token, as version 1 was", async () => {
    const requests: string[] = [];
    const url = serve((request) => {
      requests.push(request.method);
      return new Response("", { status: request.method === "PUT" ? 405 : 200 });
    });
    expect(await withEnvironment(at(url), () => failed(isOn))).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(requests).toEqual(["PUT"]);
  });

  test("that does not answer is not waited for", async () => {
    const started = performance.now();
    const url = listen(() => undefined);
    expect(await withEnvironment(at(url), () => failed(isOn))).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test("can be turned off", async () => {
    const requests: string[] = [];
    const url = instanceMetadataServer(["ASIAROLE", temporary], requests);
    const isOff = { AWS_EC2_METADATA_DISABLED: "true" };
    expect(await withEnvironment(at(url), () => failed(isOff))).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(requests).toEqual([]);
  });
});

describe("a failure to get AWS keys", () => {
  test("to find any keys names the variables", async () => {
    const failure = await failed({});
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toStartWith("No credentials for AWS were found");
    for (const name of ["TATUM_KMS_AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"]) {
      expect(failure.hint).toContain(name);
    }
  });

  test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("names %s when it is missing", async (name) => {
    const failure = await failed({ ...environment, [name]: "" });
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toStartWith(`${name} is not set`);
  });

  test("of a profile that has half a key is one of finding keys", async () => {
    expect(await failed({ ...sharedFile(), AWS_PROFILE: "half" })).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("of STS to accept a token, or to give the role, is a refusal", async () => {
    const sts = tokenServiceServer({ keys: ["ASIAROLE", temporary], role, webIdentityToken });
    const failure = await failed(webIdentity(sts, "kanarienvogel-wrong"));
    expect(failure).toMatchObject({ code: "NOT_ALLOWED" });
    expect(failure.message).toContain("InvalidIdentityToken");
    expect(await failed(webIdentity(sts, webIdentityToken, `${role}2`))).toMatchObject({
      code: "NOT_ALLOWED",
    });
  });

  test("of STS to answer is one of the network", async () => {
    const failing = serve(() => new Response("", { status: 500 }));
    expect(await failed(webIdentity(failing, webIdentityToken))).toMatchObject({ code: "UNREACHABLE" });
    const silent = listen(() => undefined);
    const failure = await failed(webIdentity(silent, webIdentityToken), { timeout: 0.2 });
    expect(failure).toMatchObject({ code: "UNREACHABLE" });
  });

  test("to read the token of a service account names its variable", async () => {
    const given = { AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "none"), AWS_ROLE_ARN: role };
    const failure = await failed(given);
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toContain("AWS_WEB_IDENTITY_TOKEN_FILE");
    const withoutRole = await failed({ AWS_WEB_IDENTITY_TOKEN_FILE: file("t", webIdentityToken) });
    expect(withoutRole.message).toContain("AWS_ROLE_ARN");
  });

  test.each([
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.3/keys"],
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example.test/keys"],
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "no url"],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example.test/"],
    ["AWS_ENDPOINT_URL_STS", "http://evil.example.test"],
  ])("of %s=%s comes before anything is sent", async (name, value) => {
    expect(await failed({ [name]: value })).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("of a container's endpoint to answer as agreed is told", async () => {
    const at = (url: URL) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url.origin}/` });
    const shapeless = serve(() => Response.json({ AccessKeyId: "kanarienvogel" }));
    expect(await failed(at(shapeless))).toMatchObject({ code: "BAD_ANSWER" });
    const failing = serve(() => new Response("", { status: 500 }));
    expect(await failed(at(failing))).toMatchObject({ code: "UNREACHABLE" });
  });
});

describe("a role to assume", () => {
  test("is asked of STS with the keys of another profile", async () => {
    const config = file(
      "assume",
      `[profile kms]\nrole_arn = ${role}\nsource_profile = source\nregion = eu-west-1\n` +
        "[profile source]\naws_access_key_id = AKIDLONG\naws_secret_access_key = kanarienvogel-long\n",
    );
    const sts = tokenServiceServer({ keys: ["ASIAROLE", temporary], role, trusted: long });
    const given = { AWS_CONFIG_FILE: config, AWS_PROFILE: "kms" };
    const endpoint = { AWS_ENDPOINT_URL_STS: sts.origin };
    expect(await withEnvironment(endpoint, () => signer(given))).toBe("ASIAROLE");
  });
});

test("every variable that is asked for is listed", async () => {
  const listed = awsProvider.variables.map(({ name }) => name);
  const sts = tokenServiceServer({ keys: ["ASIAROLE", temporary], role, webIdentityToken });
  const keys = { ...long, ASIAROLE: temporary };
  const url = secretsManagerServer({ keys, secrets: { kms: { SecretString: "secret" } } });
  for (const others of [sharedFile(), webIdentity(sts, webIdentityToken)]) {
    const asked = await askedVariables(awsProvider, providerContext(settings(url, others)));
    expect(listed).toEqual(expect.arrayContaining(asked));
  }
});

test("the SDK of AWS writes nothing to the console", async () => {
  const spies = (["log", "warn", "error", "info", "debug"] as const).map((name) => spyOn(console, name));
  await signer({ ...environment, ...sharedFile() });
  await failed({ ...environment, AWS_PROFILE: "half", ...sharedFile() });
  await failed({});
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
