/** The PKCS#11 tokens of a command, as the settings of this machine have them, and who says their PINs. */
import { readPinSource } from "../../providers/pkcs11/pin.ts";
import { Tokens } from "../../providers/pkcs11/tokens.ts";
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { type ProviderContext, secretSetting } from "../../providers/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { environmentWithout, workerCommand } from "./workers.ts";

/** Variables that a vendor's module has no business with: they hold this program's secrets. */
const OWN_VARIABLE = /^(TATUM_|AWS_|AZURE_|IDENTITY_|VAULT_|BAO_|GOOGLE_)/;

function moduleEnvironment(libraryPath: string | undefined): Record<string, string> {
  return {
    ...environmentWithout(OWN_VARIABLE),
    ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }),
  };
}

/** @param pin the PIN of the token that a URI names */
export function createTokens(config: Config, pin: (uri: Pkcs11Uri) => Promise<Secret>): Tokens {
  return new Tokens({
    command: workerCommand("pkcs11"),
    environment: moduleEnvironment(config.value(settings.libraryPath)),
    timeLimit: config.value(settings.pkcs11Timeout),
    modulePath: config.value(settings.pkcs11Module),
    moduleParameters: config.value(settings.pkcs11ModuleParameters),
    pin,
  });
}

/**
 * The PIN of the token that a URI names.
 *
 * @param ofProvider the secret of the provider that somebody named, where that is the PIN and not a password
 * @throws ProviderError when nobody answers, TokenError when the URI's own source cannot be read
 */
export async function tokenPin(
  { pinSource }: Pkcs11Uri,
  context: ProviderContext,
  ofProvider: (() => Promise<Secret>) | undefined,
): Promise<Secret> {
  // First, because it is of this token: another one's PIN, given to it again and again, would lock it.
  if (pinSource !== undefined) return readPinSource(pinSource, context.warn);
  const variable = secretSetting(context, settings.pkcs11Pin.name);
  if (variable !== undefined) return variable;
  return ofProvider?.() ?? context.prompt.ask("Enter the PIN of the token", settings.pkcs11Pin.name);
}
