/** URLs that people write into options and variables. */
import { isIP } from "node:net";
import { type ErrorCode, KmsError } from "../errors.ts";
import { addressKind } from "./plain-http.ts";

/** An option or a variable that names a URL. */
export interface UrlSetting {
  /** As in `Option --external-url` or `TATUM_API_URL (from environment)`. */
  readonly what: string;
  readonly text: string;
  /** The code of the error when the text is no URL. */
  readonly code: ErrorCode;
}

const MAXIMUM_SHOWN = 100;

/** What is about a host, and so no secret that stands where it does not belong. */
const NAMES_A_HOST = /^[\w.[\]:/@?#%-]*(?:[.:]|localhost)[\w.[\]:/@?#%-]*$/i;

/**
 * `is` and the text, without what may be secret in it: user and password, query and fragment, and all of it when it is
 * about no host.
 */
function shown(text: string): string | undefined {
  const open = text.replace(/^([^/]*:\/\/)?.*@/s, "$1...@").replace(/[?#].*$/s, (rest) => `${rest[0]}...`);
  if (!NAMES_A_HOST.test(open)) return undefined;
  return JSON.stringify(open.length > MAXIMUM_SHOWN ? `${open.slice(0, MAXIMUM_SHOWN)}...` : open);
}

function isHttp(url: URL): boolean {
  return (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "";
}

/** The URL that somebody most likely meant who left the scheme out, or misspelled it. */
function meant(text: string): string | undefined {
  if (!NAMES_A_HOST.test(text.trim())) return undefined;
  const rest = text.trim().replace(/^[a-z]*:?\/\//i, "");
  if (!/^[\w.[\]:-]+(?:\/[^?#@]*)?$/.test(rest) || !URL.canParse(`https://${rest}`)) return undefined;
  const { hostname } = new URL(`https://${rest}`);
  const address = hostname.replace(/^\[|\]$/g, "");
  const isNear = hostname === "localhost" || (isIP(address) !== 0 && addressKind(address) !== "public");
  return `${isNear ? "http" : "https"}://${rest}`;
}

/**
 * The URL of a setting.
 * @throws KmsError with the setting's code, naming setting and text, when it is no http or https URL
 */
export function readHttpUrl({ what, text, code }: UrlSetting): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isHttp(url)) return url;
  const likely = meant(text);
  const found = shown(text);
  throw new KmsError(
    code,
    `${what} is ${found === undefined ? "" : `${found}, which is `}not an http or https URL.`,
    likely === undefined ? {} : { hint: `Did you mean ${likely}?` },
  );
}

/**
 * The URL of a setting that paths are put behind.
 * @throws KmsError as {@link readHttpUrl}, also when the URL has a query or a fragment
 */
export function readBaseUrl(setting: UrlSetting): URL {
  const url = readHttpUrl(setting);
  if (url.search === "" && url.hash === "") return url;
  throw new KmsError(
    setting.code,
    `${setting.what} has a query or a fragment; it has to end with the path, as in ${url.origin}${url.pathname}.`,
  );
}
