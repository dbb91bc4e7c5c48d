/** The question before what reveals, destroys or weakens: put to a person at a terminal, never to a pipe. */
import { isatty } from "node:tty";
import { KmsError } from "../errors.ts";
import { settings } from "../settings/table.ts";
import type { CommandContext } from "./context.ts";
import { printNote } from "./output.ts";

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;

/**
 * Tells a person what is about to happen and asks whether to go on. Nobody is asked where standard input or output is no
 * terminal, or where `--yes` or `TATUM_KMS_YES=true` is set: it goes on then.
 *
 * @param about what is about to happen, a sentence a line
 * @throws KmsError `NOT_CONFIRMED` when the answer is no
 * @throws ProviderError `NO_ANSWER` when input ends before there is one
 */
export async function confirm(
  context: Pick<CommandContext, "prompt" | "isConfirmed">,
  ...about: readonly string[]
): Promise<void> {
  if (!isAsked(context)) return;
  about.forEach(printNote);
  if (await context.prompt.askYesNo("Go on? (yes or no)", settings.yes.name)) return;
  throw new KmsError("NOT_CONFIRMED", "The answer was no; nothing was done.");
}

/** The person at the command line, for decisions that are made deeper down. */
export function personOf(context: CommandContext) {
  return {
    config: context.config,
    ask: context.ask,
    note: printNote,
    agree: (...about: readonly string[]): Promise<void> => confirm(context, ...about),
  };
}

/** Whether {@link confirm} asks: a person sits at both ends, and has not said yes beforehand. */
export function isAsked({ isConfirmed }: Pick<CommandContext, "isConfirmed">): boolean {
  return !isConfirmed && isatty(STANDARD_INPUT) && isatty(STANDARD_OUTPUT);
}

/**
 * {@link confirm} of what a person has to know: where nobody can be asked, `--yes` has to be given.
 * @throws KmsError `NOT_CONFIRMED`
 */
export async function confirmKnowingly(
  context: Pick<CommandContext, "prompt" | "isConfirmed">,
  ...about: readonly string[]
): Promise<void> {
  if (context.isConfirmed || isAsked(context)) return confirm(context, ...about);
  throw new KmsError("NOT_CONFIRMED", "Nobody can be asked here; nothing was done.", {
    hint: "Look at what it is about, then add --yes.",
  });
}
