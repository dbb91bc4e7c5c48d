/**
 * The configuration and credentials files that every tool of AWS shares:
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. The SDK reads them; one of them may name a program to
 * run.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import type { ProviderContext } from "../provider.ts";
import { checkTrustedFile, exposure, orProviderError } from "../support/trusted-file.ts";

/** `~/.aws/<name>`; `undefined` for a user without a home directory. */
function inHome(name: string): string | undefined {
  try {
    return join(homedir(), ".aws", name);
  } catch {
    return undefined;
  }
}

/** @throws ProviderError `NOT_CONFIGURED` when somebody else could have written one of them */
export function checkSharedFiles({ setting, warn }: ProviderContext): void {
  const files = [
    { path: setting("AWS_SHARED_CREDENTIALS_FILE") ?? inHome("credentials"), isSecret: true },
    { path: setting("AWS_CONFIG_FILE") ?? inHome("config"), isSecret: false },
  ];
  for (const { path, isSecret } of files) {
    if (path === undefined) continue;
    const source = `The file of AWS ${path}`;
    const status = orProviderError("NOT_CONFIGURED", () => checkTrustedFile(path, source));
    const exposed = status === undefined || !isSecret ? undefined : exposure(source, path, status);
    if (exposed !== undefined) warn(exposed);
  }
}
