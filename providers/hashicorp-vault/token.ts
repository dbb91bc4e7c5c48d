/**
 * The Vault token that a login gives: got, used, and given back (https://developer.hashicorp.com/vault/api-docs/auth/token).
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import { HEADER_TEXT } from "../support/http-sender.ts";
import { isSuccess, parseAnswer } from "../support/service-answer.ts";
import type { Login } from "./login.ts";
import { vaultRefusal } from "./refusal.ts";
import { TITLE, type VaultServer } from "./server.ts";

const WHAT = "token";

const loginSchema = v.object({
  auth: v.object({
    client_token: v.pipe(v.string(), v.regex(HEADER_TEXT)),
    /** Seconds; 0 for a token without an end. */
    lease_duration: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
});

/**
 * A login whose answer is lost is tried again; the token nobody got ends with its lease.
 * @throws ProviderError
 */
async function logIn(server: VaultServer, { title, mount, body }: Login): Promise<string> {
  const answer = await server.ask("POST", {
    path: ["auth", ...mount.split("/"), "login"],
    body: body(),
  });
  const hint = `Check the credentials of the ${title} login, its mount (auth/${mount}) and the namespace.`;
  // What Vault answers to a wrong RoleID, SecretID or role.
  if (answer.status === 400) {
    throw new ProviderError("NOT_ALLOWED", `${TITLE} refuses to give ${WHAT} (HTTP 400).`, hint);
  }
  if (!isSuccess(answer)) throw vaultRefusal(WHAT, answer, hint);
  return parseAnswer(TITLE, WHAT, loginSchema, answer).auth.client_token;
}

/** Ends the token, and with it its lease. It would end by itself, so that a failure is no failure of the program. */
async function revoke(server: VaultServer, token: string): Promise<void> {
  try {
    await server.ask("POST", { path: ["auth", "token", "revoke-self"], token });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
  }
}

/**
 * Logs in, does `work`, and gives the token back, however the work ends.
 * @throws ProviderError of the login or of the work
 */
export async function withLoginToken<Result>(
  server: VaultServer,
  login: Login,
  work: (token: string) => Promise<Result>,
): Promise<Result> {
  const token = await logIn(server, login);
  try {
    return await work(token);
  } finally {
    await revoke(server, token);
  }
}
