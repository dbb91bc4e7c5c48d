/**
 * Requests without encryption, and how far they may go. What counts is the address that is connected: a name can lead
 * anywhere, and elsewhere a moment later.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** How near an address is, judged by the ranges of the registries alone. */
export type AddressKind = "this machine" | "link-local" | "private" | "public";

/**
 * How far plain http may go: to this machine and the metadata services of clouds (`own`), to addresses that the internet
 * does not carry (`private`), or everywhere (`any`).
 */
export type PlainHttpReach = "own" | "private" | "any";

/** All addresses of a name, as text. */
export type Resolver = (name: string) => Promise<readonly string[]>;

const kindsWithin: Readonly<Record<PlainHttpReach, readonly AddressKind[]>> = {
  own: ["this machine", "link-local"],
  private: ["this machine", "link-local", "private"],
  any: ["this machine", "link-local", "private", "public"],
};

function block(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** Beside loopback the unspecified addresses, to which the kernel connects as to this machine (RFC 6890). */
const THIS_MACHINE = block("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128");
/** RFC 3927, RFC 4291; the last one is where AWS has its metadata services over IPv6, which no router passes on either. */
const LINK_LOCAL = block("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32");
/** RFC 1918, RFC 4193, and RFC 6598, from which clusters and overlay networks take addresses. */
const PRIVATE = block("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

/**
 * The kind of an IP address; one of IPv4 may be written within IPv6 (`::ffff:10.0.0.1`). What is no address counts as
 * public.
 */
export function addressKind(address: string): AddressKind {
  const [bare = ""] = address.split("%");
  const version = isIP(bare);
  if (version === 0) return "public";
  const family = version === 4 ? "ipv4" : "ipv6";
  if (THIS_MACHINE.check(bare, family)) return "this machine";
  if (LINK_LOCAL.check(bare, family)) return "link-local";
  return PRIVATE.check(bare, family) ? "private" : "public";
}

/** The addresses of a name as the system finds them; `localhost` is this machine without asking (RFC 6761, 6.3). */
export const systemResolver: Resolver = async (name) => {
  if (/^localhost\.?$/i.test(name)) return ["127.0.0.1", "::1"];
  return (await lookup(name, { all: true })).map(({ address }) => address);
};

/** The address that a URL names itself, if it names no host by name. */
function literalAddress({ hostname }: URL): string | undefined {
  const address = hostname.replace(/^\[|\]$/g, "");
  return isIP(address) === 0 ? undefined : address;
}

/**
 * The addresses of a URL's host.
 * @throws unknown what the resolver throws
 */
export async function addressesOf(url: URL, resolve: Resolver = systemResolver): Promise<readonly string[]> {
  const literal = literalAddress(url);
  return literal === undefined ? resolve(url.hostname) : [literal];
}

/**
 * The first address that lies beyond the reach. A name with a near and a far address counts as far: who answers for it
 * decides which one is used.
 */
export function beyondReach(addresses: readonly string[], reach: PlainHttpReach): string | undefined {
  return addresses.find((address) => !kindsWithin[reach].includes(addressKind(address)));
}

/** The same URL with an address in the place of the name; the name is for the `Host` header then. */
export function atAddress(url: URL, address: string): URL {
  const direct = new URL(url);
  direct.hostname = address.includes(":") ? `[${address}]` : address;
  return direct;
}
