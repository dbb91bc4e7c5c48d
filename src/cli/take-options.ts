/** Which options of a command line its command takes, which are ignored with a warning, and which are refused. */
import type { CommandDef } from "citty";
import { knownChain, knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import { didYouMean } from "../suggestion.ts";
import { declarationsOf } from "./command.ts";
import { type OptionName, options, originalOptions } from "./options.ts";
import {
  argumentsOf,
  type CommandLine,
  canonicalName,
  commandsBelow,
  nameOf,
  type Selection,
} from "./parse.ts";

type Options = CommandLine["options"];

const everywhere: readonly string[] = ["help", "version"] satisfies OptionName[];

/** More commands than these are not listed in a hint. */
const MAXIMUM_LISTED = 4;

/**
 * The error about an option that no command has.
 * @param selection the command it was meant for; `undefined` when that is unknown as well
 */
export async function unknownOption(spelling: string, selection: Selection | undefined): Promise<KmsError> {
  const definitions = selection === undefined ? {} : await argumentsOf(selection.command);
  const own = Object.keys(definitions).filter((name) => definitions[name]?.type !== "positional");
  const candidates = own.length === 0 ? Object.keys(options) : [...own, ...everywhere];
  const hint = didYouMean(canonicalName(spelling.replace(/^-+/, "")), candidates, "--");
  return new KmsError("USAGE", `Unknown option ${spelling}.`, hint === undefined ? {} : { hint });
}

/** Says where an option belongs that this command does not take. */
async function foreignOption(program: CommandDef, option: OptionName, command: string): Promise<KmsError> {
  const takers: string[] = [];
  for (const { name, command: other } of await commandsBelow(program)) {
    if (Object.hasOwn(await argumentsOf(other), option)) takers.push(name);
  }
  // What no command declares is for `tatum-kms` itself.
  const named = takers.length === 0 ? "tatum-kms --version" : takers.join(", ");
  const listed = takers.length > MAXIMUM_LISTED ? "other commands" : named;
  return new KmsError("USAGE", `Option --${option} does not belong to ${command}; nothing was done.`, {
    hint: `It is an option of ${listed}. Use tatum-kms ${command} --help to see those of ${command}.`,
  });
}

/** Where the chain is an argument, `--chain` has nothing to choose, but may not name another one. */
async function assertSameChain({ positionals }: Selection, list: string): Promise<void> {
  const [argument] = positionals;
  if (argument === undefined) return;
  const { ticker } = (await knownChain(argument)).facts;
  if (knownTickers(list).includes(ticker)) return;
  throw new KmsError(
    "USAGE",
    `Option --chain names other chains than the argument ${ticker}; nothing was done.`,
    {
      hint: "Leave --chain out: the argument says the chain.",
    },
  );
}

function toldIgnored(ignored: readonly OptionName[], command: string): string {
  const names = ignored.map((name) => `--${name}`).join(", ");
  return ignored.length === 1
    ? `Warning: option ${names} has no effect on ${command} and is ignored.`
    : `Warning: options ${names} have no effect on ${command} and are ignored.`;
}

/**
 * The options that the command declares. An option of the original, which took all of them everywhere, may stand with
 * other commands as long as it has no effect; it is told. Everything else is an error, before anything is done.
 *
 * @param warn gets at most one line
 * @throws KmsError `USAGE`
 */
export async function takeOptions(
  program: CommandDef,
  selection: Selection,
  given: Options,
  warn: (text: string) => void,
): Promise<Options> {
  const { command } = selection;
  const name = await nameOf(selection);
  const definitions = await argumentsOf(command);
  const isTaken = (option: OptionName): boolean => {
    // What prints JSON anyway is asked for it by whoever asks all commands.
    if (option === "json") return declarationsOf(command).printsText !== true;
    const definition = Object.hasOwn(definitions, option) ? definitions[option] : undefined;
    return (definition !== undefined && definition.type !== "positional") || everywhere.includes(option);
  };
  const others = [...given.keys()].filter((option) => !isTaken(option));
  for (const option of others) {
    if (!(originalOptions as readonly string[]).includes(option))
      throw await foreignOption(program, option, name);
    if ((declarationsOf(command).refuses as readonly string[] | undefined)?.includes(option) === true) {
      throw new KmsError(
        "USAGE",
        `Option --${option} does not choose what ${name} works on; nothing was done.`,
        {
          hint: `Leave it out: ${name} works on everything in the vault, or on what its argument names.`,
        },
      );
    }
  }
  const chain = others.includes("chain") ? given.get("chain") : undefined;
  if (typeof chain === "string" && Object.hasOwn(definitions, "chain"))
    await assertSameChain(selection, chain);
  if (others.length > 0) warn(toldIgnored(others, name));
  return new Map([...given].filter(([option]) => isTaken(option)));
}
