/**
 * The metadata server of machines in Google Cloud, which gives tokens of the service account that they run as:
 * https://cloud.google.com/compute/docs/metadata/overview.
 */

import { ProviderError } from "../error.ts";
import type { ProviderContext } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { requestToken } from "../support/access-token.ts";
import type { HttpSender, ServiceAnswer, ServiceRequest } from "../support/http-sender.ts";
import { isSuccess } from "../support/service-answer.ts";
import { metadataUrl, urlBelow } from "../support/service-url.ts";
import { CREDENTIALS } from "./credentials-file.ts";

export const METADATA_HOST = "GCE_METADATA_HOST";

const DEFAULT_HOST = "metadata.google.internal";

/** Shows on both sides that it is no mistaken request and no mistaken server. */
const FLAVOR = { name: "metadata-flavor", value: "Google" };

const SERVICE = "The metadata server";

/** @throws ProviderError `NOT_CONFIGURED` */
export function metadataServerOf({ setting }: ProviderContext): URL {
  return metadataUrl(METADATA_HOST, setting(METADATA_HOST) ?? DEFAULT_HOST);
}

/** Sends on, and takes an answer from nobody but a metadata server. */
function onlyFromMetadataServer(http: HttpSender): HttpSender {
  return {
    async send(request: ServiceRequest): Promise<ServiceAnswer> {
      const answer = await http.send(request);
      if (!isSuccess(answer) || answer.headers.get(FLAVOR.name) === FLAVOR.value) return answer;
      throw new ProviderError(
        "BAD_ANSWER",
        `${request.url.host} is not a metadata server of Google Cloud.`,
        `Outside Google Cloud set ${CREDENTIALS}.`,
      );
    },
  };
}

/** @throws ProviderError */
export async function metadataServerToken(http: HttpSender, server: URL): Promise<Secret> {
  const path = ["computeMetadata", "v1", "instance", "service-accounts", "default", "token"];
  const request: ServiceRequest = {
    method: "GET",
    url: urlBelow(server, ...path),
    headers: { [FLAVOR.name]: FLAVOR.value },
  };
  try {
    return await requestToken(
      onlyFromMetadataServer(http),
      SERVICE,
      request,
      "Give this machine a service account.",
    );
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "UNREACHABLE") throw error;
    const hint = `It exists on machines in Google Cloud only. Elsewhere set ${CREDENTIALS}.`;
    throw new ProviderError("UNREACHABLE", error.message, hint);
  }
}
