/** Addresses that this program listens at, and which names of hosts are surely its own there. */
import { isIP } from "node:net";
import { readPath } from "../settings/home.ts";
import { addressKind } from "./plain-http.ts";

/** Where to listen: a host and port, or the path of a Unix socket. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** As the option and its variable want it. */
export const wantedListenAddress = "a host and port, such as 127.0.0.1:9464 or [::1]:9464, or unix:<path>";

/** `undefined` for what is not {@link wantedListenAddress}; port 0 lets the system choose one. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    return path === "" || path.includes("\0")
      ? undefined
      : { kind: "unix", path: readPath(path, "--listen") };
  }
  const [, bracketed, name, digits = ""] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    return undefined;
  return { kind: "tcp", host, port };
}

/** What the host of a request may be: an address, which no name service points elsewhere, or a name that is surely ours. */
export function isOwnHost(host: string, address: ListenAddress): boolean {
  if (address.kind === "unix") return true;
  const name = host
    .replace(/:\d{1,5}$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
  if (isIP(name) !== 0 || name === "localhost" || name === address.host.toLowerCase()) return true;
  // Names of one word are those of a local network, as containers give them to each other.
  return !isLoopback(address) && /^[a-z\d-]+$/.test(name);
}

/** Whether only this machine reaches the address. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === "unix") return true;
  const { host } = address;
  return host === "localhost" || (addressKind(host) === "this machine" && !/^(0\.0\.0\.0|::)$/.test(host));
}
