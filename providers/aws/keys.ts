/**
 * AWS access keys from variables, long-term or temporary with a session token:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html.
 */
import { ProviderError } from "../error.ts";
import { type ServiceContext, secretSetting } from "../provider.ts";
import { headerText } from "../support/http-sender.ts";

/** What signs a request to AWS. */
export interface AwsKeys {
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
export function keysFromVariables(
  context: ServiceContext,
  prefix: "TATUM_KMS_AWS_" | "AWS_",
): AwsKeys | undefined {
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
