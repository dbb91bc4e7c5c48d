/** One run of the command line: from its words, past the guards of the process, to the command or its help. */
import { isatty } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { renderUsage, runCommand } from "citty";
import { exitStatus } from "../errors.ts";
import { restartClean } from "../operations/clean-restart.ts";
import { assertSafeEnvironment } from "../operations/environment-guard.ts";
import { hardenProcess } from "../operations/hardening.ts";
import type { SettingDefinition } from "../settings/table.ts";
import { declaredSecrets } from "../settings/table.ts";
import { version, versionFacts } from "../version.ts";
import { readBy } from "./command.ts";
import { printJson, printNote, writeError, writeOutput } from "./output.ts";
import { checkPositionals, parseCommandLine, type Selection, selectCommand, toArguments } from "./parse.ts";
import { program } from "./program.ts";
import { describeError } from "./report-error.ts";
import { takeOptions, unknownOption } from "./take-options.ts";

/** The variables of a command, made from the table of settings. */
function variablesHelp(variables: readonly SettingDefinition[]): string {
  if (variables.length === 0) return "";
  const width = Math.max(...variables.map(({ name }) => name.length));
  const lines = variables.map(({ name, meaning, standard }) => {
    const shown = standard === undefined ? "" : ` (default ${standard})`;
    return `  ${name.padEnd(width)}    ${meaning}${shown}`;
  });
  return `\nVARIABLES\n\n${lines.join("\n")}\n`;
}

async function printHelp({ command, above }: Selection): Promise<void> {
  const options = await renderUsage(command, above === "" ? undefined : { meta: { name: above, version } });
  const usage = options + variablesHelp(readBy(command));
  writeOutput(isatty(1) ? `${usage}\n` : `${stripVTControlCharacters(usage).replace(/ +$/gm, "")}\n`);
}

async function execute(argv: readonly string[]): Promise<void> {
  assertSafeEnvironment(process.env);
  restartClean(process.env);
  // Whatever is written is for this user alone.
  process.umask(0o077);
  const commandLine = parseCommandLine(argv);
  const { unknown } = commandLine;
  if (unknown !== undefined) {
    const meant = await selectCommand(program, commandLine.positionals).catch(() => undefined);
    throw await unknownOption(unknown, meant);
  }
  if (commandLine.options.get("version") === true) {
    if (commandLine.options.get("verbose") === true) printJson(await versionFacts());
    else writeOutput(`${version}\n`);
    return;
  }
  const selection = await selectCommand(program, commandLine.positionals);
  if (commandLine.options.get("help") === true || selection.command.subCommands !== undefined) {
    await printHelp(selection);
    return;
  }
  const options = await takeOptions(program, selection, commandLine.options, printNote);
  await checkPositionals(selection);
  // Before the first secret is read.
  const apiKey = commandLine.options.get("api-key");
  const problem = hardenProcess({
    words: typeof apiKey === "string" ? [apiKey] : [],
    variables: await declaredSecrets(),
  });
  if (problem !== undefined) printNote(problem);
  const rawArgs = toArguments({ options, positionals: selection.positionals });
  await runCommand(selection.command, { rawArgs });
}

/** Waits for what the log still has to write. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => void stream.write("", () => done()));
}

/** Runs a command line to its end; the status to exit with. An error becomes one line on standard error. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.ok;
  try {
    await execute(argv);
  } catch (error) {
    const report = describeError(error);
    if (report.line !== undefined) writeError(`${report.line}\n`);
    status = report.status;
  }
  await flush(process.stderr);
  return status;
}
