/** A secret in a file, as Docker, Kubernetes and systemd hand it to a service. */
import { closeSync } from "node:fs";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import type { Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { secretOfBytes } from "../support/secret-text.ts";
import {
  exposure,
  FileRefused,
  openTrustedFile,
  PIPE_TIME_LIMIT,
  type RefusalReason,
} from "../support/trusted-file.ts";
import { readBounded } from "./bounded-read.ts";

const codeOfReason = {
  missing: "NOT_FOUND",
  denied: "NOT_ALLOWED",
  untrusted: "NOT_ALLOWED",
  kind: "UNUSABLE",
  size: "UNUSABLE",
  time: "UNREACHABLE",
  failed: "UNREACHABLE",
} as const satisfies Record<RefusalReason, ProviderErrorCode>;

export interface SecretFileOptions {
  /** What it is, at the beginning of a sentence. */
  readonly source?: string;
  /** Milliseconds that a named pipe may take. */
  readonly timeLimit?: number;
  /** Is told when other users can read the file. */
  readonly warn: Warn;
}

/**
 * The secret in a file, in what a symbolic link leads to (Kubernetes has those), or from a named pipe.
 * @throws ProviderError `NOT_FOUND`, `NOT_ALLOWED`, `UNUSABLE`, `UNREACHABLE`
 */
export async function readSecretFile(path: string, options: SecretFileOptions): Promise<Secret> {
  const { source = `The file ${path}`, timeLimit = PIPE_TIME_LIMIT, warn } = options;
  try {
    const { descriptor, status, awaitWriter } = openTrustedFile(path, { source });
    try {
      const bytes = await readBounded(descriptor, { source, timeLimit, awaitWriter });
      const secret = secretOfBytes(source, bytes);
      const exposed = exposure(source, path, status);
      if (exposed !== undefined) warn(exposed);
      return secret;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof FileRefused) {
      throw new ProviderError(codeOfReason[error.reason], error.message, error.hint);
    }
    throw error;
  }
}
