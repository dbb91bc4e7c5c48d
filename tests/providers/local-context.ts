import { expect } from "bun:test";
import { PassThrough } from "node:stream";
import { ProviderError } from "../../providers/error.ts";
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext } from "../../providers/provider.ts";

/** A context with these variables and this text on standard input; there are no services. */
export function contextWith(
  variables: Readonly<Record<string, string>>,
  typed = "",
  warnings: string[] = [],
): ProviderContext {
  const input = new PassThrough();
  input.end(typed);
  return {
    setting: (name) => variables[name],
    prompt: new Prompt(
      input as unknown as NodeJS.ReadStream,
      new PassThrough() as unknown as NodeJS.WriteStream,
    ),
    warn: (text) => warnings.push(text),
    askWorker: () => Promise.reject(new Error("A local provider needs no process.")),
    http: { send: () => Promise.reject(new Error("A local provider asks no service.")) },
  };
}

/** The error with which a provider refuses, asynchronously or not. */
export async function refused(work: () => unknown): Promise<ProviderError> {
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ProviderError);
    return error as ProviderError;
  }
  throw new Error(`Expected an error, got ${String(answer)}`);
}
