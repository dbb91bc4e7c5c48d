/** The name of a daemon among those that work on one vault, on one machine or several. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** What `TATUM_KMS_NODE` may be. */
export const nodeNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const wantedNodeName =
  "a name of up to 63 letters, digits, dots, hyphens and underscores that begins with a letter or digit";

let usualName: string | undefined;

/** The name of a daemon that was given none: that of its host, and six hexadecimal digits that tell it from others there. */
export function usualNodeName(): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, "-")
    .replace(/^[.-]+/, "");
  usualName ??= `${host.slice(0, 56) || "node"}-${randomBytes(3).toString("hex")}`;
  return usualName;
}
