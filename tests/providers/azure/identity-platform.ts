import { verify } from "node:crypto";
import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";
import type { Platform } from "./workload-token.ts";

const TOKEN_PATH = /^\/([^/]+)\/oauth2\/v2\.0\/token$/;

/** What the platform checks of an application that logs in. */
export interface RegisteredApplication {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whose tokens stand for this application (federated credential), and for which subject. */
  readonly trusted: Pick<Platform, "publicKey" | "issuer" | "subject">;
}

/** Stands in for `login.microsoftonline.com`: gives tokens by the client credentials grant of its v2.0 endpoint. */
export class IdentityPlatform extends StandInServer {
  readonly #application: RegisteredApplication;
  readonly #tokens: IssuedTokens;

  constructor(application: RegisteredApplication, tokens: IssuedTokens) {
    super();
    this.#application = application;
    this.#tokens = tokens;
  }

  protected async answer(request: Request, url: URL): Promise<Response> {
    const tenant = TOKEN_PATH.exec(url.pathname)?.[1];
    if (request.method !== "POST" || tenant === undefined) return new Response("Not Found", { status: 404 });
    const body = await request.text();
    const form = new URLSearchParams(body);
    const refuse = (status: number, error: string): Response =>
      Response.json(
        { error, error_description: `AADSTS: ${body}`, error_codes: [7000215], correlation_id: "1-2-3" },
        { status },
      );
    if (request.headers.get("content-type") !== "application/x-www-form-urlencoded") {
      return refuse(400, "invalid_request");
    }
    if (tenant !== this.#application.tenant) return refuse(400, "invalid_request");
    if (form.get("grant_type") !== "client_credentials") return refuse(400, "unsupported_grant_type");
    if (form.get("client_id") !== this.#application.clientId) return refuse(400, "unauthorized_client");
    if (!this.#knows(form)) return refuse(401, "invalid_client");
    const audience = /^(https:\/\/.+[^/])\/\.default$/.exec(form.get("scope") ?? "")?.[1];
    if (audience === undefined) return refuse(400, "invalid_scope");
    return Response.json({
      token_type: "Bearer",
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: this.#tokens.issue(audience),
    });
  }

  #knows(form: URLSearchParams): boolean {
    const secret = form.get("client_secret");
    const assertion = form.get("client_assertion");
    if (secret !== null) return assertion === null && secret === this.#application.clientSecret;
    return (
      form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" &&
      this.#trusts(assertion ?? "")
    );
  }

  #trusts(assertion: string): boolean {
    const { publicKey, issuer, subject } = this.#application.trusted;
    const [header = "", claims = "", signature = "", ...rest] = assertion.split(".");
    const signed = Buffer.from(`${header}.${claims}`);
    if (rest.length > 0) return false;
    if (!verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))) return false;
    const { iss, sub, aud, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
    return (
      iss === issuer && sub === subject && aud === "api://AzureADTokenExchange" && exp > Date.now() / 1000
    );
  }
}
