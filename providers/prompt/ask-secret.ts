/** The questions for unlocking secrets: a password, a new one, the PIN of a token. */
import type { SecretPurpose } from "../provider.ts";
import type { Secret } from "../secret.ts";
import type { Prompt } from "./prompt.ts";

const questions: Readonly<Record<SecretPurpose, string>> = {
  unlock: "Enter password to decrypt wallet store",
  create: "Enter a password for the new wallet store",
  pin: "Enter the PIN of the token",
};

/**
 * Has somebody type the unlocking secret, twice when it is a new one.
 *
 * @param variable the variable that would have answered the question
 * @throws ProviderError `NO_ANSWER`, `UNUSABLE` when two entries differ
 */
export async function askSecret(prompt: Prompt, purpose: SecretPurpose, variable?: string): Promise<Secret> {
  const question = questions[purpose];
  return purpose === "create" ? prompt.askNew(question, variable) : prompt.ask(question, variable);
}

/**
 * Takes the next line of piped input as the unlocking secret, also as a new one: the line after it may be another answer.
 * @throws ProviderError `NO_ANSWER`
 */
export async function nextLine(prompt: Prompt, purpose: SecretPurpose): Promise<Secret> {
  return prompt.ask(questions[purpose]);
}
