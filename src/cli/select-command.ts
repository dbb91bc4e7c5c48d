/** From the words of a command line to the command they name. */
import type { ArgsDef, CommandDef, SubCommandsDef } from "citty";
import { KmsError } from "../errors.ts";
import { didYouMean } from "../suggestion.ts";

export interface Selection {
  readonly command: CommandDef;
  /** The names of the commands above, from the program down, such as `tatum-kms vault`. */
  readonly above: string;
  readonly positionals: readonly string[];
}

async function resolved<Value>(
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
