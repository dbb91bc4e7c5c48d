import type { IssuedTokens } from "../issued-tokens.ts";
import { StandInServer } from "../stand-in-server.ts";
import { CLOUD_PLATFORM } from "./token-service.ts";

/** One version of a secret as an operator stored it. */
export interface StoredVersion {
  readonly data: Uint8Array;
  /** CRC-32C; left out of the answer without it. */
  readonly checksum?: string;
  readonly state?: "DISABLED" | "DESTROYED";
  /** The account has no role for it. */
  readonly isForbidden?: boolean;
}

/** Quoted in every sentence of the service's errors, which no error of the program may show. */
export const SENTENCE_CANARY = "canary in a sentence";

const PROJECT_NUMBER = "123456789012";

function failure(code: number, status: string): Response {
  return Response.json({ error: { code, message: SENTENCE_CANARY, status } }, { status: code });
}

/** Stands in for Secret Manager: knows the project `my-project`, and checks the token that it is shown. */
export class SecretManagerServer extends StandInServer {
  /** By `<secret>` or `<region>/<secret>`; the last version is the latest. */
  readonly secrets = new Map<string, readonly StoredVersion[]>();
  readonly #tokens: IssuedTokens;

  constructor(tokens: IssuedTokens) {
    super();
    this.#tokens = tokens;
  }

  protected answer(request: Request, url: URL): Response {
    if (!this.#tokens.accepts(request.headers.get("authorization"), CLOUD_PLATFORM)) {
      return failure(401, "UNAUTHENTICATED");
    }
    const path =
      /^\/v1\/projects\/(my-project|123456789012)\/(?:locations\/([^/]+)\/)?secrets\/([^/]+)\/versions\/([^/]+):access$/;
    const [, , location, secret, version] = path.exec(url.pathname) ?? [];
    if (request.method !== "GET" || secret === undefined) return failure(403, "PERMISSION_DENIED");
    const versions = this.secrets.get(location === undefined ? secret : `${location}/${secret}`) ?? [];
    const number = version === "latest" ? versions.length : Number(version);
    const stored = versions[number - 1];
    if (stored?.isForbidden === true) return failure(403, "PERMISSION_DENIED");
    if (stored === undefined) return failure(404, "NOT_FOUND");
    if (stored.state !== undefined) return failure(400, "FAILED_PRECONDITION");
    const place = location === undefined ? "" : `/locations/${location}`;
    return Response.json({
      name: `projects/${PROJECT_NUMBER}${place}/secrets/${secret}/versions/${number}`,
      payload: {
        data: Buffer.from(stored.data).toString("base64"),
        ...(stored.checksum !== undefined && { dataCrc32c: stored.checksum }),
      },
    });
  }
}
