/** What a command declares of itself: arguments, options, examples, statuses, and which foreign options it does not let pass. */
import type { ArgsDef, CommandDef, SubCommandsDef } from "citty";
import type { SettingDefinition } from "../settings/kinds.ts";
import type { OriginalOption } from "./options.ts";

/** The commands under each title, for help. */
export type TitledCommands = Readonly<Record<string, SubCommandsDef>>;

/** What is declared of a command beyond the terms of citty. */
interface Declarations {
  /**
   * Options of the original that this command does not take and that are refused, because to ignore them would show or do
   * more than was asked. All others that it does not take are ignored with a warning.
   */
  readonly refuses?: readonly OriginalOption[];
  /** Variables that matter to this command and are no option of it, for its help. */
  readonly reads?: readonly SettingDefinition[];
  /** What somebody types, and would work: each a line for a shell, of words that fit into 34 columns. */
  readonly examples?: readonly string[];
  /** What an exit status means with this command, where more can be said than of all commands. */
  readonly statuses?: Readonly<Record<number, string>>;
  /** Whether its result is a text also in a pipe: it takes no `--json`, which all other commands do. */
  readonly printsText?: true;
  /** The commands below it, in groups; they are in its `subCommands` as well. */
  readonly groups?: TitledCommands;
}

/** A command of the program, in the terms of citty. */
export type Command<Args extends ArgsDef = ArgsDef> = CommandDef<Args> & Declarations;

/** What does something has an example; what has commands below it has theirs. */
type Exemplary =
  | { readonly examples: readonly [string, ...string[]] }
  | { readonly subCommands: SubCommandsDef };

/** A command with the types of its own arguments. */
export function defineCommand<const Args extends ArgsDef>(
  definition: Command<Args> & Exemplary,
): Command<Args> {
  return definition;
}

/** What a command declares beyond the terms of citty, which hands commands on without knowing of it. */
export function declarationsOf(command: CommandDef): Declarations {
  return command as Command;
}
