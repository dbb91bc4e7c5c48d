import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";

/** Stands in for the two places where Azure hands out tokens of a managed identity. */
export class ManagedIdentityServer extends StandInServer {
  /** What an app has to show. */
  readonly identityHeader = "canary-identity-header";
  /** The user-assigned identities; without any the machine has one of its own. */
  readonly clientIds: string[] = [];
  readonly #tokens: IssuedTokens;

  constructor(tokens: IssuedTokens) {
    super();
    this.#tokens = tokens;
  }

  protected answer(request: Request, url: URL): Response {
    if (request.method !== "GET") return new Response("", { status: 405 });
    const version = url.searchParams.get("api-version");
    if (url.pathname === "/metadata/identity/oauth2/token") {
      if (request.headers.get("metadata") !== "true" || version !== "2018-02-01") return this.#refuse();
      return this.#give(url, { expires_in: "86399", ext_expires_in: "86399" });
    }
    if (url.pathname === "/msi/token") {
      if (request.headers.get("x-identity-header") !== this.identityHeader) {
        return Response.json({ statusCode: 401, message: this.identityHeader }, { status: 401 });
      }
      if (version !== "2019-08-01") return this.#refuse();
      return this.#give(url, { expires_on: "1900000000" });
    }
    return new Response("", { status: 404 });
  }

  #refuse(): Response {
    return Response.json(
      { error: "invalid_request", error_description: "Identity not found" },
      { status: 400 },
    );
  }

  #give(url: URL, more: Readonly<Record<string, string>>): Response {
    const resource = url.searchParams.get("resource");
    const clientId = url.searchParams.get("client_id");
    const isKnown = clientId === null ? this.clientIds.length < 2 : this.clientIds.includes(clientId);
    if (resource === null || !isKnown) return this.#refuse();
    return Response.json({
      access_token: this.#tokens.issue(resource),
      token_type: "Bearer",
      resource,
      ...more,
    });
  }
}
