/** Hosts that are asked over plain http: refused or warned about before anybody is asked for a secret. */
import type { Network } from "../../chains/chain.ts";
import { type ErrorCode, KmsError } from "../errors.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import {
  addressesOf,
  addressKind,
  beyondReach,
  type PlainHttpReach,
  type Resolver,
  systemResolver,
} from "./plain-http.ts";

/** A host that an option or a variable names. */
export interface Endpoint {
  /** As in `--external-url` or `TATUM_API_URL (from environment)`. */
  readonly setting: string;
  readonly url: URL;
  /** What somebody on the way can do, as in "can approve transactions". */
  readonly danger: string;
  readonly code: ErrorCode;
}

/** Milliseconds for a look-up at the start; a name that takes longer is judged when it is connected. */
const LOOK_UP_TIME = 3_000;

/**
 * How far plain http may go on a network. On test networks nothing is at stake but test coins.
 *
 * @param option what `--allow-plain-http` says
 * @throws KmsError `CONFIGURATION` when the variable is neither true nor false
 */
export function plainHttpReach(
  network: Network,
  option: boolean | undefined,
  config: Pick<Config, "value">,
): PlainHttpReach {
  const allowed = option ?? config.value(settings.allowPlainHttp);
  return allowed || network === "testnet" ? "any" : "private";
}

/** The addresses; none when they cannot be found now. */
async function lookUp({ url }: Endpoint, resolve: Resolver): Promise<readonly string[]> {
  const patience = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(() => patience.resolve([]), LOOK_UP_TIME);
  try {
    return await Promise.race([addressesOf(url, resolve), patience.promise]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

function refusal({ setting, url, danger, code }: Endpoint, address: string): KmsError {
  return new KmsError(
    code,
    `${setting} is ${url.origin}, plain http to the ${addressKind(address)} address ${address}: whoever is on the way can ${danger}.`,
    {
      hint:
        "Use https. Only if the way is protected otherwise, as by a VPN, give --allow-plain-http or set " +
        `${settings.allowPlainHttp.name}=true.`,
    },
  );
}

function placeOf(addresses: readonly string[]): string {
  const far = beyondReach(addresses, "private") ?? beyondReach(addresses, "own") ?? addresses[0];
  if (far === undefined) return "an address that is not known yet";
  const kind = addressKind(far);
  return kind === "this machine" ? kind : `the ${kind} address ${far}`;
}

/**
 * Judges the hosts that are asked over plain http by their addresses.
 *
 * @returns one warning about all of them, if there are any
 * @throws KmsError with the endpoint's code when one is beyond the reach
 */
export async function judgePlainHttp(
  endpoints: readonly Endpoint[],
  reach: PlainHttpReach,
  resolve: Resolver = systemResolver,
): Promise<string | undefined> {
  const plain = endpoints.filter(({ url }) => url.protocol === "http:");
  const judged = await Promise.all(
    plain.map(async (endpoint) => ({ endpoint, addresses: await lookUp(endpoint, resolve) })),
  );
  for (const { endpoint, addresses } of judged) {
    const far = beyondReach(addresses, reach);
    if (far !== undefined) throw refusal(endpoint, far);
  }
  if (judged.length === 0) return undefined;
  const dangers = judged.map(
    ({ endpoint: { setting, url, danger }, addresses }) =>
      `${url.origin} (${setting}, ${placeOf(addresses)}) can ${danger}`,
  );
  const passwords = plain
    .filter(({ url }) => url.username !== "" || url.password !== "")
    .map(({ setting }) => ` The password in ${setting} travels in clear.`);
  return `Plain http is not encrypted: whoever is on the way to ${dangers.join("; to ")}.${passwords.join("")} Use https.`;
}
