/**
 * What help, completion and man pages say of the commands, as plain data. The build puts it into the executable in the place of
 * this module (scripts/release/executable.ts), so that no command has to be loaded to be told of; from the sources it is made
 * when it is asked for (describe-commands.ts).
 */

export interface ManualArgument {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
}

export interface ManualOption {
  /** Without its dashes. */
  readonly name: string;
  /** What its value is, such as `file` or `GET|POST`; nothing for an option that is true or false. */
  readonly value?: string | undefined;
  readonly description: string;
}

export interface ManualVariable {
  readonly name: string;
  readonly meaning: string;
  readonly standard?: string | undefined;
}

/** One command, or a group of commands. */
export interface ManualPage {
  /** Without the program's name, such as `vault backup`; empty for the program. */
  readonly words: string;
  readonly summary: string;
  readonly arguments: readonly ManualArgument[];
  readonly options: readonly ManualOption[];
  /** The options that say which vault, and how it is opened. */
  readonly vaultOptions: readonly ManualOption[];
  readonly variables: readonly ManualVariable[];
  readonly examples: readonly string[];
  /** Each exit status that is to be expected, and what it means. */
  readonly statuses: readonly { readonly status: number; readonly meaning: string }[];
  /** The commands below it, under titles. */
  readonly groups: readonly { readonly title: string; readonly pages: readonly ManualPage[] }[];
}

export interface Manual {
  readonly version: string;
  readonly program: ManualPage;
  /** Words that stand for values, for completion. */
  readonly chains: readonly string[];
  readonly providers: readonly string[];
}

/** Handed to every command that runs, as its `data`: the manual of the program that it is a command of. */
export type ManualSource = () => Promise<Manual>;

export const builtManual: Manual | undefined = undefined;
