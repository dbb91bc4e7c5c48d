/**
 * The HTTP handler of the AWS SDK, which leads through the program's own HTTP client: the SDK opens no connection of its
 * own, follows no redirect, and its answers are bounded in time and size.
 */
import type { HttpSender, ServiceRequest } from "../support/http-sender.ts";
import { refusal } from "../support/service-answer.ts";
import { serviceUrl } from "../support/service-url.ts";

const silence = (): void => undefined;

/** For the AWS SDK, which otherwise writes warnings to the console. */
export const silentLogger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
};

/** A request as the SDK hands it to a request handler (`HttpRequest` of @smithy/types). */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SdkRequestHandler {
  handle(request: SdkRequest): Promise<{ readonly response: SdkResponse }>;
}

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): URL {
  const origin = `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`;
  // A shared configuration file of AWS may name an endpoint too.
  const url = new URL(path, serviceUrl("The endpoint of the AWS profile", origin));
  for (const [name, value] of Object.entries(query)) {
    for (const text of [value ?? ""].flat()) url.searchParams.append(name, text);
  }
  return url;
}

function bodyOf({ body }: SdkRequest): Pick<ServiceRequest, "body"> {
  if (typeof body === "string") return { body };
  return body instanceof Uint8Array ? { body: Buffer.from(body).toString("utf8") } : {};
}

/**
 * @param service for errors, as in "AWS Secrets Manager"
 * @param what what is asked for, as in `secret "kms"`
 */
export function sdkRequestHandler(http: HttpSender, service: string, what: string): SdkRequestHandler {
  return {
    /** @throws ProviderError `UNREACHABLE` */
    async handle(request) {
      const answer = await http.send({
        method: request.method as ServiceRequest["method"],
        url: urlOf(request),
        headers: request.headers,
        ...bodyOf(request),
      });
      // These were tried again already. The SDK would do so once more, each time with all tries of the client.
      if (answer.status === 429 || answer.status >= 500) throw refusal(service, what, answer);
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: Buffer.from(answer.body),
        },
      };
    },
  };
}
