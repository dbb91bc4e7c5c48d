/** What a command declares of itself: its arguments and options, and which foreign options it does not let pass. */
import type { ArgsDef, CommandDef } from "citty";
import type { SettingDefinition } from "../settings/table.ts";
import type { OriginalOption } from "./options.ts";

/** A command of the program, in the terms of citty. */
export type Command<Args extends ArgsDef = ArgsDef> = CommandDef<Args> & {
  /**
   * Options of the original that this command does not take and that are refused, because to ignore them would show or do
   * more than was asked. All others that it does not take are ignored with a warning.
   */
  readonly refuses?: readonly OriginalOption[];
  /** Variables that matter to this command and are no option of it, for its help. */
  readonly reads?: readonly SettingDefinition[];
};

/** A command with the types of its own arguments. */
export function defineCommand<const Args extends ArgsDef>(definition: Command<Args>): Command<Args> {
  return definition;
}

/** What {@link Command.refuses} says; citty hands commands on without knowing of it. */
export function refusedBy(command: CommandDef): readonly OriginalOption[] {
  return (command as Command).refuses ?? [];
}

/** What {@link Command.reads} says. */
export function readBy(command: CommandDef): readonly SettingDefinition[] {
  return (command as Command).reads ?? [];
}
