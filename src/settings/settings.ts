/** The values of the variables, from the environment and from env files. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isExactText } from "../../providers/support/secret-text.ts";
import { KmsError } from "../errors.ts";
import { readConfigFile } from "./config-file.ts";
import { type EnvFile, readEnvFile } from "./env-file.ts";
import { homeDirectory, readPath } from "./home.ts";
import type { SettingDefinition, SettingWithDefault } from "./kinds.ts";

const SHOWN = 4;

/** Enough of an API key to tell which one it is: the first and last 4 characters; nothing of a short one. */
export function maskApiKey(apiKey: string): string {
  if (apiKey.length < 4 * SHOWN) return "*".repeat(apiKey.length);
  return `${apiKey.slice(0, SHOWN)}${"*".repeat(apiKey.length - 2 * SHOWN)}${apiKey.slice(-SHOWN)}`;
}

const ENVIRONMENT = "environment";
/** Names the config file; in the environment alone. */
const CONFIG_VARIABLE = "TATUM_KMS_CONFIG";

/** A setting and where it came from. */
export interface Setting {
  readonly value: string;
  /** `environment`, or the path of a config or env file. */
  readonly origin: string;
  /** The line of the file. */
  readonly line?: number | undefined;
}

/** Where a setting is, for people: `environment`, or `/home/kms/.env, line 3`. */
export function placeOf({ origin, line }: Pick<Setting, "origin" | "line">): string {
  return line === undefined ? origin : `${origin}, line ${line}`;
}

/** A place that holds variables: the process environment, the config file or an env file. */
interface Source {
  readonly origin: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The lines of an env file. */
  readonly lines?: Readonly<Record<string, number>>;
}

/** `~/.tatumrc`, where the original keeps its files; `undefined` when there is no home directory. */
export function defaultDirectory(): string | undefined {
  const home = homeDirectory();
  return home === undefined ? undefined : join(home, ".tatumrc");
}

/**
 * The vault's place when no `--path` is given.
 * @throws KmsError `CONFIGURATION` when there is no home directory
 */
export function defaultVaultPath(): string {
  const directory = defaultDirectory();
  if (directory !== undefined) return join(directory, "wallet.dat");
  throw new KmsError(
    "CONFIGURATION",
    "The home directory is not known, so that the vault has no usual place.",
    {
      hint: "Say where the vault is with --path, or set HOME.",
    },
  );
}

/** The env file's place when no `--env-file` is given; `undefined` when there is no home directory. */
function defaultEnvFile(): string | undefined {
  const directory = defaultDirectory();
  return directory === undefined ? undefined : join(directory, ".env");
}

/** The files that were named, or may be there. */
export interface SettingsFiles {
  /** Of `--config`. */
  readonly config?: string | undefined;
}

/** The config file: of `--config`, of `TATUM_KMS_CONFIG`, else `~/.tatumrc/config.toml`, which may be missing. */
function readConfig(option: string | undefined): (Source & Pick<EnvFile, "warnings">) | undefined {
  const variable = process.env[CONFIG_VARIABLE];
  const what = option === undefined ? CONFIG_VARIABLE : "Option --config";
  const named = option ?? (variable === "" ? undefined : variable);
  const directory = defaultDirectory();
  const usual = directory === undefined ? undefined : join(directory, "config.toml");
  const origin = named === undefined ? usual : readPath(named, what);
  const read = origin === undefined ? undefined : readConfigFile(origin, named !== undefined);
  return origin === undefined || read === undefined ? undefined : { origin, ...read };
}

/** `./.env`, which the original read, where there is one and it is not among the files that are read. */
function unreadEnvFile(read: readonly string[]): string | undefined {
  try {
    const path = resolve(".env");
    const found = statSync(path);
    const isRead = read.some((other) => {
      const { dev, ino } = statSync(other);
      return dev === found.dev && ino === found.ino;
    });
    return found.isFile() && !isRead ? path : undefined;
  } catch {
    // There is none, or no working directory.
    return undefined;
  }
}

/**
 * All settings that come from variables, in one place. The order of precedence is: command-line flag (asked for by
 * the commands themselves), environment, the config file, the env file named by `--env-file`, `~/.tatumrc/.env`. An empty variable counts
 * as unset. `./.env` is none of them: whoever can put a file into the working directory would decide for us.
 */
export class Config {
  readonly #sources: readonly Source[];
  /**
   * The env file that was named or would be read from the home directory, whether or not it exists; `undefined` without a
   * home directory.
   */
  readonly envFile: string | undefined;
  /** The config file, where there is one. */
  readonly configFile: string | undefined;
  /** What a person should know about the files, as sentences. */
  readonly warnings: readonly string[];
  /** The `./.env` that the original would have read, and this program does not. */
  readonly unreadEnvFile: string | undefined;

  private constructor(
    sources: readonly Source[],
    files: Pick<Config, "envFile" | "configFile">,
    warnings: readonly string[],
  ) {
    this.#sources = sources;
    this.envFile = files.envFile;
    this.configFile = files.configFile;
    this.warnings = warnings;
    this.unreadEnvFile = unreadEnvFile(sources.slice(1).map(({ origin }) => origin));
  }

  /**
   * @param envFile the file named by `--env-file`; it has to exist.
   * @param files the file named by `--config`; it has to exist
   * @throws KmsError `CONFIGURATION` when a file cannot be read.
   */
  static load(envFile?: string, files: SettingsFiles = {}): Config {
    const named = envFile === undefined ? undefined : readPath(envFile, "Option --env-file");
    const sources: Source[] = [{ origin: ENVIRONMENT, variables: process.env }];
    const warnings: string[] = [];
    const config = readConfig(files.config);
    if (config !== undefined) {
      sources.push(config);
      warnings.push(...config.warnings);
    }
    for (const origin of new Set([named, defaultEnvFile()])) {
      const read = origin === undefined ? undefined : readEnvFile(origin, origin === named);
      if (origin === undefined || read === undefined) continue;
      sources.push({ origin, variables: read.variables, lines: read.lines });
      warnings.push(...read.warnings);
    }
    const places = { envFile: named ?? defaultEnvFile(), configFile: config?.origin };
    return new Config(sources, places, warnings);
  }

  /**
   * The variable and its origin, or `undefined` when it is unset or empty everywhere.
   * @throws KmsError `CONFIGURATION` when it is no text in UTF-8
   */
  setting(name: string): Setting | undefined {
    return this.#find(name, (value) => value !== "");
  }

  #find(name: string, counts: (value: string) => boolean): Setting | undefined {
    for (const { origin, variables, lines } of this.#sources) {
      const value = variables[name];
      if (value === undefined || !counts(value)) continue;
      // The runtime has decoded those already; files are read exactly.
      if (origin !== ENVIRONMENT || isExactText(value)) return { value, origin, line: lines?.[name] };
      throw new KmsError("CONFIGURATION", `${name} (from ${origin}) is no text in UTF-8, or holds U+FFFD.`, {
        hint: "Set it in UTF-8. A password that really holds U+FFFD can be given in a file.",
      });
    }
    return undefined;
  }

  /** The variable, or `undefined` when it is unset or empty everywhere. */
  get(name: string): string | undefined {
    return this.setting(name)?.value;
  }

  /** Whether the variable is set anywhere, be it to nothing; for the few variables where empty has a meaning. */
  getEvenIfEmpty(name: string): string | undefined {
    return this.#find(name, () => true)?.value;
  }

  /**
   * The value of a variable, or its default.
   * @throws KmsError `CONFIGURATION` when it is not what it has to be
   */
  value<Value>(definition: SettingWithDefault<Value>): Value;
  value<Value>(definition: SettingDefinition<Value>): Value | undefined;
  value<Value>(definition: SettingDefinition<Value>): Value | undefined {
    const setting = this.setting(definition.name);
    const text = setting?.value ?? definition.standard;
    if (text === undefined) return undefined;
    const value = definition.parse(
      text,
      `${definition.name} (from ${setting === undefined ? "default" : placeOf(setting)})`,
    );
    if (value === undefined) throw unreadable(definition, setting);
    return value;
  }

  /** Every variable that is set, in every place, also where another place counts before it. */
  *set(): Generator<Setting & { readonly name: string }> {
    for (const { origin, variables, lines } of this.#sources) {
      for (const [name, value] of Object.entries(variables)) {
        if (value !== undefined && value !== "") yield { name, value, origin, line: lines?.[name] };
      }
    }
  }
}

/** Numbers, flags and amounts; anything else may be a secret in the wrong place. */
const SHOWABLE = /^[\w.,+-]{1,40}$/;

function unreadable(
  { name, wanted, secret, advice }: SettingDefinition,
  setting: Setting | undefined,
): KmsError {
  const { value = "" } = setting ?? {};
  const shown = !secret && SHOWABLE.test(value) ? `, not ${value}` : "";
  const place = setting === undefined ? "default" : placeOf(setting);
  const hint = advice?.(value);
  return new KmsError(
    "CONFIGURATION",
    `${name} (from ${place}) must be ${wanted}${shown}.`,
    hint === undefined ? {} : { hint },
  );
}
