/** One run of the command line: from its words, past the guards of the process, to the command or its help. */
import { runCommand } from "citty";
import { exitStatus } from "../errors.ts";
import { restartClean } from "../operations/clean-restart.ts";
import { assertSafeEnvironment } from "../operations/environment-guard.ts";
import { hardenProcess } from "../operations/hardening.ts";
import { declaredSecrets } from "../settings/table.ts";
import { version, versionFacts } from "../version.ts";
import { describeCommands } from "./manual/describe-commands.ts";
import { pageNamed, printHelp } from "./manual/help-page.ts";
import { builtManual, type ManualSource } from "./manual/manual.ts";
import { printJson, printNote, writeError, writeOutput } from "./output.ts";
import {
  type CommandLine,
  checkPositionals,
  nameOf,
  parseCommandLine,
  type Selection,
  selectCommand,
  toArguments,
} from "./parse.ts";
import { program } from "./program.ts";
import { describeError, errorText } from "./report-error.ts";
import { takeOptions, unknownOption } from "./take-options.ts";
import { columnsOf, hasColours, isTerminal, paintFor } from "./terminal/text-layout.ts";

const findManual: ManualSource = async () => builtManual ?? describeCommands(program);

async function showHelp(selection: Selection): Promise<void> {
  const manual = await findManual();
  const name = await nameOf(selection);
  printHelp(pageNamed(manual.program, name === "" ? [] : name.split(" ")) ?? manual.program, manual);
}

/** `help vault backup` is `vault backup --help`. */
function withoutHelpWord({ positionals, options, ...line }: CommandLine): CommandLine {
  if (positionals[0] !== "help") return { positionals, options, ...line };
  return { ...line, positionals: positionals.slice(1), options: new Map([...options, ["help", true]]) };
}

async function execute(argv: readonly string[]): Promise<void> {
  assertSafeEnvironment(process.env);
  restartClean(process.env);
  // Whatever is written is for this user alone.
  process.umask(0o077);
  const commandLine = withoutHelpWord(parseCommandLine(argv));
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
    await showHelp(selection);
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
  await runCommand(selection.command, { rawArgs, data: findManual });
}

/** Tells of an error in the form that is wanted: a text for a person at a terminal, else JSON. */
function tellError({ told, line }: ReturnType<typeof describeError>, isJson: boolean): void {
  if (told === undefined) return;
  if (isJson || !isTerminal(2)) {
    writeError(`${line}\n`);
    return;
  }
  const layout = {
    columns: columnsOf(process.stderr, process.env),
    paint: paintFor(hasColours(2, process.env)),
  };
  const mark = process.env["TERM"] === "dumb" ? "Error:" : "\u2717";
  writeError(errorText(told, { ...layout, mark }));
}

/** Waits for what the log still has to write. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => void stream.write("", () => done()));
}

/** Runs a command line to its end; the status to exit with. An error is told on standard error. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.ok;
  try {
    await execute(argv);
  } catch (error) {
    const report = describeError(error);
    tellError(report, argv.includes("--json"));
    status = report.status;
  }
  await flush(process.stderr);
  return status;
}
