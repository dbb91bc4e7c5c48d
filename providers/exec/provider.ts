import { type ProviderContext, requiredSetting, type SecretProvider } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { secretOfBytes } from "../support/secret-text.ts";
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

/** What the command gets: everything but the variables of this program, which hold its secrets. */
function environmentOfCommand(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TATUM_")));
}

/** The output of a command, such as `pass`, `gopass`, `op`, `bw` or a script. */
export const execProvider: SecretProvider = {
  name: "exec",
  title: "the output of a command",
  storeType: "EXEC",
  variables: [
    {
      name: COMMAND_VARIABLE,
      required: true,
      // Its words may hold one.
      secret: true,
      description: 'The command: one path, or a JSON array of words such as `["/usr/bin/pass","show","kms"]`',
    },
  ],

  describe(context: ProviderContext): string {
    command(context);
    return `the output of ${COMMAND_NAME}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const output = await runCommand(command(context), {
      name: COMMAND_NAME,
      environment: environmentOfCommand(),
      timeLimit: TIME_LIMIT,
    });
    return secretOfBytes(`The output of ${COMMAND_NAME}`, output);
  },
};
