/** The interface of secret providers: what each declares, may use, and gives; and their variables. */
import { ProviderError } from "./error.ts";
import type { Prompt } from "./prompt/prompt.ts";
import type { Secret } from "./secret.ts";
import type { HttpSender } from "./support/http-sender.ts";
import { secretOfVariable } from "./support/secret-text.ts";

/** Tells a person something worth knowing that is no error. */
export type Warn = (text: string) => void;

/** Code that is not ours and that a provider needs; it runs in a process of its own. */
export type WorkerName = "aws";

/**
 * Asks such a process, which ends with its answer.
 * @throws WorkerError, WorkerRefusal
 */
export type AskWorker = (name: WorkerName, request: unknown) => Promise<unknown>;

/** What code that asks a service may know and use: the settings of the operator, and a way to services. */
export interface ServiceContext {
  /** A variable of the environment or of an env file; `undefined` when it is unset or empty. */
  setting(name: string): string | undefined;
  readonly warn: Warn;
  readonly http: HttpSender;
}

/** What a provider may know and use besides: a person to ask, and processes for code that is not ours. */
export interface ProviderContext extends ServiceContext {
  readonly prompt: Prompt;
  readonly askWorker: AskWorker;
}

/** A variable that a provider reads; `docs/providers.md` lists them all, which a test compares. */
export interface ProviderVariable {
  readonly name: string;
  readonly required: boolean;
  /** Whether its value must never be shown. */
  readonly secret: boolean;
  readonly description: string;
}

/**
 * What the secret is for: to open the vault, to make a new one (then a person types it twice), or the PIN of a token.
 * Only what a person is asked depends on it.
 */
export type SecretPurpose = "unlock" | "create" | "pin";

/** The variables by which another secret than the vault's is had from the same place. */
export interface SecretNaming {
  /** Names the secret. */
  readonly name: string;
  /** Names a part or version of it, written behind a `#`. */
  readonly part?: string;
  /** Are about the vault's secret alone. */
  readonly ofVault?: readonly string[];
}

/** A source of the unlocking secret. */
export interface SecretProvider {
  /** As in `--provider=<name>`. */
  readonly name: string;
  /** For people, as in "the password comes from <title>". */
  readonly title: string;
  /** What `checkconfig` and `report` print as the store's type: as the original has it, or the name in upper case. */
  readonly storeType: string;
  readonly variables: readonly ProviderVariable[];
  /** Absent where a person, or one variable, gives the one secret. */
  readonly naming?: SecretNaming;
  /**
   * Where the secret would come from, for people: host, name of the secret, file. Asks nobody and shows no secret.
   * @throws ProviderError `NOT_CONFIGURED`
   */
  describe(context: ProviderContext): string;
  /** @throws ProviderError */
  secret(context: ProviderContext, purpose: SecretPurpose): Promise<Secret>;
}

/**
 * A variable that has to be set.
 * @throws ProviderError `NOT_CONFIGURED` naming it
 */
export function requiredSetting(
  provider: Pick<SecretProvider, "title">,
  context: Pick<ServiceContext, "setting">,
  name: string,
): string {
  const value = context.setting(name);
  if (value !== undefined) return value;
  const sentence = `${provider.title} needs the variable ${name}, which is not set.`;
  throw new ProviderError("NOT_CONFIGURED", sentence.charAt(0).toUpperCase() + sentence.slice(1));
}

export function optionalVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: false, description };
}

/** An optional variable whose value must never be shown. */
export function optionalSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: true, description };
}

export function requiredVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: false, description };
}

/** A required variable whose value must never be shown. */
export function requiredSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: true, description };
}

/**
 * What a variable holds as a secret; `undefined` when it is unset or empty.
 * @throws ProviderError `UNUSABLE` when it is no exact text
 */
export function secretSetting(
  { setting, warn }: Pick<ServiceContext, "setting" | "warn">,
  name: string,
): Secret | undefined {
  const value = setting(name);
  return value === undefined ? undefined : secretOfVariable(name, value, warn);
}

/**
 * A secret variable that has to be set.
 * @throws ProviderError `NOT_CONFIGURED` naming it, `UNUSABLE`
 */
export function requiredSecret(
  provider: Pick<SecretProvider, "title">,
  context: ProviderContext,
  name: string,
): Secret {
  return secretOfVariable(name, requiredSetting(provider, context, name), context.warn);
}
