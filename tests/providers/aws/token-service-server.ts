/** An AWS STS that gives temporary keys for the token of a service account, or to who may assume a role. */
import { serve } from "../../local-servers.ts";
import { type KeyOnRecord, signatureError } from "./signature.ts";

interface TokenService {
  /** What it gives. */
  readonly keys: readonly [accessKeyId: string, key: Required<KeyOnRecord>];
  readonly role: string;
  /** The token of the service account that may have the role. */
  readonly webIdentityToken?: string;
  /** Who may assume the role. */
  readonly trusted?: Readonly<Record<string, KeyOnRecord>>;
}

function xml(body: string, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "text/xml" } });
}

function refused(code: string, status = 400): Response {
  const text = `<Error><Type>Sender</Type><Code>${code}</Code><Message>kanarienvogel</Message></Error>`;
  return xml(`<ErrorResponse>${text}<RequestId>1</RequestId></ErrorResponse>`, status);
}

export function tokenServiceServer({ keys, role, webIdentityToken, trusted = {} }: TokenService): URL {
  return serve(async (request) => {
    const url = new URL(request.url);
    const body = await request.text();
    const { method, headers } = request;
    const question = new URLSearchParams(body);
    const action = question.get("Action");
    if (method !== "POST" || question.get("Version") !== "2011-06-15") return refused("InvalidAction");
    if (question.get("RoleArn") !== role) return refused("AccessDenied", 403);
    if (action === "AssumeRoleWithWebIdentity") {
      if (question.get("WebIdentityToken") !== webIdentityToken) return refused("InvalidIdentityToken");
    } else {
      const place = { service: "sts", region: "eu-west-1", now: Date.now() };
      const error = signatureError({ method, url, headers, body }, trusted, place);
      if (action !== "AssumeRole" || error !== undefined) return refused(error ?? "InvalidAction", 403);
    }
    const [accessKeyId, { secretAccessKey, sessionToken }] = keys;
    return xml(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>` +
        `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
        `<SessionToken>${sessionToken}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>` +
        `</Credentials></${action}Result></${action}Response>`,
    );
  });
}
