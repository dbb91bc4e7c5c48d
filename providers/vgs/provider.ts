/** Secret provider `vgs`: the value behind an alias of VGS Vault, revealed by its HTTP API. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import {
  optionalVariable,
  type ProviderContext,
  requiredSecret,
  requiredSecretVariable,
  requiredSetting,
  requiredVariable,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import { fetchedSecret } from "../support/fetched-secret.ts";
import type { ServiceAnswer } from "../support/http-sender.ts";
import { isSuccess, parseAnswer, refusal } from "../support/service-answer.ts";
import { serviceUrl, urlBelow } from "../support/service-url.ts";

const TITLE = "VGS Vault";
const DEFAULT_URL = "https://api.live.verygoodvault.com";

const URL_VARIABLE = "TATUM_KMS_VGS_URL";
const USERNAME_VARIABLE = "TATUM_KMS_VGS_USERNAME";
const PASSWORD_VARIABLE = "TATUM_KMS_VGS_PASSWORD";
const ALIAS_VARIABLE = "TATUM_KMS_VGS_ALIAS";
const STORAGE_VARIABLE = "TATUM_KMS_VGS_STORAGE";

const storages = ["PERSISTENT", "VOLATILE"];

const revealed = v.object({ value: v.string() });

/** The answer for one alias is a list, that for several is an object by alias. */
const answerSchema = v.object({ data: v.union([v.array(revealed), v.record(v.string(), revealed)]) });

const errorSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ errors: v.tupleWithRest([v.object({ title: v.string() })], v.unknown()) }),
);

interface Question {
  readonly url: URL;
  readonly alias: string;
  /** For errors. */
  readonly what: string;
}

/** @throws ProviderError `NOT_CONFIGURED` */
function questionOf(context: ProviderContext): Question {
  const alias = requiredSetting({ title: TITLE }, context, ALIAS_VARIABLE);
  const url = urlBelow(
    serviceUrl(URL_VARIABLE, context.setting(URL_VARIABLE) ?? DEFAULT_URL),
    "aliases",
    alias,
  );
  const storage = context.setting(STORAGE_VARIABLE);
  if (storage !== undefined) {
    if (!storages.includes(storage)) {
      throw new ProviderError("NOT_CONFIGURED", `${STORAGE_VARIABLE} is ${storages.join(" or ")}.`);
    }
    url.searchParams.set("storage", storage);
  }
  return { url, alias, what: `alias ${JSON.stringify(alias)}` };
}

/** `Authorization` of RFC 7617, in UTF-8. */
function basicAuthorization(context: ProviderContext): string {
  const username = requiredSecret({ title: TITLE }, context, USERNAME_VARIABLE);
  const password = requiredSecret({ title: TITLE }, context, PASSWORD_VARIABLE);
  return `Basic ${Buffer.from(`${username.reveal()}:${password.reveal()}`).toString("base64")}`;
}

function vgsRefusal(what: string, answer: ServiceAnswer): ProviderError {
  const named = v.safeParse(errorSchema, answer.body);
  return refusal(TITLE, what, answer, {
    errorName: named.success ? named.output.errors[0].title : undefined,
    hint:
      "Check the credentials, the alias and the vault's environment (live, sandbox, EU); revealing has to be enabled " +
      "by VGS for the vault.",
  });
}

/**
 * "Reveal single alias" of the Vault HTTP API of VGS, which VGS has to enable for a vault.
 * The host can be that of the sandbox or of the EU.
 */
export const vgsProvider: SecretProvider = {
  name: "vgs",
  title: TITLE,
  storeType: "VGS",
  variables: [
    requiredSecretVariable(USERNAME_VARIABLE, "User name of the access credentials"),
    requiredSecretVariable(PASSWORD_VARIABLE, "Password of the access credentials"),
    requiredVariable(ALIAS_VARIABLE, "The alias whose value is the secret"),
    optionalVariable(
      URL_VARIABLE,
      `The vault's API, as https://api.sandbox.verygoodvault.com; by default ${DEFAULT_URL}`,
    ),
    optionalVariable(
      STORAGE_VARIABLE,
      "Where the value is kept, PERSISTENT or VOLATILE; by default VGS decides",
    ),
  ],
  naming: { name: ALIAS_VARIABLE },

  describe(context: ProviderContext): string {
    const { url, alias } = questionOf(context);
    return `${TITLE} at ${url.host}, alias ${JSON.stringify(alias)}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const { url, alias, what } = questionOf(context);
    const authorization = basicAuthorization(context);
    const answer = await context.http.send({
      method: "GET",
      url,
      headers: { accept: "application/json", authorization },
    });
    if (!isSuccess(answer)) throw vgsRefusal(what, answer);
    const { data } = parseAnswer(TITLE, what, answerSchema, answer);
    const stored = Array.isArray(data) ? data[0] : Object.hasOwn(data, alias) ? data[alias] : undefined;
    if (stored === undefined) throw new ProviderError("NOT_FOUND", `${TITLE} answered without ${what}.`);
    return fetchedSecret(TITLE, what, stored.value, context.warn);
  },
};
