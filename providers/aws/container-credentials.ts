/**
 * Credentials of a container's role, on ECS and EKS Pod Identity:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html.
 * The SDK's own provider for them has no time limit and warns on the console.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ServiceContext } from "../provider.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { headerText } from "../support/http-sender.ts";
import { isSuccess, parseAnswer, refusal } from "../support/service-answer.ts";
import { serviceUrl } from "../support/service-url.ts";
import type { AwsKeys } from "./keys.ts";

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

export function hasContainerCredentials({ setting }: ServiceContext): boolean {
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
export async function containerCredentials(context: ServiceContext): Promise<AwsKeys> {
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
