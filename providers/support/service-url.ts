/**
 * URLs of services that hand out secrets: https, or plain http to this machine only, or to the metadata services of clouds at
 * link-local addresses (https://www.rfc-editor.org/rfc/rfc3927); and URLs below them (https://www.rfc-editor.org/rfc/rfc3986).
 */
import { ProviderError } from "../error.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host is this machine itself, so that nobody is on the way. */
export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}

/**
 * The URL of a service that hands out secrets: https, or plain http to this machine only.
 *
 * @param variable where it was set, for the error
 * @param text with or without a scheme; `https://` is added where there is none
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function serviceUrl(variable: string, text: string): URL {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || url.hostname === "" || url.username !== "" || url.password !== "") {
    throw new ProviderError("NOT_CONFIGURED", `${variable} is not the URL of a host.`);
  }
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
  if (isSafe && url.search === "" && url.hash === "") return url;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `${variable} has to be an https URL without a query; plain http is for this machine itself only.`,
  );
}

/** Parts that no encoding keeps from meaning another place: nothing, "here" and "one up" (RFC 3986, 5.2.4). */
const NO_STEP = ["", ".", ".."];

/**
 * A URL below another one; each part is encoded, so that it can name nothing else than one step of the path.
 * @throws ProviderError `NOT_CONFIGURED` when a part is empty, `.` or `..`
 */
export function urlBelow(base: URL, ...parts: readonly string[]): URL {
  if (parts.some((part) => NO_STEP.includes(part))) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `A name or path that is set has a step that is empty, "." or "..".`,
    );
  }
  const url = new URL(base);
  url.pathname = [url.pathname.replace(/\/+$/, ""), ...parts.map(encodeURIComponent)].join("/");
  return url;
}

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
