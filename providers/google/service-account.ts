/**
 * The login of a service account that has a key: it signs a statement (JWT), and Google gives a token for it:
 * https://developers.google.com/identity/protocols/oauth2/service-account, https://www.rfc-editor.org/rfc/rfc7523.
 */
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { ProviderError } from "../error.ts";
import type { Secret } from "../secret.ts";
import { formPost, requestToken } from "../support/access-token.ts";
import type { HttpSender } from "../support/http-sender.ts";
import { CREDENTIALS, type ServiceAccount } from "./credentials-file.ts";

/** Who gives tokens for Google's services, for people. */
export const TOKEN_SERVICE = "Google's token service";

/** What tokens are for; Secret Manager has no narrower scope. */
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** RFC 7523, 2.1. */
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Seconds that a statement may be used; the longest that Google accepts. */
const LIFETIME = 3600;

function privateKeyOf(account: ServiceAccount): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(account.private_key.reveal());
  } catch {
    // Told below, together with keys of another kind; the reason could quote the key.
  }
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new ProviderError("NOT_CONFIGURED", `The file that ${CREDENTIALS} names holds no RSA private key.`);
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/**
 * The statement who asks for what, as a JSON Web Token (RFC 7519) with an RS256 signature.
 *
 * Source: Google's "Using OAuth 2.0 for server to server applications".
 *
 * @param now seconds since 1970
 * @throws ProviderError `NOT_CONFIGURED` when the account's key is no RSA key
 */
function signedStatement(account: ServiceAccount, now: number): string {
  const header = { alg: "RS256", typ: "JWT", kid: account.private_key_id };
  const claims = {
    iss: account.client_email,
    scope: SCOPE,
    aud: account.token_uri.href,
    iat: now,
    exp: now + LIFETIME,
  };
  const statement = `${base64url(header)}.${base64url(claims)}`;
  const signature = sign("RSA-SHA256", Buffer.from(statement), privateKeyOf(account));
  return `${statement}.${signature.toString("base64url")}`;
}

/** @throws ProviderError */
export async function serviceAccountToken(http: HttpSender, account: ServiceAccount): Promise<Secret> {
  const assertion = signedStatement(account, Math.floor(Date.now() / 1000));
  return requestToken(
    http,
    TOKEN_SERVICE,
    formPost(account.token_uri, { grant_type: JWT_BEARER, assertion }),
    "Check that the service account and this key of it still exist, and that this machine's clock is right.",
  );
}
