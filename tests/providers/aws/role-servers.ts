/** Where a role gives its keys to what runs on AWS: the metadata of an instance, and a container's endpoint. */
import { serve } from "../../local-servers.ts";
import type { KeyOnRecord } from "./signature.ts";

type Keys = readonly [accessKeyId: string, key: Required<KeyOnRecord>];

function given([AccessKeyId, { secretAccessKey, sessionToken }]: Keys): Response {
  return Response.json({
    Code: "Success",
    Type: "AWS-HMAC",
    LastUpdated: "2026-01-01T00:00:00Z",
    AccessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: "2099-01-01T00:00:00Z",
  });
}

/** Version 2 of the metadata service: nothing without a token, and a token only for a PUT with its time to live. */
export function instanceMetadataServer(keys: Keys, requests: string[] = []): URL {
  const token = "kanarienvogel-metadata-token";
  const folder = "/latest/meta-data/iam/security-credentials/";
  return serve((request) => {
    const { pathname } = new URL(request.url);
    requests.push(`${request.method} ${pathname}`);
    if (pathname === "/latest/api/token") {
      const hasLifetime = /^\d+$/.test(request.headers.get("x-aws-ec2-metadata-token-ttl-seconds") ?? "");
      return request.method === "PUT" && hasLifetime
        ? new Response(token)
        : new Response("", { status: 400 });
    }
    if (request.headers.get("x-aws-ec2-metadata-token") !== token) return new Response("", { status: 401 });
    if (pathname === folder) return new Response("kms-role");
    if (pathname === `${folder}kms-role`) return given(keys);
    return new Response("", { status: 404 });
  });
}

/** @param token what `Authorization` has to be */
export function containerServer(keys: Keys, token: string): URL {
  return serve((request) => {
    const { pathname, search } = new URL(request.url);
    if (request.method !== "GET" || pathname !== "/v2/credentials" || search !== "?id=1") {
      return new Response("", { status: 404 });
    }
    return request.headers.get("authorization") === token ? given(keys) : new Response("", { status: 403 });
  });
}
