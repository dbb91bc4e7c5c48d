/**
 * Who asks Vault: a token, AppRole (https://developer.hashicorp.com/vault/api-docs/auth/approle) or Kubernetes
 * (https://developer.hashicorp.com/vault/api-docs/auth/kubernetes). Which way is used follows from the variables that are
 * set; there is no other way behind it. The token that a login gives is got, used, and given back
 * (https://developer.hashicorp.com/vault/api-docs/auth/token).
 */

import * as v from "valibot";
import { ProviderError } from "../error.ts";
import { type ProviderContext, secretSetting } from "../provider.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { HEADER_TEXT, headerText } from "../support/http-sender.ts";
import { isSuccess, parseAnswer } from "../support/service-answer.ts";
import { vaultRefusal } from "./refusal.ts";
import { clientSetting, TITLE, type VaultServer } from "./server.ts";

export const TOKEN_FILE = "VAULT_TOKEN_FILE";
export const AUTH_MOUNT = "TATUM_KMS_VAULT_AUTH_MOUNT";
export const ROLE_ID = "TATUM_KMS_VAULT_ROLE_ID";
export const SECRET_ID = "TATUM_KMS_VAULT_SECRET_ID";
export const SECRET_ID_FILE = "TATUM_KMS_VAULT_SECRET_ID_FILE";
export const KUBERNETES_ROLE = "TATUM_KMS_VAULT_KUBERNETES_ROLE";
export const KUBERNETES_TOKEN_FILE = "TATUM_KMS_VAULT_KUBERNETES_TOKEN_FILE";

/** Where Kubernetes puts the token of a pod's service account. */
export const DEFAULT_KUBERNETES_TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** A token that is there already. */
export interface GivenToken {
  readonly kind: "token";
  readonly title: string;
  token(): string;
}

/** A login that gives a token of our own, which has to be given back. */
export interface Login {
  readonly kind: "login";
  readonly title: string;
  /** Where the auth method is mounted, below `auth/`. */
  readonly mount: string;
  body(): Readonly<Record<string, string>>;
}

interface Way {
  /** The variables that choose it. */
  readonly variables: readonly string[];
  /** Reads no file yet. */
  make(context: ProviderContext): GivenToken | Login;
}

function needed({ setting }: ProviderContext, name: string, because: string): string {
  const value = setting(name);
  if (value !== undefined) return value;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${TITLE} needs the variable ${name}, because ${because} is set.`,
  );
}

function secretIdOf(context: ProviderContext): () => string {
  const file = context.setting(SECRET_ID_FILE);
  if (file === undefined) {
    needed(context, SECRET_ID, ROLE_ID);
    return () => secretSetting(context, SECRET_ID)?.reveal() ?? "";
  }
  if (context.setting(SECRET_ID) === undefined)
    return () => readCredentialFile(SECRET_ID_FILE, file, context.warn);
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${SECRET_ID} and ${SECRET_ID_FILE} are both set; one is enough.`,
  );
}

const givenToken: Way = {
  variables: ["BAO_TOKEN", "VAULT_TOKEN"],
  make: (context) => ({
    kind: "token",
    title: "a token",
    token() {
      const setting = clientSetting(context, "TOKEN");
      return headerText(setting?.name ?? "VAULT_TOKEN", setting?.value ?? "");
    },
  }),
};

const tokenFile: Way = {
  variables: [TOKEN_FILE],
  make(context) {
    const file = context.setting(TOKEN_FILE) ?? "";
    return {
      kind: "token",
      title: "a token file",
      token: () => headerText(TOKEN_FILE, readCredentialFile(TOKEN_FILE, file, context.warn)),
    };
  },
};

/** https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle */
const appRole: Way = {
  variables: [ROLE_ID, SECRET_ID, SECRET_ID_FILE],
  make(context) {
    const roleId = needed(context, ROLE_ID, "a SecretID");
    const secretId = secretIdOf(context);
    return {
      kind: "login",
      title: "AppRole",
      mount: context.setting(AUTH_MOUNT) ?? "approle",
      body: () => ({ role_id: roleId, secret_id: secretId() }),
    };
  },
};

/** https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#login */
const kubernetes: Way = {
  variables: [KUBERNETES_ROLE, KUBERNETES_TOKEN_FILE],
  make(context) {
    const role = needed(context, KUBERNETES_ROLE, KUBERNETES_TOKEN_FILE);
    const file = context.setting(KUBERNETES_TOKEN_FILE) ?? DEFAULT_KUBERNETES_TOKEN_FILE;
    return {
      kind: "login",
      title: "Kubernetes",
      mount: context.setting(AUTH_MOUNT) ?? "kubernetes",
      body: () => ({ role, jwt: readCredentialFile(KUBERNETES_TOKEN_FILE, file, context.warn) }),
    };
  },
};

const ways: readonly Way[] = [givenToken, tokenFile, appRole, kubernetes];

/**
 * @throws ProviderError `NOT_CONFIGURED` when no way is chosen, when two are, or when one is half chosen
 */
export function chosenLogin(context: ProviderContext): GivenToken | Login {
  const chosen = ways
    .map((way) => ({ way, set: way.variables.filter((name) => context.setting(name) !== undefined) }))
    .filter(({ set }) => set.length > 0);
  const [first, second] = chosen;
  if (first !== undefined && second === undefined) return first.way.make(context);
  if (first === undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${TITLE} needs a way to log in, and none is set.`,
      `Set VAULT_TOKEN, ${TOKEN_FILE}, ${ROLE_ID} with ${SECRET_ID}, or ${KUBERNETES_ROLE}.`,
    );
  }
  const names = chosen.map(({ set }) => set.join(" and "));
  throw new ProviderError(
    "NOT_CONFIGURED",
    `More than one way to log in to ${TITLE} is set: by ${names.join(", and by ")}.`,
    "Leave one, so that it is clear who asks.",
  );
}

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
