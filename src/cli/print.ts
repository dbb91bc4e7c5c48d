import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import type { Config } from "../settings.ts";
import { writeError, writeOutput } from "./output.ts";

/** A result as the original prints it: JSON with two spaces, on standard output. */
export function printJson(value: unknown): void {
  writeOutput(`${stringifyExactJson(value, 2)}\n`);
}

/** A result in one line of JSON. */
export function printJsonLine(value: unknown): void {
  writeOutput(`${stringifyExactJson(value)}\n`);
}

/** Something worth knowing beside the result, on standard error. */
export function printNote(text: string): void {
  writeError(`${text}\n`);
}

const warnings = new Set<string>();

/** A warning, on standard error; the same one once, however often its cause is met. */
export function printWarning(text: string): void {
  if (warnings.has(text)) return;
  warnings.add(text);
  printNote(`Warning: ${text}`);
}

/** The original read `./.env`: whoever comes from there is told at the first steps that it does not count. */
export function printUnreadEnvFile({ unreadEnvFile }: Config): void {
  if (unreadEnvFile === undefined) return;
  printNote(
    `The env file ${unreadEnvFile} is not read (tatum-kms 8 read it); to have it read, add --env-file=${unreadEnvFile}`,
  );
}
