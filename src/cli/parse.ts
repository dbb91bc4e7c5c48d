/** Takes a command line apart; what its words and options mean to a command is not known here. */
import { isExactText } from "../../providers/support/secret-text.ts";
import { KmsError } from "../errors.ts";
import { type OptionName, options } from "./options.ts";

/** A command line, taken apart: every option under its canonical name, everything else in order. */
export interface CommandLine {
  readonly positionals: readonly string[];
  readonly options: ReadonlyMap<OptionName, string | boolean>;
  /** The first option that no command has, as it was spelled, without its value. */
  readonly unknown?: string | undefined;
}

/** Not an option: the command tells which numbers it takes. */
const NEGATIVE_NUMBER = /^-\d/;

/** `runOnce` and `run-once` are one option, as the original has it. */
export function canonicalName(spelling: string): string {
  return spelling.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

/** What `--name` or `--no-name` stands for; `undefined` when no command has it. */
function findOption(spelling: string): { name: OptionName; negated: boolean } | undefined {
  const name = canonicalName(spelling);
  if (isOptionName(name)) return { name, negated: false };
  const positive = name.startsWith("no-") ? name.slice("no-".length) : "";
  if (isOptionName(positive) && options[positive].type === "boolean")
    return { name: positive, negated: true };
  return undefined;
}

function readBoolean(name: OptionName, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new KmsError("USAGE", `Option --${name} is true or false, not a text.`);
}

/**
 * Takes a command line apart by the rules of the original: options may stand anywhere, in camelCase or kebab-case, as
 * `--flag value` or `--flag=value`; a lone `--` ends them. What the original let pass (repeated and empty options) is an
 * error here; an unknown one is told to the caller, who knows which command it was meant for.
 *
 * @throws KmsError `USAGE`
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const positionals: string[] = [];
  const found = new Map<OptionName, string | boolean>();
  let unknown: string | undefined;
  const unreadable = argv.findIndex((word) => !isExactText(word));
  if (unreadable !== -1) {
    throw new KmsError(
      "USAGE",
      `Word ${unreadable + 1} of the command line is no text in UTF-8, or holds U+FFFD.`,
    );
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--") {
      positionals.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-" || NEGATIVE_NUMBER.test(word)) {
      positionals.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const spelling = equals === -1 ? word : word.slice(0, equals);
    if (!word.startsWith("--")) {
      throw new KmsError("USAGE", `Unknown option ${spelling}.`, {
        hint: "There are no short options; use --help to see all.",
      });
    }
    const option = findOption(spelling.slice("--".length));
    if (option === undefined) {
      unknown ??= spelling;
      continue;
    }
    const { name, negated } = option;
    if (found.has(name)) throw new KmsError("USAGE", `Option --${name} can only be set once.`);
    const inline = equals === -1 ? undefined : word.slice(equals + 1);
    const next = argv[at + 1];
    if (options[name].type === "boolean") {
      const nextIsValue = inline === undefined && (next === "true" || next === "false");
      if (nextIsValue) at++;
      const value = readBoolean(name, inline ?? (nextIsValue ? next : "true"));
      found.set(name, negated ? !value : value);
    } else {
      const value = inline ?? (next?.startsWith("--") ? undefined : next);
      if (inline === undefined) at++;
      if (value === undefined || value === "") throw new KmsError("USAGE", `Option --${name} needs a value.`);
      found.set(name, value);
    }
  }
  return { positionals, options: found, unknown };
}

/** The same command line in the one spelling that the command definitions know: words first, options after them. */
export function toArguments(commandLine: CommandLine): string[] {
  const flags = [...commandLine.options].map(([name, value]) => {
    if (typeof value === "string") return `--${name}=${value}`;
    return value ? `--${name}` : `--no-${name}`;
  });
  return [...flags, "--", ...commandLine.positionals];
}
