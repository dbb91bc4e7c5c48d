import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { KmsError } from "./errors.ts";

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

const MAXIMUM_ENV_FILE_BYTES = 1024 * 1024;

/** Errors that say that there is no env file; a folder named `.env` is what Python's virtual environments make. */
const MEANS_NO_FILE = ["ENOENT", "ENOTDIR", "EISDIR"];

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

function readEnvFile(path: string, required: boolean): Source | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!required && MEANS_NO_FILE.includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new KmsError("CONFIGURATION", `The env file ${path} cannot be read.`, {
      cause,
      hint: "Check --env-file and the file's permissions.",
    });
  }
  if (text.length > MAXIMUM_ENV_FILE_BYTES) {
    throw new KmsError("CONFIGURATION", `The env file ${path} is larger than 1 MiB.`);
  }
  return { origin: path, variables: parseEnv(text) };
}

/**
 * All settings that come from variables, in one place. The order of precedence is: command-line flag (asked for by
 * the commands themselves), environment, the env file named by `--env-file`, `./.env`, `~/.tatumrc/.env`. An empty
 * variable counts as unset.
 */
export class Config {
  readonly #sources: readonly Source[];
  /** The env file that was named or would be read from the home directory, whether or not it exists. */
  readonly envFile: string;

  private constructor(sources: readonly Source[], envFile: string) {
    this.#sources = sources;
    this.envFile = envFile;
  }

  /**
   * @param envFile the file named by `--env-file`; it has to exist.
   * @throws KmsError `CONFIGURATION` when an env file cannot be read.
   */
  static load(envFile?: string): Config {
    const named = envFile === undefined ? undefined : resolve(envFile);
    const sources = [
      { origin: "environment", variables: process.env },
      named === undefined ? undefined : readEnvFile(named, true),
      readEnvFile(resolve(".env"), false),
      readEnvFile(defaultEnvFile(), false),
    ];
    return new Config(
      sources.filter((source) => source !== undefined),
      named ?? defaultEnvFile(),
    );
  }

  /** The variable and its origin, or `undefined` when it is unset or empty everywhere. */
  setting(name: string): Setting | undefined {
    for (const { origin, variables } of this.#sources) {
      const value = variables[name];
      if (value !== undefined && value !== "") return { value, origin };
    }
    return undefined;
  }

  /** The variable, or `undefined` when it is unset or empty everywhere. */
  get(name: string): string | undefined {
    return this.setting(name)?.value;
  }

  /** Whether the variable is set anywhere, be it to nothing; for the few variables where empty has a meaning. */
  getEvenIfEmpty(name: string): string | undefined {
    return this.#sources.map(({ variables }) => variables[name]).find((value) => value !== undefined);
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
