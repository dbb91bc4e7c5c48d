/** Command lines taken apart, and the commands that their words name; what options mean to a command is not known here. */

import type { ArgsDef, CommandDef, SubCommandsDef } from "citty";
import { isExactText } from "../../providers/support/secret-text.ts";
import { KmsError } from "../errors.ts";
import { didYouMean } from "../suggestion.ts";
import { type OptionName, options, valuesLeftOut } from "./options.ts";

/** The command that the words of a command line name. */
export interface Selection {
  readonly command: CommandDef;
  /** The names of the commands above, from the program down, such as `tatum-kms vault`. */
  readonly above: string;
  readonly positionals: readonly string[];
}

/** What citty lets be a value, a promise of it, or a function that gives either. */
export async function resolved<Value>(
  value: Value | Promise<Value> | (() => Value | Promise<Value>),
): Promise<Value> {
  return value instanceof Function ? value() : value;
}

/** The arguments and options that a command declares. */
export async function argumentsOf({ args }: CommandDef): Promise<ArgsDef> {
  return args === undefined ? {} : resolved(args);
}

/** A command's words without the program's own, such as `vault backup`. */
export async function nameOf({ command, above }: Selection): Promise<string> {
  const { name = "" } = (await resolved(command.meta)) ?? {};
  return `${above} ${name}`.trim().split(" ").slice(1).join(" ");
}

/** Every command that does something, from the program down, with its words such as `vault backup`. */
export async function commandsBelow(
  command: CommandDef,
  above: readonly string[] = [],
): Promise<{ readonly name: string; readonly command: CommandDef }[]> {
  if (command.subCommands === undefined) return [{ name: above.join(" "), command }];
  const below = Object.entries<unknown>(await resolved(command.subCommands));
  const commands = await Promise.all(
    below.map(async ([word, sub]) => commandsBelow(await resolved(sub as CommandDef), [...above, word])),
  );
  return commands.flat();
}

/**
 * Walks the command tree along the words of a command line.
 * @throws KmsError `USAGE` when a word is no command.
 */
export async function selectCommand(
  command: CommandDef,
  words: readonly string[],
  above = "",
): Promise<Selection> {
  const subCommands: SubCommandsDef | undefined =
    command.subCommands === undefined ? undefined : await resolved(command.subCommands);
  const [word, ...rest] = words;
  if (subCommands === undefined || word === undefined) return { command, above, positionals: words };
  const { name = "" } = (await resolved(command.meta)) ?? {};
  const here = `${above} ${name}`.trim();
  const chosen = Object.hasOwn(subCommands, word) ? subCommands[word] : undefined;
  if (chosen === undefined) {
    const hint = didYouMean(word, Object.keys(subCommands));
    const message = `Unsupported command. Use ${here} --help for details.`;
    throw new KmsError("USAGE", message, hint === undefined ? {} : { hint });
  }
  return selectCommand(await resolved(chosen), rest, here);
}

/**
 * A surplus argument is not repeated: it may be a secret that somebody put there by mistake.
 * @throws KmsError `USAGE` when there are too few or too many arguments for the command.
 */
export async function checkPositionals({ command, positionals }: Selection): Promise<void> {
  const expected = Object.entries(await argumentsOf(command)).filter(([, { type }]) => type === "positional");
  const required = expected.filter(([, definition]) => definition.required !== false);
  const hint = "Add --help to see how it is used.";
  const missing = required[positionals.length];
  if (missing !== undefined)
    throw new KmsError("USAGE", `The argument <${missing[0]}> is missing.`, { hint });
  if (positionals.length > expected.length) {
    const count = expected.length === 0 ? "none" : expected.length;
    throw new KmsError("USAGE", `Too many arguments: the command takes ${count}.`, { hint });
  }
}

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
    if (word === "-h") {
      found.set("help", true);
      continue;
    }
    if (!word.startsWith("--")) {
      throw new KmsError("USAGE", `Unknown option ${spelling}.`, {
        hint: "The only short option is -h, for --help, which shows the others.",
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
      const leftOut = valuesLeftOut[name];
      const value = inline ?? leftOut ?? (next?.startsWith("--") ? undefined : next);
      if (inline === undefined && leftOut === undefined) at++;
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
