import type { ProviderVariable } from "../provider.ts";

function optional(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: false, description };
}

function optionalSecret(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: true, description };
}

/** Every variable that decides where and as whom AWS is asked. Those of the program come before those of AWS. */
export const awsVariables: readonly ProviderVariable[] = [
  {
    name: "TATUM_KMS_AWS_SECRET_NAME",
    required: true,
    secret: false,
    description: "Name or ARN of the secret",
  },
  optional(
    "TATUM_KMS_AWS_SECRET_KEY",
    "The member of the stored JSON object that is the secret; without it the whole stored text is",
  ),
  optional("TATUM_KMS_AWS_VERSION_ID", "Version of the secret; by default the current one"),
  optional("TATUM_KMS_AWS_VERSION_STAGE", "Staging label of the version, as AWSPREVIOUS"),
  optional("TATUM_KMS_AWS_REGION", "Region; by default AWS_REGION, AWS_DEFAULT_REGION, or the profile's"),
  optionalSecret(
    "TATUM_KMS_AWS_ACCESS_KEY_ID",
    "Access key ID; without it the usual places of AWS are searched",
  ),
  optionalSecret("TATUM_KMS_AWS_SECRET_ACCESS_KEY", "Secret access key of that ID"),
  optionalSecret("TATUM_KMS_AWS_SESSION_TOKEN", "Session token, with temporary keys"),
  optional("AWS_REGION", "Region"),
  optional("AWS_DEFAULT_REGION", "Region, where AWS_REGION is not set"),
  optional("AWS_ENDPOINT_URL_SECRETS_MANAGER", "Endpoint of AWS Secrets Manager, as that of a VPC"),
  optional("AWS_ENDPOINT_URL_STS", "Endpoint of AWS STS, for web identity"),
  optional("AWS_ENDPOINT_URL", "Endpoint of every service of AWS"),
  optional("AWS_PROFILE", "Profile in the shared files of AWS; comes before AWS_ACCESS_KEY_ID"),
  optional("AWS_SHARED_CREDENTIALS_FILE", "The credentials file; by default ~/.aws/credentials"),
  optional("AWS_CONFIG_FILE", "The configuration file; by default ~/.aws/config"),
  optionalSecret("AWS_ACCESS_KEY_ID", "Access key ID"),
  optionalSecret("AWS_SECRET_ACCESS_KEY", "Secret access key of that ID"),
  optionalSecret("AWS_SESSION_TOKEN", "Session token, with temporary keys"),
  optional("AWS_WEB_IDENTITY_TOKEN_FILE", "File with a token that STS gives credentials for, as on EKS"),
  optional("AWS_ROLE_ARN", "The role for that token"),
  optional("AWS_ROLE_SESSION_NAME", "Name of the session with that role"),
  optional("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "Where a container gets credentials, on ECS"),
  optional("AWS_CONTAINER_CREDENTIALS_FULL_URI", "Where a container gets credentials, on EKS and elsewhere"),
  optionalSecret("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Token for that place"),
  optional("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "File with the token for that place"),
  optional("AWS_EC2_METADATA_DISABLED", "`true`: do not ask the metadata of EC2 for credentials"),
  optional(
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "Address of the metadata of EC2; only in the environment, not in an env file",
  ),
];
