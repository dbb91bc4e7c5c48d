/** Secret provider `exec`: the output of a command, such as `pass`, `gopass`, `op`, `bw` or a script. */
import { resolve } from "node:path";
import {
  optionalVariable,
  type ProviderContext,
  requiredSecretVariable,
  requiredSetting,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import { secretOfBytes } from "../support/secret-text.ts";
import { checkTrustedFile, orProviderError } from "../support/trusted-file.ts";
import { type CommandWords, commandWords } from "./command-words.ts";
import { runCommand } from "./run-command.ts";

const COMMAND_VARIABLE = "TATUM_KMS_PASSWORD_COMMAND";
/** The command itself is never shown: a secret may stand in it. */
const COMMAND_NAME = `the command in ${COMMAND_VARIABLE}`;

/** Milliseconds: enough to touch a security key or to type a PIN into another window. */
const TIME_LIMIT = 60_000;

function command(context: ProviderContext): CommandWords {
  return commandWords(COMMAND_VARIABLE, requiredSetting(execProvider, context, COMMAND_VARIABLE));
}

const LIBRARY_PATH_VARIABLE = "TATUM_KMS_LIBRARY_PATH";

/** Whoever can exchange the program decides what the secret is, and runs as this user. */
function checkProgram(program: string): void {
  const path = program.includes("/") ? resolve(program) : Bun.which(program);
  if (path === null) return;
  orProviderError("NOT_ALLOWED", () => checkTrustedFile(path, `The program of ${COMMAND_NAME}`));
}

/** What the command gets: everything but the variables of this program, which hold its secrets. */
function environmentOfCommand({ setting }: ProviderContext): Record<string, string | undefined> {
  const libraryPath = setting(LIBRARY_PATH_VARIABLE);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TATUM_"))),
    ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }),
  };
}

export const execProvider: SecretProvider = {
  name: "exec",
  title: "the output of a command",
  storeType: "EXEC",
  variables: [
    // Its words may hold a secret.
    requiredSecretVariable(
      COMMAND_VARIABLE,
      'The command: one path, or a JSON array of words such as `["/usr/bin/pass","show","kms"]`',
    ),
    optionalVariable(LIBRARY_PATH_VARIABLE, "Its LD_LIBRARY_PATH, which this program itself runs without"),
  ],
  naming: { name: COMMAND_VARIABLE },

  describe(context: ProviderContext): string {
    command(context);
    return `the output of ${COMMAND_NAME}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const words = command(context);
    checkProgram(words[0]);
    const output = await runCommand(words, {
      name: COMMAND_NAME,
      environment: environmentOfCommand(context),
      timeLimit: TIME_LIMIT,
    });
    return secretOfBytes(`The output of ${COMMAND_NAME}`, output);
  },
};
