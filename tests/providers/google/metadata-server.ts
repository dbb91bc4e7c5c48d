import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";
import { CLOUD_PLATFORM } from "./token-service.ts";

/** Stands in for `metadata.google.internal`. */
export class MetadataServer extends StandInServer {
  /** Whether the machine runs as a service account. */
  hasServiceAccount = true;
  readonly #tokens: IssuedTokens;

  constructor(tokens: IssuedTokens) {
    super();
    this.#tokens = tokens;
  }

  protected answer(request: Request, url: URL): Response {
    const headers = { "metadata-flavor": "Google" };
    if (request.headers.get("metadata-flavor") !== "Google" || request.headers.has("x-forwarded-for")) {
      return new Response("<html>Missing Metadata-Flavor:Google header.</html>", { status: 403, headers });
    }
    const path = "/computeMetadata/v1/instance/service-accounts/default/token";
    if (url.pathname !== path || !this.hasServiceAccount) {
      return new Response("<html>Not Found</html>", { status: 404, headers });
    }
    const access_token = this.#tokens.issue(CLOUD_PLATFORM);
    return Response.json({ access_token, expires_in: 3599, token_type: "Bearer" }, { headers });
  }
}
