/**
 * Secret provider `aws`: a secret of AWS Secrets Manager, or one member of it:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import {
  optionalSecretVariable,
  optionalVariable,
  type ProviderContext,
  type ProviderVariable,
  requiredVariable,
  type SecretProvider,
  type Warn,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import { fetchedMember, fetchedSecret, jsonObject } from "../support/fetched-secret.ts";
import { textFromSdk } from "./ask-sdk.ts";
import { type AwsSettings, awsSettings, SECRET_KEY, secretTitle, TITLE } from "./settings.ts";

/**
 * Every variable that decides where and as whom AWS is asked: those of this program, then settings of all AWS SDKs,
 * https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html.
 */
const awsVariables: readonly ProviderVariable[] = [
  requiredVariable("TATUM_KMS_AWS_SECRET_NAME", "Name or ARN of the secret"),
  optionalVariable(
    "TATUM_KMS_AWS_SECRET_KEY",
    "The member of the stored JSON object that is the secret; without it the whole stored text is",
  ),
  optionalVariable("TATUM_KMS_AWS_VERSION_ID", "Version of the secret; by default the current one"),
  optionalVariable("TATUM_KMS_AWS_VERSION_STAGE", "Staging label of the version, as AWSPREVIOUS"),
  optionalVariable(
    "TATUM_KMS_AWS_REGION",
    "Region; by default AWS_REGION, AWS_DEFAULT_REGION, or the profile's",
  ),
  optionalSecretVariable(
    "TATUM_KMS_AWS_ACCESS_KEY_ID",
    "Access key ID; without it the usual places of AWS are searched",
  ),
  optionalSecretVariable("TATUM_KMS_AWS_SECRET_ACCESS_KEY", "Secret access key of that ID"),
  optionalSecretVariable("TATUM_KMS_AWS_SESSION_TOKEN", "Session token, with temporary keys"),
  optionalVariable("AWS_REGION", "Region"),
  optionalVariable("AWS_DEFAULT_REGION", "Region, where AWS_REGION is not set"),
  optionalVariable("AWS_ENDPOINT_URL_SECRETS_MANAGER", "Endpoint of AWS Secrets Manager, as that of a VPC"),
  optionalVariable(
    "AWS_ENDPOINT_URL_STS",
    "Endpoint of AWS STS; for the role of a profile only in the environment, not in an env file",
  ),
  optionalVariable("AWS_ENDPOINT_URL", "Endpoint of every service of AWS"),
  optionalVariable("AWS_PROFILE", "Profile in the shared files of AWS; comes before AWS_ACCESS_KEY_ID"),
  optionalVariable("AWS_SHARED_CREDENTIALS_FILE", "The credentials file; by default ~/.aws/credentials"),
  optionalVariable(
    "AWS_CONFIG_FILE",
    "The configuration file; by default ~/.aws/config. Its region counts only when it is in the environment",
  ),
  optionalSecretVariable("AWS_ACCESS_KEY_ID", "Access key ID"),
  optionalSecretVariable("AWS_SECRET_ACCESS_KEY", "Secret access key of that ID"),
  optionalSecretVariable("AWS_SESSION_TOKEN", "Session token, with temporary keys"),
  optionalVariable(
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "File with a token that STS gives credentials for, as on EKS",
  ),
  optionalVariable("AWS_ROLE_ARN", "The role for that token"),
  optionalVariable("AWS_ROLE_SESSION_NAME", "Name of the session with that role"),
  optionalVariable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "Where a container gets credentials, on ECS"),
  optionalVariable(
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "Where a container gets credentials, on EKS and elsewhere",
  ),
  optionalSecretVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Token for that place"),
  optionalVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "File with the token for that place"),
  optionalVariable("AWS_EC2_METADATA_DISABLED", "`true`: do not ask the metadata of EC2 for credentials"),
  optionalVariable(
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "Address of the metadata of EC2; only in the environment, not in an env file",
  ),
];

/**
 * The secret in the stored text: the member that is named, as in the original, or the whole text.
 * @throws ProviderError
 */
function secretIn(text: string, settings: AwsSettings, warn: Warn): Secret {
  const what = secretTitle(settings);
  if (settings.member === undefined) return fetchedSecret(TITLE, what, text, warn);
  const stored = v.safeParse(v.pipe(v.string(), v.parseJson(), jsonObject), text);
  if (!stored.success) {
    throw new ProviderError(
      "UNUSABLE",
      `${TITLE} has ${what}, but it is no JSON object, so it has no member that ${SECRET_KEY} could name.`,
      `Leave ${SECRET_KEY} unset to use the whole text as the secret.`,
    );
  }
  return fetchedMember(TITLE, what, stored.output, { variable: SECRET_KEY, name: settings.member }, warn);
}

export const awsProvider: SecretProvider = {
  name: "aws",
  title: TITLE,
  storeType: "AWS",
  variables: awsVariables,
  naming: {
    name: "TATUM_KMS_AWS_SECRET_NAME",
    part: SECRET_KEY,
    ofVault: ["TATUM_KMS_AWS_VERSION_ID", "TATUM_KMS_AWS_VERSION_STAGE"],
  },

  describe(context: ProviderContext): string {
    const settings = awsSettings(context);
    const place = settings.endpoint?.host ?? settings.region ?? "the region of the AWS profile";
    return `${TITLE} (${place}), ${secretTitle(settings)}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const settings = awsSettings(context);
    return secretIn(await textFromSdk(context, awsVariables), settings, context.warn);
  },
};
