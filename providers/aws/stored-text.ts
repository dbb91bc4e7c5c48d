/**
 * The text in a secret of AWS Secrets Manager, fetched with the AWS SDK once the files that all tools of AWS share were checked:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html,
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ServiceContext } from "../provider.ts";
import { textOfBytes } from "../support/secret-text.ts";
import { checkTrustedFile, exposure, orProviderError } from "../support/trusted-file.ts";
import { awsCredentials } from "./credentials.ts";
import { credentialsError, missingRegion, secretError } from "./error.ts";
import { sdkRequestHandler, silentLogger } from "./sdk-request-handler.ts";
import { type AwsSettings, secretTitle, TITLE } from "./settings.ts";

/** `~/.aws/<name>`; `undefined` for a user without a home directory. */
function inHome(name: string): string | undefined {
  try {
    return join(homedir(), ".aws", name);
  } catch {
    return undefined;
  }
}

/**
 * Checks the configuration and credentials files, which the SDK reads; one of them may name a program to run.
 * @throws ProviderError `NOT_CONFIGURED` when somebody else could have written one of them
 */
export function checkSharedFiles({ setting, warn }: ServiceContext): void {
  const files = [
    { path: setting("AWS_SHARED_CREDENTIALS_FILE") ?? inHome("credentials"), isSecret: true },
    { path: setting("AWS_CONFIG_FILE") ?? inHome("config"), isSecret: false },
  ];
  for (const { path, isSecret } of files) {
    if (path === undefined) continue;
    const source = `The file of AWS ${path}`;
    const status = orProviderError("NOT_CONFIGURED", () => checkTrustedFile(path, source));
    const exposed = status === undefined || !isSecret ? undefined : exposure(source, path, status);
    if (exposed !== undefined) warn(exposed);
  }
}

/** Milliseconds to find the region or the credentials; a source of them may be a program that never ends. */
const SEARCH_TIME = 60_000;

const answerSchema = v.union([
  v.object({ SecretString: v.string() }),
  v.object({ SecretBinary: v.instance(Uint8Array) }),
]);

function createClient(context: ServiceContext, settings: AwsSettings): SecretsManagerClient {
  const { region, endpoint } = settings;
  const profile = context.setting("AWS_PROFILE");
  return new SecretsManagerClient({
    credentials: awsCredentials(context, settings),
    requestHandler: sdkRequestHandler(context.http, TITLE, secretTitle(settings)),
    logger: silentLogger,
    defaultsMode: "standard",
    retryMode: "standard",
    maxAttempts: 3,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint: endpoint.href }),
    ...(profile !== undefined && { profile }),
  });
}

async function withinTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `No region or credentials for AWS were found within ${SEARCH_TIME / 1000} s.`;
      reject(new ProviderError("UNREACHABLE", message));
    }, SEARCH_TIME);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `GetSecretValue`: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
 * @throws ProviderError
 */
export async function storedText(context: ServiceContext, settings: AwsSettings): Promise<string> {
  const what = secretTitle(settings);
  checkSharedFiles(context);
  const client = createClient(context, settings);
  await withinTime(client.config.region()).catch((error: unknown) => {
    throw error instanceof ProviderError ? error : missingRegion();
  });
  // The client keeps them for its request. They are asked for here, so that their failure is told from the secret's.
  await withinTime(client.config.credentials()).catch((error: unknown) => {
    throw credentialsError(error);
  });
  const question = new GetSecretValueCommand({ SecretId: settings.secretName, ...settings.version });
  const answer = await client.send(question).catch((error: unknown) => {
    throw secretError(error, what);
  });
  const parsed = v.safeParse(answerSchema, answer);
  if (!parsed.success) {
    throw new ProviderError("BAD_ANSWER", `${TITLE} answered without ${what}, in an unknown shape.`);
  }
  return "SecretString" in parsed.output
    ? parsed.output.SecretString
    : textOfBytes(`What ${TITLE} holds in ${what}`, parsed.output.SecretBinary);
}
