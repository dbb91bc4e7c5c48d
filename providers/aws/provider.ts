/**
 * Secret provider `aws`: a secret of AWS Secrets Manager, or one member of it:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ProviderContext, SecretProvider, Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { fetchedMember, fetchedSecret, jsonObject } from "../support/fetched-secret.ts";
import { type AwsSettings, awsSettings, SECRET_KEY, secretTitle, TITLE } from "./settings.ts";
import { awsVariables } from "./variables.ts";

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

  describe(context: ProviderContext): string {
    const settings = awsSettings(context);
    const place = settings.endpoint?.host ?? settings.region ?? "the region of the AWS profile";
    return `${TITLE} (${place}), ${secretTitle(settings)}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const settings = awsSettings(context);
    // The SDK is large: who only asks what is configured does not load it.
    const { storedText } = await import("./stored-text.ts");
    return secretIn(await storedText(context, settings), settings, context.warn);
  },
};
