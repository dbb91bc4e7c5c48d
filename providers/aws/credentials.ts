/**
 * The AWS credentials that sign requests: the program's own variables, else the chain that every tool of AWS goes through,
 * in the order of the AWS SDK for JavaScript. A container's role (ECS, EKS Pod Identity) is asked here: the SDK's own provider
 * for it has no time limit and warns on the console.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
import {
  createCredentialChain,
  fromIni,
  fromInstanceMetadata,
  fromWebToken,
} from "@aws-sdk/credential-providers";
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import { requiredSetting, type ServiceContext, secretSetting } from "../provider.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { headerText } from "../support/http-sender.ts";
import { isSuccess, parseAnswer, refusal } from "../support/service-answer.ts";
import { serviceUrl } from "../support/service-url.ts";
import { sdkRequestHandler, silentLogger } from "./sdk-request-handler.ts";
import type { AwsSettings } from "./settings.ts";

/** What signs a request to AWS. */
interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only with temporary keys. */
  readonly sessionToken?: string;
}

/**
 * Keys from variables: `<prefix>ACCESS_KEY_ID`, `<prefix>SECRET_ACCESS_KEY`, and perhaps `<prefix>SESSION_TOKEN`.
 *
 * @returns `undefined` when none is set
 * @throws ProviderError `NOT_CONFIGURED` naming the one that is missing
 */
function keysFromVariables(context: ServiceContext, prefix: "TATUM_KMS_AWS_" | "AWS_"): AwsKeys | undefined {
  const variables = {
    id: `${prefix}ACCESS_KEY_ID`,
    secret: `${prefix}SECRET_ACCESS_KEY`,
    token: `${prefix}SESSION_TOKEN`,
  };
  const accessKeyId = context.setting(variables.id);
  const secretAccessKey = secretSetting(context, variables.secret)?.reveal();
  const sessionToken = context.setting(variables.token);
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined) {
    return undefined;
  }
  if (accessKeyId === undefined) throw missing(variables.id);
  if (secretAccessKey === undefined) throw missing(variables.secret);
  return {
    accessKeyId: headerText(variables.id, accessKeyId),
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken: headerText(variables.token, sessionToken) }),
  };
}

function missing(variable: string): ProviderError {
  return new ProviderError(
    "NOT_CONFIGURED",
    `${variable} is not set, although other parts of the same AWS keys are.`,
    "Set both the access key ID and the secret access key, or neither.",
  );
}

const RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

const ECS_HOST = "http://169.254.170.2";
/** Link-local, so that nobody is on the way: ECS, and EKS over IPv4 and IPv6. */
const CONTAINER_HOSTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

const SERVICE = "The container's credentials endpoint";
const WHAT = "the AWS credentials";

const answerSchema = v.object({
  AccessKeyId: v.string(),
  SecretAccessKey: v.string(),
  Token: v.string(),
});

function hasContainerCredentials({ setting }: ServiceContext): boolean {
  return setting(RELATIVE_URI) !== undefined || setting(FULL_URI) !== undefined;
}

/** @throws ProviderError `NOT_CONFIGURED` */
function endpointOf({ setting }: ServiceContext): URL {
  const relative = setting(RELATIVE_URI);
  if (relative !== undefined) {
    if (relative.startsWith("/") && URL.canParse(`${ECS_HOST}${relative}`)) {
      return new URL(`${ECS_HOST}${relative}`);
    }
    throw new ProviderError("NOT_CONFIGURED", `${RELATIVE_URI} has to begin with a slash.`);
  }
  const full = setting(FULL_URI) ?? "";
  if (!URL.canParse(full)) throw new ProviderError("NOT_CONFIGURED", `${FULL_URI} is no URL.`);
  const url = new URL(full);
  const isContainerHost = url.protocol === "http:" && CONTAINER_HOSTS.includes(url.hostname);
  if (!isContainerHost) serviceUrl(FULL_URI, url.origin);
  return url;
}

function authorization({ setting, warn }: ServiceContext): Record<string, string> {
  const file = setting(TOKEN_FILE);
  if (file !== undefined) {
    return { authorization: headerText(TOKEN_FILE, readCredentialFile(TOKEN_FILE, file, warn)) };
  }
  const token = setting(TOKEN);
  return token === undefined ? {} : { authorization: headerText(TOKEN, token) };
}

/** @throws ProviderError */
async function containerCredentials(context: ServiceContext): Promise<AwsKeys> {
  const answer = await context.http.send({
    method: "GET",
    url: endpointOf(context),
    headers: { accept: "application/json", ...authorization(context) },
  });
  if (!isSuccess(answer)) {
    throw refusal(SERVICE, WHAT, answer, { hint: "Check the role of the task or of the pod." });
  }
  const { AccessKeyId, SecretAccessKey, Token } = parseAnswer(SERVICE, WHAT, answerSchema, answer);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

const WEB_IDENTITY_TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE_ARN = "AWS_ROLE_ARN";

/** Milliseconds: the metadata service is near, or there is none. */
const INSTANCE_METADATA_TIMEOUT = 1000;

type CredentialProvider = Parameters<typeof createCredentialChain>[number];

/** Keys that are in variables; `undefined` when the chain has to be asked. */
function staticKeys(context: ServiceContext): AwsKeys | undefined {
  const own = keysFromVariables(context, "TATUM_KMS_AWS_");
  if (own !== undefined) return own;
  // As in the SDK, a profile that is named comes before keys.
  return context.setting("AWS_PROFILE") === undefined ? keysFromVariables(context, "AWS_") : undefined;
}

/** Settings of the clients that the SDK makes to get keys: for STS, and for SSO where a profile says so. */
function keyClientConfig({ http }: ServiceContext) {
  return {
    requestHandler: sdkRequestHandler(http, "AWS", "credentials"),
    logger: silentLogger,
    maxAttempts: 3,
    retryMode: "standard",
  };
}

/** A profile of the shared files: keys, a role to assume, SSO, or a program that prints keys. */
function fromProfile(context: ServiceContext): CredentialProvider {
  const profile = context.setting("AWS_PROFILE");
  const filepath = context.setting("AWS_SHARED_CREDENTIALS_FILE");
  const configFilepath = context.setting("AWS_CONFIG_FILE");
  return fromIni({
    logger: silentLogger,
    clientConfig: keyClientConfig(context),
    ...(profile !== undefined && { profile }),
    ...(filepath !== undefined && { filepath }),
    ...(configFilepath !== undefined && { configFilepath }),
  });
}

/** The service account of a pod, for whose token STS gives keys. */
function fromTokenFile(context: ServiceContext, file: string, endpoint: URL | undefined): CredentialProvider {
  const roleSessionName = context.setting("AWS_ROLE_SESSION_NAME");
  return fromWebToken({
    logger: silentLogger,
    roleArn: requiredSetting({ title: "AWS web identity" }, context, ROLE_ARN),
    webIdentityToken: readCredentialFile(WEB_IDENTITY_TOKEN_FILE, file, context.warn),
    clientConfig: {
      ...keyClientConfig(context),
      ...(endpoint !== undefined && { endpoint: endpoint.href }),
    },
    ...(roleSessionName !== undefined && { roleSessionName }),
  });
}

/** Metadata of EC2, version 2 only: version 1 gives keys to whoever makes a server ask for a URL. */
function fromInstance(): CredentialProvider {
  return fromInstanceMetadata({
    logger: silentLogger,
    timeout: INSTANCE_METADATA_TIMEOUT,
    maxRetries: 1,
    ec2MetadataV1Disabled: true,
  });
}

/**
 * The chain is put together here, because the SDK's own takes its variables from the process environment only, and
 * ours may be in an env file.
 *
 * @throws ProviderError `NOT_CONFIGURED` when variables contradict each other; the keys are fetched later
 */
export function awsCredentials(context: ServiceContext, { stsEndpoint }: AwsSettings): CredentialProvider {
  const keys = staticKeys(context);
  if (keys !== undefined) return async () => keys;
  const chain = [fromProfile(context)];
  const tokenFile = context.setting(WEB_IDENTITY_TOKEN_FILE);
  if (tokenFile !== undefined) chain.push(fromTokenFile(context, tokenFile, stsEndpoint));
  const isMetadataOff = (context.setting("AWS_EC2_METADATA_DISABLED") ?? "false") !== "false";
  if (hasContainerCredentials(context)) chain.push(() => containerCredentials(context));
  else if (!isMetadataOff) chain.push(fromInstance());
  return createCredentialChain(...chain);
}
