/** Who asks Vault. Which way is used follows from the variables that are set; there is no other way behind it. */
import { readCredentialFile } from "../credential-file.ts";
import { headerText } from "../http/header-text.ts";
import type { ProviderContext } from "../provider.ts";
import { ProviderError } from "../provider-error.ts";
import { clientSetting, TITLE } from "./vault-server.ts";

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
  readonly title: string;
  /** The variables that choose it. */
  readonly variables: readonly string[];
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

function mountOf({ setting }: ProviderContext, fallback: string): string {
  return setting(AUTH_MOUNT) ?? fallback;
}

function secretId(context: ProviderContext): string {
  const file = context.setting(SECRET_ID_FILE);
  const value = context.setting(SECRET_ID);
  if (value !== undefined && file !== undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET_ID} and ${SECRET_ID_FILE} are both set; one is enough.`,
    );
  }
  return file === undefined ? needed(context, SECRET_ID, ROLE_ID) : readCredentialFile(SECRET_ID_FILE, file);
}

const ways: readonly Way[] = [
  {
    title: "a token",
    variables: ["BAO_TOKEN", "VAULT_TOKEN"],
    make: (context) => ({
      kind: "token",
      title: "a token",
      token() {
        const { name, value } = clientSetting(context, "TOKEN") ?? { name: "VAULT_TOKEN", value: "" };
        return headerText(name, value);
      },
    }),
  },
  {
    title: "a token file",
    variables: ["VAULT_TOKEN_FILE"],
    make: ({ setting }) => ({
      kind: "token",
      title: "a token file",
      token: () =>
        headerText(
          "VAULT_TOKEN_FILE",
          readCredentialFile("VAULT_TOKEN_FILE", setting("VAULT_TOKEN_FILE") ?? ""),
        ),
    }),
  },
  {
    title: "AppRole",
    variables: [ROLE_ID, SECRET_ID, SECRET_ID_FILE],
    make(context) {
      const roleId = needed(context, ROLE_ID, "a SecretID");
      if (context.setting(SECRET_ID_FILE) === undefined) needed(context, SECRET_ID, ROLE_ID);
      return {
        kind: "login",
        title: "AppRole",
        mount: mountOf(context, "approle"),
        body: () => ({ role_id: roleId, secret_id: secretId(context) }),
      };
    },
  },
  {
    title: "Kubernetes",
    variables: [KUBERNETES_ROLE, KUBERNETES_TOKEN_FILE],
    make(context) {
      const role = needed(context, KUBERNETES_ROLE, KUBERNETES_TOKEN_FILE);
      const file = context.setting(KUBERNETES_TOKEN_FILE) ?? DEFAULT_KUBERNETES_TOKEN_FILE;
      return {
        kind: "login",
        title: "Kubernetes",
        mount: mountOf(context, "kubernetes"),
        body: () => ({ role, jwt: readCredentialFile(KUBERNETES_TOKEN_FILE, file) }),
      };
    },
  },
];

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
      `Set VAULT_TOKEN, VAULT_TOKEN_FILE, ${ROLE_ID} with ${SECRET_ID}, or ${KUBERNETES_ROLE}.`,
    );
  }
  const names = chosen.map(({ set }) => set.join(" and "));
  throw new ProviderError(
    "NOT_CONFIGURED",
    `More than one way to log in to ${TITLE} is set: by ${names.join(", and by ")}.`,
    "Leave one, so that it is clear who asks.",
  );
}
