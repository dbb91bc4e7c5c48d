/** A command as the operator writes it: one path, which may hold blanks, or a JSON array of words. No shell reads it. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";

/** A program and its arguments. */
export type CommandWords = readonly [program: string, ...arguments: string[]];

const word = v.pipe(v.string(), v.regex(/^[^\0]*$/));
const program = v.pipe(word, v.nonEmpty());
const onePath = v.pipe(
  program,
  v.transform((path): CommandWords => [path]),
);
const wordList = v.pipe(v.string(), v.parseJson(), v.tupleWithRest([program], word));

/**
 * The words of a command as it is written.
 *
 * @param variable where it was set, for the error
 * @throws ProviderError `NOT_CONFIGURED`, which shows nothing of the command: a secret may stand in it
 */
export function commandWords(variable: string, text: string): CommandWords {
  const written = text.trim();
  const parsed = v.safeParse(written.startsWith("[") ? wordList : onePath, written);
  if (parsed.success) return parsed.output;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${variable} is neither the path of a program nor a JSON array of words.`,
    'Write a command with arguments as in ["/usr/bin/pass","show","kms"].',
  );
}
