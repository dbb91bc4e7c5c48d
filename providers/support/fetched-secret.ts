/** What a service stored, as the unlocking secret: exactly as it is, or not at all. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { storedSecret } from "./secret-text.ts";

/** An object of JSON with members of any kind; for valibot, lists are objects too. */
export const jsonObject = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
);

/**
 * @param service for the error, as in "AWS Secrets Manager"
 * @param what what was asked for, as in `secret "kms"`
 * @throws ProviderError `UNUSABLE` when it is empty, or no text in UTF-8
 */
export function fetchedSecret(service: string, what: string, text: string, warn: Warn): Secret {
  if (text !== "") return storedSecret(`What ${service} holds in ${what}`, text, warn);
  throw new ProviderError("UNUSABLE", `${service} holds nothing in ${what}: it is empty.`);
}

/**
 * The member of a stored object that is the secret.
 *
 * @param variable the one that names the member, for the error; the name itself is not shown
 * @throws ProviderError `NOT_FOUND` when there is no such member, `UNUSABLE` when it is empty or no text
 */
export function fetchedMember(
  service: string,
  what: string,
  stored: Readonly<Record<string, unknown>>,
  { variable, name }: { readonly variable: string; readonly name: string },
  warn: Warn,
): Secret {
  if (!Object.hasOwn(stored, name)) {
    throw new ProviderError(
      "NOT_FOUND",
      `${service} has ${what}, but without the member that ${variable} names.`,
    );
  }
  const member = stored[name];
  if (typeof member === "string") return fetchedSecret(service, what, member, warn);
  throw new ProviderError(
    "UNUSABLE",
    `${service} has ${what}, but the member that ${variable} names is no text.`,
    "Store it as a string in quotation marks.",
  );
}
