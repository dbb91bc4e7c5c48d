/** Secret provider `fd`: a line that the process which starts this one writes into a pipe, as in `3< <(pass show kms)`. */
import { fstatSync } from "node:fs";
import { ProviderError } from "../error.ts";
import { readBounded } from "../file/bounded-read.ts";
import { type ProviderContext, requiredSetting, requiredVariable, type SecretProvider } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { secretOfBytes } from "../support/secret-text.ts";
import { checkOwnership, orProviderError } from "../support/trusted-file.ts";

const DESCRIPTOR_VARIABLE = "TATUM_KMS_PASSWORD_FD";

/** Milliseconds until the secret has to be there. */
const TIME_LIMIT = 10_000;

/** From 3: 0 to 2 are standard input, output and error. */
const DESCRIPTOR = /^(?:[3-9]|[1-9]\d{1,5})$/;

function descriptorNumber(context: ProviderContext): number {
  const text = requiredSetting(fdProvider, context, DESCRIPTOR_VARIABLE);
  if (DESCRIPTOR.test(text)) return Number(text);
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${DESCRIPTOR_VARIABLE} has to be the number of an open file descriptor, 3 or more.`,
    "For standard input use --provider=stdin.",
  );
}

/** What a caller can hand over; whatever else has that number is the runtime's own. */
function checkKind(source: string, descriptor: number): void {
  let status: ReturnType<typeof fstatSync>;
  try {
    status = fstatSync(descriptor);
  } catch {
    throw new ProviderError(
      "NOT_FOUND",
      `${source} is not open.`,
      "Whoever starts this program has to open it.",
    );
  }
  // A pipe says what its writer wants; a file what its owner wrote, whoever opened it.
  if (status.isFile()) orProviderError("NOT_ALLOWED", () => checkOwnership({ source }, "<file>", status));
  if (status.isFIFO() || status.isFile() || status.isSocket()) return;
  throw new ProviderError("UNUSABLE", `${source} is no pipe, socket or file.`);
}

/**
 * The first line from a file descriptor that the caller opened. It stays open: its number could come to mean another
 * file, such as the vault.
 *
 * @param timeLimit milliseconds
 * @throws ProviderError `NOT_FOUND`, `UNUSABLE`, `UNREACHABLE`
 */
export async function readDescriptor(descriptor: number, timeLimit: number = TIME_LIMIT): Promise<Secret> {
  const source = `File descriptor ${descriptor}`;
  checkKind(source, descriptor);
  const bytes = await readBounded(descriptor, { source, timeLimit, oneLine: true }).catch(
    (error: unknown) => {
      if (error instanceof ProviderError) throw error;
      throw new ProviderError("UNREACHABLE", `${source} cannot be read.`, "Was it opened for reading?");
    },
  );
  return secretOfBytes(source, bytes);
}

export const fdProvider: SecretProvider = {
  name: "fd",
  title: "an open file descriptor",
  storeType: "FD",
  variables: [requiredVariable(DESCRIPTOR_VARIABLE, "Number of the open file descriptor, 3 or more")],
  naming: { name: DESCRIPTOR_VARIABLE },

  describe(context: ProviderContext): string {
    return `file descriptor ${descriptorNumber(context)}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    return readDescriptor(descriptorNumber(context));
  },
};
