/** An AWS Secrets Manager that checks what the real one checks, and answers in its words. */
import { serve } from "../../local-servers.ts";
import { type KeyOnRecord, signatureError } from "./signature.ts";

export interface StoredSecret {
  readonly SecretString?: string;
  /** Base64. */
  readonly SecretBinary?: string;
  readonly VersionId?: string;
  readonly VersionStages?: readonly string[];
}

export interface SecretsManager {
  readonly keys: Readonly<Record<string, KeyOnRecord>>;
  readonly secrets: Readonly<Record<string, StoredSecret | readonly StoredSecret[]>>;
  readonly region?: string;
  /** Milliseconds by which the server's clock is ahead. */
  readonly clockOffset?: number;
  /** Answers in place of the real ones, first to last. */
  readonly faults?: (() => Response)[];
  /** Filled with the access key IDs of whoever asked. */
  readonly askedBy?: (string | undefined)[];
}

interface Question {
  readonly SecretId?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
}

export function awsError(type: string, status = 400, date = Date.now()): Response {
  return Response.json(
    { __type: type, Message: "kanarienvogel: text that may quote the request" },
    {
      status,
      headers: { "content-type": "application/x-amz-json-1.1", date: new Date(date).toUTCString() },
    },
  );
}

function secretValue(stored: SecretsManager["secrets"], question: Question): Response {
  const { SecretId = "", VersionId, VersionStage = "AWSCURRENT" } = question;
  const versions = Object.hasOwn(stored, SecretId) ? [stored[SecretId]].flat() : [];
  const found = versions.find((version) =>
    VersionId === undefined
      ? (version?.VersionStages ?? ["AWSCURRENT"]).includes(VersionStage)
      : version?.VersionId === VersionId,
  );
  if (found === undefined) return awsError("ResourceNotFoundException");
  return Response.json(
    {
      ARN: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${SecretId}-AbCdEf`,
      Name: SecretId,
      CreatedDate: 1523477145.713,
      VersionStages: ["AWSCURRENT"],
      VersionId: "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1",
      ...found,
    },
    { headers: { "content-type": "application/x-amz-json-1.1" } },
  );
}

export function secretsManagerServer(settings: SecretsManager): URL {
  const { keys, secrets, region = "eu-west-1", clockOffset = 0, faults = [], askedBy = [] } = settings;
  return serve(async (request) => {
    const now = Date.now() + clockOffset;
    const url = new URL(request.url);
    const body = await request.text();
    const { headers, method } = request;
    askedBy.push(headers.get("authorization")?.match(/Credential=(\w+)/)?.[1]);
    const fault = faults.shift();
    if (fault !== undefined) return fault();
    if (method !== "POST" || url.pathname !== "/" || url.search !== "")
      return awsError("UnknownOperation", 404);
    if (headers.get("x-amz-target") !== "secretsmanager.GetSecretValue") {
      return awsError("UnknownOperationException");
    }
    if (headers.get("content-type") !== "application/x-amz-json-1.1") {
      return awsError("SerializationException");
    }
    const error = signatureError({ method, url, headers, body }, keys, {
      service: "secretsmanager",
      region,
      now,
    });
    return error === undefined
      ? secretValue(secrets, JSON.parse(body) as Question)
      : awsError(error, 400, now);
  });
}
