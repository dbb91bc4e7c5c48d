import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isExactText } from "../providers/support/secret-text.ts";
import { readEnvFile } from "./env-file.ts";
import { KmsError } from "./errors.ts";

const ENVIRONMENT = "environment";

/** A setting and where it came from. */
export interface Setting {
  readonly value: string;
  /** `environment`, or the path of an env file. */
  readonly origin: string;
}

/** A place that holds variables: the process environment or an env file. */
interface Source {
  readonly origin: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** `~/.tatumrc`, where the original keeps its files. */
function defaultDirectory(): string {
  return join(homedir(), ".tatumrc");
}

/** The vault's place when no `--path` is given. */
export function defaultVaultPath(): string {
  return join(defaultDirectory(), "wallet.dat");
}

/** The env file's place when no `--env-file` is given. */
function defaultEnvFile(): string {
  return join(defaultDirectory(), ".env");
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
 * the commands themselves), environment, the env file named by `--env-file`, `~/.tatumrc/.env`. An empty variable counts
 * as unset. `./.env` is none of them: whoever can put a file into the working directory would decide for us.
 */
export class Config {
  readonly #sources: readonly Source[];
  /** The env file that was named or would be read from the home directory, whether or not it exists. */
  readonly envFile: string;
  /** What a person should know about the env files, as sentences. */
  readonly warnings: readonly string[];
  /** The `./.env` that the original would have read, and this program does not. */
  readonly unreadEnvFile: string | undefined;

  private constructor(sources: readonly Source[], envFile: string, warnings: readonly string[]) {
    this.#sources = sources;
    this.envFile = envFile;
    this.warnings = warnings;
    this.unreadEnvFile = unreadEnvFile(sources.slice(1).map(({ origin }) => origin));
  }

  /**
   * @param envFile the file named by `--env-file`; it has to exist.
   * @throws KmsError `CONFIGURATION` when an env file cannot be read.
   */
  static load(envFile?: string): Config {
    const named = envFile === undefined ? undefined : resolve(envFile);
    const sources: Source[] = [{ origin: ENVIRONMENT, variables: process.env }];
    const warnings: string[] = [];
    for (const origin of new Set([named ?? defaultEnvFile(), defaultEnvFile()])) {
      const read = readEnvFile(origin, origin === named);
      if (read === undefined) continue;
      sources.push({ origin, variables: read.variables });
      warnings.push(...read.warnings);
    }
    return new Config(sources, named ?? defaultEnvFile(), warnings);
  }

  /**
   * The variable and its origin, or `undefined` when it is unset or empty everywhere.
   * @throws KmsError `CONFIGURATION` when it is no text in UTF-8
   */
  setting(name: string): Setting | undefined {
    return this.#find(name, (value) => value !== "");
  }

  #find(name: string, counts: (value: string) => boolean): Setting | undefined {
    for (const { origin, variables } of this.#sources) {
      const value = variables[name];
      if (value === undefined || !counts(value)) continue;
      // The runtime has decoded those already; files are read exactly.
      if (origin !== ENVIRONMENT || isExactText(value)) return { value, origin };
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
   * A switch from a variable; off when it is unset.
   * @throws KmsError `CONFIGURATION` when it is neither on nor off.
   */
  isTrue(name: string): boolean {
    const setting = this.setting(name);
    if (setting === undefined || ["false", "0"].includes(setting.value)) return false;
    if (["true", "1"].includes(setting.value)) return true;
    throw new KmsError("CONFIGURATION", `${name} (from ${setting.origin}) is neither true nor false.`);
  }

  /**
   * A number from a variable.
   * @throws KmsError `CONFIGURATION` when it is no number within the bounds.
   */
  number(name: string, fallback: number, minimum: number, maximum: number): number {
    const setting = this.setting(name);
    if (setting === undefined) return fallback;
    const value = Number(setting.value);
    if (Number.isFinite(value) && value >= minimum && value <= maximum) return value;
    throw new KmsError(
      "CONFIGURATION",
      `${name} (from ${setting.origin}) must be a number from ${minimum} to ${maximum}.`,
    );
  }
}
