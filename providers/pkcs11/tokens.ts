/** The PKCS#11 tokens this program works with, by their URIs, each with one process of its own. */
import { TokenError } from "../error.ts";
import type { Secret } from "../secret.ts";
import type { ModuleProcessSettings } from "./module-process.ts";
import { Token } from "./token.ts";
import type { Pkcs11Uri } from "./uri.ts";
import type { TokenSelector } from "./worker/messages.ts";

export interface TokensSettings extends Omit<ModuleProcessSettings, "modulePath"> {
  /** The vendor's module on this machine, whatever a URI says that may come from another one. */
  readonly modulePath?: string | undefined;
  /** The PIN of the token that a URI names; asked for once a token. */
  pin(uri: Pkcs11Uri): Promise<Secret>;
}

export class Tokens {
  readonly #settings: TokensSettings;
  readonly #open = new Map<string, Token>();

  constructor(settings: TokensSettings) {
    this.#settings = settings;
  }

  /**
   * The token that a URI names. Nothing is asked of it yet.
   * @throws TokenError `NOT_CONFIGURED` when nothing says which module serves it
   */
  get(uri: Pkcs11Uri): Token {
    const modulePath = this.#settings.modulePath ?? uri.modulePath;
    if (modulePath?.startsWith("/") !== true) {
      throw new TokenError(
        "NOT_CONFIGURED",
        "The PKCS#11 URI does not name the vendor's module by an absolute path.",
        "Add ?module-path=/usr/lib/... to it, or set TATUM_KMS_PKCS11_MODULE.",
      );
    }
    const selector = selectorOf(uri);
    const identity = JSON.stringify([modulePath, selector]);
    const known = this.#open.get(identity);
    if (known !== undefined) return known;
    const token = new Token({
      ...this.#settings,
      modulePath,
      selector,
      pin: () => this.#settings.pin(uri),
    });
    this.#open.set(identity, token);
    return token;
  }

  /** Ends all processes. */
  close(): void {
    for (const token of this.#open.values()) token.close();
  }
}

/** What of a URI selects a token. */
function selectorOf({ token, manufacturer, model, serial, slotId }: Pkcs11Uri): TokenSelector {
  return {
    ...(token !== undefined && { token }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(serial !== undefined && { serial }),
    ...(slotId !== undefined && { slotId }),
  };
}
