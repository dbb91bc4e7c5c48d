/** Azure Key Vault's "Get Secret": https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/get-secret/get-secret. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ProviderContext } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { bearer } from "../support/access-token.ts";
import type { HttpSender, ServiceAnswer } from "../support/http-sender.ts";
import { storedSecret } from "../support/secret-text.ts";
import { isSuccess, parseAnswer, refusal } from "../support/service-answer.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import {
  describeSecret,
  KEY_VAULT,
  SECRET_NAME,
  SECRET_VERSION,
  secretUrl,
  type VaultSecret,
} from "./vault-secret.ts";

/** Seconds since 1970. */
const time = v.pipe(v.number(), v.integer());

/** The bundle that "Get Secret" answers; `id` is `https://<vault>/secrets/<name>/<version>`. */
const secretBundle = v.object({
  value: v.string(),
  id: v.pipe(v.string(), v.url()),
  attributes: v.optional(
    v.object({ enabled: v.optional(v.boolean()), nbf: v.nullish(time), exp: v.nullish(time) }),
  ),
});

/** The word in `innererror` says more: `SecretDisabled` or `ForbiddenByRbac` where `code` is `Forbidden`. */
const errorBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    error: v.object({ code: v.string(), innererror: v.nullish(v.object({ code: v.nullish(v.string()) })) }),
  }),
);

const hints: Readonly<Record<number, string>> = {
  401: "The vault does not accept the access token: check that the identity is of the vault's own tenant.",
  403: `The identity needs the permission to get secrets (role "Key Vault Secrets User"), and the secret has to be enabled.`,
  404: `Check ${SECRET_NAME} and ${SECRET_VERSION}.`,
};

function vaultRefusal(secret: VaultSecret, answer: ServiceAnswer): ProviderError {
  const parsed = v.safeParse(errorBody, answer.body);
  const error = parsed.success ? parsed.output.error : undefined;
  const errorName = error?.innererror?.code ?? error?.code;
  return refusal(KEY_VAULT, describeSecret(secret), answer, { errorName, hint: hints[answer.status] });
}

/**
 * Asks the vault, without a token, what token it wants.
 * @throws ProviderError `UNREACHABLE`, `BAD_ANSWER` also when it gives the secret to anybody, which no key vault does
 */
export async function askForChallenge(http: HttpSender, secret: VaultSecret): Promise<Challenge> {
  const answer = await http.send({ method: "GET", url: secretUrl(secret) });
  if (answer.status === 401) return parseChallenge(answer.headers.get("www-authenticate"));
  if (!isSuccess(answer)) throw vaultRefusal(secret, answer);
  throw new ProviderError(
    "BAD_ANSWER",
    `${secret.vault.host} answers without asking who wants to know, and so is no key vault.`,
  );
}

/** Names of secrets are the same in upper and lower case. */
function isIdOf(id: string, { name, version }: VaultSecret): boolean {
  const [, collection, itsName, itsVersion] = new URL(id).pathname.split("/");
  return (
    collection === "secrets" &&
    itsName?.toLowerCase() === name.toLowerCase() &&
    (version === undefined || itsVersion?.toLowerCase() === version.toLowerCase())
  );
}

/** @returns why a secret is not to be used now; the service itself keeps people only from using disabled ones */
function reasonAgainst({ attributes }: v.InferOutput<typeof secretBundle>, now: number): string | undefined {
  if (attributes?.enabled === false) return "is disabled";
  if ((attributes?.nbf ?? now) > now) return "is not valid yet";
  return (attributes?.exp ?? Number.POSITIVE_INFINITY) <= now ? "has expired" : undefined;
}

/**
 * The secret, exactly as it is stored.
 * @throws ProviderError `NOT_FOUND`, `NOT_ALLOWED`, `UNREACHABLE`, `BAD_ANSWER`, `UNUSABLE`
 */
export async function getSecret(
  { http, warn }: Pick<ProviderContext, "http" | "warn">,
  secret: VaultSecret,
  token: Secret,
): Promise<Secret> {
  const what = describeSecret(secret);
  const answer = await http.send({ method: "GET", url: secretUrl(secret), headers: bearer(token) });
  if (!isSuccess(answer)) throw vaultRefusal(secret, answer);
  const bundle = parseAnswer(KEY_VAULT, what, secretBundle, answer);
  if (!isIdOf(bundle.id, secret)) {
    throw new ProviderError("BAD_ANSWER", `${KEY_VAULT} answered with another secret than ${what}.`);
  }
  const reason = reasonAgainst(bundle, Date.now() / 1000);
  if (reason !== undefined) {
    throw new ProviderError(
      "UNUSABLE",
      `The ${what} ${reason}.`,
      `Change that in Azure, or name another version in ${SECRET_VERSION}.`,
    );
  }
  if (bundle.value === "") throw new ProviderError("UNUSABLE", `The ${what} is empty.`);
  return storedSecret(`The ${what}`, bundle.value, warn);
}
