/** Makes the manual from the command tree: what each command declares of itself, in words and numbers. */
import type { ArgDef, CommandDef } from "citty";
import { tickers } from "../../../chains/index.ts";
import { providerNames } from "../../../providers/index.ts";
import { exitStatus } from "../../errors.ts";
import { version } from "../../version.ts";
import { declarationsOf } from "../command.ts";
import { vaultOptions } from "../options.ts";
import { argumentsOf, resolved } from "../parse.ts";
import type { Manual, ManualOption, ManualPage } from "./manual.ts";

/** What the statuses mean that come from the command line, the settings and the program itself. */
const everywhere = {
  [exitStatus.ok]: "it worked",
  [exitStatus.usage]: "the command line is wrong",
  [exitStatus.software]: "a mistake in this program",
  [exitStatus.ioError]: "the result could not be written, or the journal",
};

const ofSettings = { [exitStatus.configuration]: "a setting is missing or wrong" };

const ofVault = {
  [exitStatus.dataError]: "what was typed or read is not valid, or the vault is damaged",
  [exitStatus.noInput]: "no such vault, wallet, job, key or file",
  [exitStatus.unavailable]: "a host or a token does not answer",
  [exitStatus.cannotCreate]: "a file cannot be made",
  [exitStatus.temporaryFailure]: "another process holds the vault; try again",
  [exitStatus.protocol]: "a secret provider answered in an unknown shape",
  [exitStatus.noPermission]: "wrong password or PIN, or others have access",
};

function statusesOf(command: CommandDef, options: readonly string[]): ManualPage["statuses"] {
  const meanings: Readonly<Record<number, string>> = {
    ...everywhere,
    ...(options.includes("env-file") && ofSettings),
    ...(options.includes("path") && ofVault),
    ...declarationsOf(command).statuses,
  };
  return Object.entries(meanings).map(([status, meaning]) => ({ status: Number(status), meaning }));
}

function describeOption(name: string, definition: ArgDef): ManualOption {
  const value = definition.type === "boolean" ? undefined : (definition.valueHint ?? name);
  return { name, value, description: definition.description ?? "" };
}

async function groupsOf(command: CommandDef, words: readonly string[]): Promise<ManualPage["groups"]> {
  const { subCommands } = command;
  if (subCommands === undefined) return [];
  const groups = declarationsOf(command).groups ?? { COMMANDS: await resolved(subCommands) };
  return Promise.all(
    Object.entries(groups).map(async ([title, commands]) => ({
      title,
      pages: await Promise.all(
        Object.entries(commands).map(async ([word, sub]) =>
          describePage(await resolved(sub as CommandDef), [...words, word]),
        ),
      ),
    })),
  );
}

async function describePage(command: CommandDef, words: readonly string[]): Promise<ManualPage> {
  const { description = "" } = (await resolved(command.meta)) ?? {};
  const definitions = Object.entries(await argumentsOf(command));
  const positionals = definitions.filter(([, { type }]) => type === "positional");
  const options = definitions.filter(([, { type }]) => type !== "positional");
  const describe = (ofTheVault: boolean) =>
    options
      .filter(([name]) => Object.hasOwn(vaultOptions, name) === ofTheVault)
      .map(([name, definition]) => describeOption(name, definition));
  const { reads = [], examples = [] } = declarationsOf(command);
  return {
    words: words.join(" "),
    summary: description,
    arguments: positionals.map(([name, { required, description: meaning }]) => ({
      name,
      required: required !== false,
      description: meaning ?? "",
    })),
    options: describe(false),
    vaultOptions: describe(true),
    variables: reads.map(({ name, meaning, standard }) => ({ name, meaning, standard })),
    examples,
    statuses:
      command.subCommands === undefined
        ? statusesOf(
            command,
            options.map(([name]) => name),
          )
        : [],
    groups: await groupsOf(command, words),
  };
}

/** The manual of a program, the same whoever makes it. */
export async function describeCommands(program: CommandDef): Promise<Manual> {
  return {
    version,
    program: await describePage(program, []),
    chains: [...tickers].sort(),
    providers: providerNames,
  };
}
