/** The context of the vault commands: the vault's place, the settings, and the ways to its secret and its tokens. */
import { providerVariables } from "../../providers/index.ts";
import { type NamedSecret, secretByName } from "../../providers/named-secret.ts";
import type { Tokens } from "../../providers/pkcs11/tokens.ts";
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext, SecretProvider } from "../../providers/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import type { AccessRules } from "../../providers/support/trusted-folder.ts";
import { KmsError } from "../errors.ts";
import { assertNoProblems, settingProblems } from "../settings/check.ts";
import { expandHome, isPathVariable } from "../settings/home.ts";
import type { AskSecret } from "../settings/secret-sources.ts";
import { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { parseVaultPin, type VaultPin, wantedVaultPin } from "../vault-pin.ts";
import {
  asksPerson,
  chooseProvider,
  chosenProvider,
  namedProvider,
  type ProviderArguments,
} from "./choose-provider.ts";
import { chooseStore, type VaultStore } from "./choose-store.ts";
import {
  chooseUnlocking,
  type NamedTokens,
  readNamedTokens,
  type VaultUnlocking,
} from "./choose-unlocking.ts";
import { objectionTo } from "./new-password.ts";
import { printWarning } from "./output.ts";
import { createTokens, tokenPin } from "./tokens.ts";
import { providerServices } from "./workers.ts";

/** The options that all vault commands share, as citty hands them over. */
export interface VaultArguments extends ProviderArguments {
  readonly path?: string | undefined;
  readonly store?: string | undefined;
  readonly "allow-group-access"?: boolean | undefined;
  readonly "env-file"?: string | undefined;
  readonly config?: string | undefined;
  readonly "vault-id"?: string | undefined;
  readonly pkcs11?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** @throws KmsError `USAGE` */
function vaultPinOf(option: string | undefined, config: Config): VaultPin | undefined {
  if (option === undefined) return config.value(settings.vaultId);
  const pin = parseVaultPin(option);
  if (pin !== undefined) return pin;
  throw new KmsError("USAGE", `Option --vault-id has to be ${wantedVaultPin}.`);
}

/** What a command works with: the settings, a person to ask, and where the vault is. */
export interface CommandContext {
  readonly config: Config;
  readonly prompt: Prompt;
  /** Whether what reveals, destroys or weakens needs no question: somebody said yes beforehand. */
  readonly isConfirmed: boolean;
  /** Where the vault is, for people: the path of a file, or the address of a database. */
  readonly vaultPath: string;
  /** What says more of that place. */
  readonly store: VaultStore;
  /** Who else may have access to the vault. */
  readonly access: AccessRules;
  /** The one vault that may be opened. */
  readonly vaultPin: VaultPin | undefined;
  /** Where the unlocking secret comes from, and what that place may use. */
  provider(): Promise<SecretProvider>;
  readonly providerContext: ProviderContext;
  /** Gives secrets that settings name with a provider. */
  readonly ask: AskSecret;
  /** Whether {@link password} has to ask a person. */
  readonly asksForPassword: boolean;
  /** Whether a line of standard input may be the password or a PIN. */
  readonly readsInput: boolean;
  password(purpose: "unlock" | "create"): Promise<Secret>;
  readonly namedTokens: NamedTokens;
  /** All tokens that the command talks to; closed with the vault. */
  readonly tokens: Tokens;
  /** With what the vault is opened, or made when there are no slots yet. */
  chooseUnlocking(slotKinds: readonly string[] | undefined): VaultUnlocking;
}

/**
 * The settings, all of which were looked at.
 * @param report gets what is wrong with them; without it that is an error
 * @throws KmsError `CONFIGURATION`
 */
export async function loadConfig(
  args: Pick<VaultArguments, "env-file" | "config">,
  report: (problems: readonly KmsError[]) => void = assertNoProblems,
): Promise<Config> {
  const config = Config.load(args["env-file"], { config: args.config });
  config.warnings.forEach(printWarning);
  report(settingProblems(config, await providerVariables()));
  return config;
}

/** What a provider of the vault's secret may use. */
function providerContextOf(config: Config, prompt: Prompt): ProviderContext {
  return {
    setting(name) {
      const value = config.get(name);
      return value === undefined || !isPathVariable(name) ? value : expandHome(value, name);
    },
    prompt,
    warn: printWarning,
    ...providerServices({
      timeout: config.value(settings.httpTimeout),
      delay: config.value(settings.retryDelay),
    }),
  };
}

/** Asks for each secret that a setting names with a provider once: a pipe gives what it has once. */
export function createAsk(
  config: Config,
  context: ProviderContext = providerContextOf(config, new Prompt(process.stdin, process.stderr)),
): AskSecret {
  const asked = new Map<string, Promise<Secret>>();
  return (named: NamedSecret) => {
    const secret = asked.get(named.variable) ?? secretByName(named, context);
    asked.set(named.variable, secret);
    return secret;
  };
}

/**
 * @param use `optionNamesObject`: that `--pkcs11` names what the command works on
 * @throws KmsError `CONFIGURATION` when an env file cannot be read, or two providers are chosen
 * @throws TokenError `NOT_CONFIGURED` when a PKCS#11 URI cannot be read
 */
export async function createContext(
  args: VaultArguments,
  use: { readonly optionNamesObject: boolean } = { optionNamesObject: false },
): Promise<CommandContext> {
  const config = await loadConfig(args);
  const prompt = new Prompt(process.stdin, process.stderr, objectionTo);
  const providerContext = providerContextOf(config, prompt);
  const ask = createAsk(config, providerContext);
  const store = await chooseStore(args, config, ask);
  let loaded: Promise<SecretProvider> | undefined;
  const provider = (): Promise<SecretProvider> => {
    loaded ??= chooseProvider(args, config);
    return loaded;
  };
  const namedTokens = readNamedTokens(args.pkcs11, config, use.optionNamesObject);
  const passwordIsSet = chosenProvider(args, config) !== undefined;
  /** A provider that somebody named gives one secret: the PIN, once it is clear that a token unlocks the vault. */
  let providerGivesPin = false;
  const ofProvider = async () => (await provider()).secret(providerContext, "pin");
  const pin = (uri: Pkcs11Uri) => tokenPin(uri, providerContext, providerGivesPin ? ofProvider : undefined);
  return {
    config,
    prompt,
    isConfirmed: args.yes ?? config.value(settings.yes),
    vaultPath: store.place,
    store,
    access: store.access,
    vaultPin: vaultPinOf(args["vault-id"], config),
    provider,
    providerContext,
    ask,
    asksForPassword: asksPerson(args, config),
    readsInput:
      asksPerson(args, config) ||
      chosenProvider(args, config) === "stdin" ||
      ((namedTokens.byOption ?? namedTokens.byVariable) !== undefined &&
        config.value(settings.pkcs11Pin) === undefined),
    async password(purpose) {
      return (await provider()).secret(providerContext, purpose);
    },
    namedTokens,
    tokens: createTokens(config, pin),
    chooseUnlocking(slotKinds) {
      const unlocking = chooseUnlocking(namedTokens, slotKinds, passwordIsSet);
      providerGivesPin = unlocking.kind === "token" && namedProvider(args, config) !== undefined;
      return unlocking;
    },
  };
}
