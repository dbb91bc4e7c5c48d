/**
 * Checks the signature of a request to AWS as AWS does: signed anew with the key on record, by another library than
 * the one that is tested, and compared.
 */
import { RequestSigner } from "aws4";

export interface KeyOnRecord {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([a-z0-9-]+)\/([a-z]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** Milliseconds by which a clock may be wrong. */
const MAXIMUM_SKEW = 5 * 60_000;

function timeOf(amzDate: string): number {
  const parts = amzDate.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The name of AWS's error, or `undefined` when the request is signed by a key on record, for this place, and now. */
export function signatureError(
  request: SignedRequest,
  keys: Readonly<Record<string, KeyOnRecord>>,
  place: { readonly service: string; readonly region: string; readonly now: number },
): string | undefined {
  const { method, url, headers, body } = request;
  const authorization = headers.get("authorization") ?? "";
  const parts = authorization.match(AUTHORIZATION);
  if (parts === null) return "IncompleteSignatureException";
  const [, accessKeyId = "", day, region, service, names = ""] = parts;
  const key = Object.hasOwn(keys, accessKeyId) ? keys[accessKeyId] : undefined;
  if (key === undefined) return "UnrecognizedClientException";
  if (headers.get("x-amz-security-token") !== (key.sessionToken ?? null))
    return "UnrecognizedClientException";
  const amzDate = headers.get("x-amz-date") ?? "";
  if (region !== place.region || service !== place.service || !amzDate.startsWith(`${day}T`)) {
    return "InvalidSignatureException";
  }
  if (!(Math.abs(place.now - timeOf(amzDate)) < MAXIMUM_SKEW)) return "InvalidSignatureException";
  const signed = names.split(";");
  // What AWS demands to be signed: the host, and every header of its own.
  const demanded = ["host", ...[...headers.keys()].filter((name) => name.startsWith("x-amz-"))];
  if (demanded.some((name) => !signed.includes(name))) return "InvalidSignatureException";
  const again = {
    method,
    host: url.host,
    path: `${url.pathname}${url.search}`,
    headers: Object.fromEntries(signed.map((name) => [name, headers.get(name) ?? ""])),
    body,
    service: place.service,
    region: place.region,
    doNotModifyHeaders: true,
  };
  const signer = new RequestSigner(again, { accessKeyId, secretAccessKey: key.secretAccessKey });
  // It would sign for the present second.
  const { headers: expected } = Object.assign(signer, { datetime: amzDate }).sign();
  return expected?.["Authorization"] === authorization ? undefined : "InvalidSignatureException";
}
