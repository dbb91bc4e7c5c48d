/** The question to the process of the AWS SDK, and its answer: foreign code ran there, so that all of it is checked. */
import * as v from "valibot";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import type { ProviderContext, ProviderVariable } from "../provider.ts";
import { WorkerError, WorkerRefusal } from "../worker/worker-process.ts";
import { TITLE } from "./settings.ts";

/** Far more characters than a secret of AWS may have, which is 65,536 bytes. */
const MAXIMUM_TEXT = 100_000;

const sentence = v.pipe(v.string(), v.maxLength(2000));
const warnings = v.pipe(v.array(sentence), v.maxLength(20));
const codes = [
  "NOT_CONFIGURED",
  "UNUSABLE",
  "NOT_FOUND",
  "NOT_ALLOWED",
  "UNREACHABLE",
  "BAD_ANSWER",
] as const satisfies readonly ProviderErrorCode[];

const answerSchema = v.union([
  v.strictObject({ warnings, text: v.pipe(v.string(), v.maxLength(MAXIMUM_TEXT)) }),
  v.strictObject({
    warnings,
    failure: v.strictObject({ code: v.picklist(codes), message: sentence, hint: v.optional(sentence) }),
  }),
]);

/**
 * The text that AWS Secrets Manager stores. The settings of AWS cross to the process, and the text crosses back.
 *
 * @param variables those of AWS
 * @throws ProviderError
 */
export async function textFromSdk(
  { setting, warn, askWorker }: ProviderContext,
  variables: readonly ProviderVariable[],
): Promise<string> {
  const settings = Object.fromEntries(
    variables.flatMap(({ name }) => {
      const value = setting(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const answer = await askWorker("aws", { settings }).catch((error: unknown) => {
    throw failureOf(error);
  });
  const parsed = v.safeParse(answerSchema, answer);
  if (!parsed.success) throw nonsense();
  parsed.output.warnings.forEach(warn);
  if ("text" in parsed.output) return parsed.output.text;
  const { code, message, hint } = parsed.output.failure;
  throw new ProviderError(code, message, hint);
}

function failureOf(error: unknown): unknown {
  if (error instanceof WorkerRefusal) {
    return new ProviderError(
      "BAD_ANSWER",
      `The AWS SDK failed in an unexpected way (${error.failure.message}).`,
    );
  }
  if (!(error instanceof WorkerError)) return error;
  switch (error.fault) {
    case "not-started":
      return new ProviderError(
        "UNREACHABLE",
        `The process of the AWS SDK cannot be started: ${error.message}.`,
        "Check that there is a /dev/null, and that the program may start itself.",
      );
    case "silent":
      return new ProviderError(
        "UNREACHABLE",
        `${TITLE} gave no answer in time; the process that asked it was ended.`,
      );
    case "gone":
      return new ProviderError(
        "UNREACHABLE",
        `The process of the AWS SDK ended unexpectedly (${error.message}).`,
      );
    case "nonsense":
      return nonsense();
  }
}

function nonsense(): ProviderError {
  return new ProviderError("BAD_ANSWER", "The process of the AWS SDK gave an answer of an unknown shape.");
}
