/** A secret of the settings, such as an API key: in a variable, in a file that another variable names, or with a secret provider. */
import { readSecretFile } from "../../providers/file/secret-file.ts";
import type { NamedSecret } from "../../providers/named-secret.ts";
import type { Warn } from "../../providers/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { SettingDefinition } from "./kinds.ts";
import { type Config, placeOf } from "./settings.ts";

/** The variables of one secret, of which one at most is set. */
export interface SecretSources {
  readonly value: SettingDefinition<string>;
  readonly file: SettingDefinition<string>;
  readonly from: SettingDefinition<NamedSecret>;
}

/** Asks a secret provider. @throws ProviderError */
export type AskSecret = (named: NamedSecret) => Promise<Secret>;

/** With what secrets are read. */
export interface SecretReading {
  /** Is told when other users can read the file of a secret. */
  readonly warn?: Warn;
  readonly ask: AskSecret;
}

/** A secret, and where it was given, as in `TATUM_API_KEY (from environment)`. */
export interface GivenSecret {
  readonly value: string;
  readonly setting: string;
}

/**
 * The secret, wherever it is; `undefined` when none of its variables is set.
 * @throws KmsError `CONFIGURATION` when several are
 * @throws ProviderError when the file cannot be read, or the provider does not give it
 */
export async function readSecret(
  config: Config,
  { value, file, from }: SecretSources,
  { warn = () => undefined, ask }: SecretReading,
): Promise<GivenSecret | undefined> {
  const set = [value, file, from].flatMap(({ name }) => {
    const setting = config.setting(name);
    return setting === undefined ? [] : [{ name, place: placeOf(setting) }];
  });
  const [first, second] = set;
  if (first === undefined) return undefined;
  if (second !== undefined)
    throw new KmsError(
      "CONFIGURATION",
      `${first.name} and ${second.name} are both set: it is not clear which counts.`,
    );
  const setting = `${first.name} (from ${first.place})`;
  const own = config.value(value);
  if (own !== undefined) return { value: own, setting };
  const path = config.value(file);
  const named = config.value(from);
  const secret = path === undefined ? named && ask(named) : readSecretFile(path, { warn });
  const found = await secret;
  return found === undefined ? undefined : { value: found.reveal(), setting };
}
