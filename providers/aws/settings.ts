/**
 * The secret in AWS Secrets Manager that the variables name: its name, version, region and endpoint, checked before anybody
 * is asked.
 */

import { ProviderError } from "../error.ts";
import { requiredSetting, type ServiceContext } from "../provider.ts";
import { serviceUrl } from "../support/service-url.ts";

export const TITLE = "AWS Secrets Manager";

const SECRET_NAME = "TATUM_KMS_AWS_SECRET_NAME";
/** The member of the stored JSON object that is the secret. */
export const SECRET_KEY = "TATUM_KMS_AWS_SECRET_KEY";
const VERSION_ID = "TATUM_KMS_AWS_VERSION_ID";
const VERSION_STAGE = "TATUM_KMS_AWS_VERSION_STAGE";

/** The first that is set counts. */
export const regionVariables = ["TATUM_KMS_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"] as const;
const endpointVariables = ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"] as const;
const stsEndpointVariables = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] as const;

/** The region becomes part of a host name. */
const REGION = /^[a-z0-9]+(?:-[a-z0-9]+){0,5}$/;

export interface AwsSettings {
  /** Name or ARN. */
  readonly secretName: string;
  /** `undefined`: the whole stored text is the secret. */
  readonly member: string | undefined;
  readonly version: { readonly VersionId?: string; readonly VersionStage?: string };
  /** `undefined`: that of the AWS profile. */
  readonly region: string | undefined;
  /** `undefined`: the public one of the region. */
  readonly endpoint: URL | undefined;
  readonly stsEndpoint: URL | undefined;
}

function firstSetting(
  context: ServiceContext,
  names: readonly string[],
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = context.setting(name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function regionOf(context: ServiceContext): string | undefined {
  const setting = firstSetting(context, regionVariables);
  if (setting === undefined || REGION.test(setting.value)) return setting?.value;
  throw new ProviderError("NOT_CONFIGURED", `${setting.name} is not the name of an AWS region.`);
}

function endpointOf(context: ServiceContext, names: readonly string[]): URL | undefined {
  const setting = firstSetting(context, names);
  return setting === undefined ? undefined : serviceUrl(setting.name, setting.value);
}

/** @throws ProviderError `NOT_CONFIGURED` */
export function awsSettings(context: ServiceContext): AwsSettings {
  const VersionId = context.setting(VERSION_ID);
  const VersionStage = context.setting(VERSION_STAGE);
  return {
    secretName: requiredSetting({ title: TITLE }, context, SECRET_NAME),
    member: context.setting(SECRET_KEY),
    version: {
      ...(VersionId !== undefined && { VersionId }),
      ...(VersionStage !== undefined && { VersionStage }),
    },
    region: regionOf(context),
    endpoint: endpointOf(context, endpointVariables),
    stsEndpoint: endpointOf(context, stsEndpointVariables),
  };
}

/** The secret for people, as in `secret "kms"`. */
export function secretTitle({ secretName }: AwsSettings): string {
  return `secret ${JSON.stringify(secretName)}`;
}
