import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";

/** A secret as an operator stored it. */
export interface StoredSecret {
  readonly value: string;
  readonly version: string;
  readonly attributes?: { readonly enabled?: boolean; readonly nbf?: number; readonly exp?: number };
  /** The identity has no permission for it. */
  readonly isForbidden?: boolean;
  /** The service enforces `enabled`; a stand-in may forget to. */
  readonly isHandedOut?: boolean;
}

/** Quoted in every sentence of the service's errors, which no error of the program may show. */
export const SENTENCE_CANARY = "canary in a sentence";

function failure(status: number, code: string, innererror?: string): Response {
  const error = { code, message: `${code}: ${SENTENCE_CANARY}` };
  return Response.json(
    { error: innererror === undefined ? error : { ...error, innererror: { code: innererror } } },
    { status },
  );
}

/** Stands in for a vault of Azure Key Vault: asks who wants to know, and checks the token that it is shown. */
export class KeyVaultServer extends StandInServer {
  readonly secrets = new Map<string, StoredSecret>();
  /** The audience that its tokens have to be for. */
  resource = "https://127.0.0.1";
  /** The challenge that comes with every 401. */
  challenge: (parameters: Readonly<Record<string, string>>) => string;
  readonly #tokens: IssuedTokens;

  constructor(tokens: IssuedTokens, authorization: string) {
    super();
    this.#tokens = tokens;
    this.challenge = (more) =>
      `Bearer ${Object.entries({ authorization, resource: this.resource, ...more })
        .map(([name, value]) => `${name}="${value}"`)
        .join(", ")}`;
  }

  protected answer(request: Request, url: URL): Response {
    const authorization = request.headers.get("authorization");
    if (authorization === null) return this.#unauthorized({});
    if (!this.#tokens.accepts(authorization, this.resource)) {
      return this.#unauthorized({ error: "invalid_token", error_description: SENTENCE_CANARY });
    }
    if (url.searchParams.get("api-version") !== "7.4") return failure(400, "BadParameter");
    const [, name, version] = /^\/secrets\/([0-9A-Za-z-]+)(?:\/([0-9a-z]+))?$/.exec(url.pathname) ?? [];
    if (request.method !== "GET" || name === undefined) return failure(400, "BadParameter");
    return this.#give(name.toLowerCase(), version);
  }

  #unauthorized(more: Readonly<Record<string, string>>): Response {
    const response = failure(401, "Unauthorized");
    response.headers.set("www-authenticate", this.challenge(more));
    return response;
  }

  #give(name: string, version: string | undefined): Response {
    const secret = this.secrets.get(name);
    if (secret?.isForbidden === true) return failure(403, "Forbidden", "ForbiddenByRbac");
    if (secret === undefined || (version ?? secret.version) !== secret.version) {
      return failure(404, "SecretNotFound");
    }
    if (secret.attributes?.enabled === false && secret.isHandedOut !== true) {
      return failure(403, "Forbidden", "SecretDisabled");
    }
    return Response.json({
      value: secret.value,
      id: `${this.url}/secrets/${name}/${secret.version}`,
      attributes: {
        enabled: true,
        created: 1_700_000_000,
        updated: 1_700_000_000,
        recoveryLevel: "Recoverable+Purgeable",
        ...secret.attributes,
      },
    });
  }
}
