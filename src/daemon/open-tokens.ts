/** The login to tokens at the daemon's start. */
import { TokenError } from "../../providers/error.ts";
import { parsePkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { explainProviderFailure } from "../failures.ts";
import type { Log } from "../operations/log.ts";
import type { KeySource } from "../signing/services.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";

/** What the operator has to put right before the daemon can be of use; everything else may pass by itself. */
const mistakes: readonly TokenError["code"][] = [
  "WRONG_PIN",
  "NOT_CONFIGURED",
  "NOT_AVAILABLE",
  "SEVERAL_TOKENS",
];

/**
 * Logs in to the tokens that hold keys of these wallets, so that a PIN is asked for, and a wrong one is told, at the start.
 * A token that is not there now may come later.
 *
 * @throws KmsError `WRONG_PIN`, `CONFIGURATION`, `NO_ANSWER` and others of the place where the PIN is
 */
export async function openTokens(
  { tokens }: KeySource,
  wallets: readonly WalletSummary[],
  log: Log,
): Promise<void> {
  const uris = new Set(wallets.map(({ keyUri }) => keyUri).filter((uri) => uri !== undefined));
  const named = new Set([...uris].map((uri) => tokens.get(parsePkcs11Uri(uri))));
  for (const token of named) {
    try {
      await token.logIn();
    } catch (error) {
      if (!(error instanceof TokenError) || mistakes.includes(error.code))
        throw explainProviderFailure(error);
      log.warn(`A token that holds keys cannot be used now: ${error.message}`, {
        action: "token-unavailable",
      });
    }
  }
}
