import { verify } from "node:crypto";
import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";
import type { ServiceAccountKey } from "./service-account-key.ts";

export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** The audience of tokens that have to be exchanged once more, for a service account's. */
const FEDERATED = "federated";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

/** What the service knows of its customers. */
export interface Registered {
  readonly key: ServiceAccountKey;
  /** The audience of the workload identity pool, and the token of another platform that it trusts. */
  readonly pool: { readonly audience: string; readonly subjectToken: string };
}

/**
 * Stands in for `oauth2.googleapis.com/token` (service accounts), `sts.googleapis.com/v1/token` (federation), and
 * `iamcredentials.googleapis.com` (impersonation).
 */
export class TokenService extends StandInServer {
  /** Whether a federated token has to be exchanged for one of the service account. */
  needsImpersonation = false;
  readonly #registered: Registered;
  readonly #tokens: IssuedTokens;

  constructor(registered: Registered, tokens: IssuedTokens) {
    super();
    this.#registered = registered;
    this.#tokens = tokens;
  }

  get impersonationUrl(): string {
    return `${this.url}/v1/projects/-/serviceAccounts/${this.#registered.key.email}:generateAccessToken`;
  }

  protected async answer(request: Request, url: URL): Promise<Response> {
    const body = await request.text();
    if (request.method !== "POST") return new Response("", { status: 405 });
    if (url.pathname.endsWith(":generateAccessToken")) return this.#impersonate(request, body);
    const form = new URLSearchParams(body);
    if (request.headers.get("content-type") !== "application/x-www-form-urlencoded") {
      return this.#refuse("invalid_request", body);
    }
    if (url.pathname === "/token" && form.get("grant_type") === JWT_BEARER) {
      return this.#isSigned(form.get("assertion") ?? "")
        ? this.#give(CLOUD_PLATFORM)
        : this.#refuse("invalid_grant", body);
    }
    if (url.pathname === "/v1/token" && form.get("grant_type") === TOKEN_EXCHANGE) {
      return this.#exchange(form, body);
    }
    return this.#refuse("unsupported_grant_type", body);
  }

  #give(audience: string): Response {
    return Response.json({
      access_token: this.#tokens.issue(audience),
      expires_in: 3599,
      token_type: "Bearer",
    });
  }

  #refuse(error: string, body: string): Response {
    return Response.json({ error, error_description: `Not this: ${body}` }, { status: 400 });
  }

  #isSigned(assertion: string): boolean {
    const { email, keyId, publicKey } = this.#registered.key;
    const [header = "", claims = "", signature = "", ...rest] = assertion.split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString() || "{}");
    const { alg, kid } = read(header);
    const { iss, scope, aud, iat, exp } = read(claims);
    const now = Date.now() / 1000;
    return (
      rest.length === 0 &&
      verify(
        "RSA-SHA256",
        Buffer.from(`${header}.${claims}`),
        publicKey,
        Buffer.from(signature, "base64url"),
      ) &&
      [alg, kid, iss, scope, aud].join() ===
        ["RS256", keyId, email, CLOUD_PLATFORM, `${this.url}/token`].join() &&
      iat <= now &&
      exp > now &&
      exp - iat <= 3600
    );
  }

  #exchange(form: URLSearchParams, body: string): Response {
    const { audience, subjectToken } = this.#registered.pool;
    const isRight =
      form.get("audience") === audience &&
      form.get("subject_token") === subjectToken &&
      form.get("subject_token_type") === "urn:ietf:params:oauth:token-type:jwt" &&
      form.get("requested_token_type") === "urn:ietf:params:oauth:token-type:access_token" &&
      form.get("scope") === CLOUD_PLATFORM;
    if (!isRight) return this.#refuse("invalid_grant", body);
    return this.#give(this.needsImpersonation ? FEDERATED : CLOUD_PLATFORM);
  }

  #impersonate(request: Request, body: string): Response {
    const isKnown = this.#tokens.accepts(request.headers.get("authorization"), FEDERATED);
    if (!isKnown || JSON.parse(body).scope.join() !== CLOUD_PLATFORM) {
      return Response.json(
        { error: { code: 403, message: body, status: "PERMISSION_DENIED" } },
        { status: 403 },
      );
    }
    return Response.json({
      accessToken: this.#tokens.issue(CLOUD_PLATFORM),
      expireTime: "2030-01-01T00:00:00Z",
    });
  }
}
