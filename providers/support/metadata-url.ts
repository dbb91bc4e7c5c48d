/**
 * URLs of the metadata services of clouds, plain http at link-local addresses (https://www.rfc-editor.org/rfc/rfc3927)
 * included.
 */
import { isLoopback, serviceUrl } from "./service-url.ts";

/**
 * Where clouds answer questions about the machine that asks, over plain http: link-local addresses, which no router
 * passes on (RFC 3927, 7), and the name under which Google has them.
 */
const METADATA_HOST = /^(?:169\.254(?:\.\d{1,3}){2}|metadata\.google\.internal)$/;

/**
 * The URL of a metadata service: as {@link serviceUrl}, but plain http is also for link-local addresses.
 *
 * @param variable where it was set, for the error
 * @param text with or without a scheme; `http://` is added where there is none
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function metadataUrl(variable: string, text: string): URL {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const isPlain = url?.protocol === "http:" && url.username === "" && url.password === "";
  if (url !== undefined && isPlain && !isLoopback(url) && METADATA_HOST.test(url.hostname)) return url;
  return serviceUrl(variable, written);
}
