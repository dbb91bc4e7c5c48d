import { expect } from "bun:test";
import type { Run } from "../executable.ts";

export interface Failure {
  readonly status: number | null;
  readonly error: string;
  readonly code: string;
  readonly hint?: string;
}

/** The error of a run that failed the way every command has to: nothing on standard output, one line of JSON. */
export function failureOf({ status, stdout, stderr }: Run): Failure {
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^\{.*\}\n$/);
  expect(status).not.toBe(0);
  return { status, ...(JSON.parse(stderr) as Omit<Failure, "status">) };
}
