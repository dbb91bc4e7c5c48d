/**
 * The address that `--listen` opens for probes, Prometheus and people: `/livez`, `/readyz`, `/metrics` and the status page.
 * Read only, GET and HEAD alone, answers without secrets; requests whose Host is a name that others may have pointed here are refused
 * (DNS rebinding, https://owasp.org/www-community/attacks/DNS_Rebinding).
 */
import { chmodSync } from "node:fs";
import { KmsError, systemErrorCode } from "../errors.ts";
import { type Asked, BoundedServer } from "../http/bounded-server.ts";
import { isLoopback, isOwnHost, type ListenAddress } from "../http/listen-address.ts";
import { collectMetrics, type MetricsSource } from "./collect-metrics.ts";
import type { Log } from "./log.ts";
import { renderMetrics } from "./metrics-file.ts";
import type { DaemonStatus, StatusCollector } from "./status.ts";
import { StatusEvents, statusPage } from "./status-page.ts";
import { freePlace } from "./status-socket.ts";

const textHeaders = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, { status, headers: { ...textHeaders, ...headers } });
}

/** Another site's script: it could read nothing, but keep connections open. Opening the page from a link is fine. */
function isOfOtherSite({ headers }: Asked): boolean {
  const site = headers.get("sec-fetch-site");
  return (site === "cross-site" || site === "same-site") && headers.get("sec-fetch-mode") !== "navigate";
}

/** What answers need. Absent until the vault is unlocked. */
export interface Unlocked {
  readonly collector: Pick<StatusCollector, "status">;
  readonly metrics: MetricsSource;
}

/** @param wanted the text of `wallets` in the query */
function walletProblem(wanted: string | null, { wallets }: DaemonStatus): string | undefined {
  if (wanted === null || (/^\d{1,9}$/.test(wanted) && Number(wanted) === wallets)) return undefined;
  return `it works for ${wallets} wallets, not ${/^\d{1,9}$/.test(wanted) ? wanted : "the number in the query"}`;
}

async function readiness(query: URLSearchParams, unlocked: Unlocked | undefined): Promise<Response> {
  if (unlocked === undefined) return plain(503, "not ready: the vault is not unlocked yet");
  const status = await unlocked.collector.status();
  const problem = walletProblem(query.get("wallets"), status);
  const reasons = [...status.reasons, ...(problem === undefined ? [] : [problem])];
  if (reasons.length > 0) return plain(503, `not ready: ${reasons.join("; ")}`);
  return plain(
    200,
    `ready: ${status.wallets} wallets on ${new Set(status.chains.map(({ chain }) => chain)).size} chains`,
  );
}

const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

/** Listens from before the vault is unlocked until the daemon ends. */
export class Listener {
  readonly #address: ListenAddress;
  readonly #events = new StatusEvents(() => this.#unlocked?.collector.status());
  #unlocked: Unlocked | undefined;
  #server: BoundedServer | undefined;

  private constructor(address: ListenAddress) {
    this.#address = address;
  }

  /**
   * Begins to listen; where others can reach the address, that is logged.
   * @throws KmsError `CONFIGURATION` when it cannot be listened at
   */
  static async open(address: ListenAddress, log: Log): Promise<Listener> {
    const listener = new Listener(address);
    const place = await listener.#listen();
    const event = { action: "listener-started", labels: { address: place } } as const;
    const what = `${place} answers with /livez, /readyz, /metrics and the status page`;
    if (isLoopback(address)) log.info(`${what}.`, event);
    else log.warn(`${what}, also to other machines, and asks nobody for a password.`, event);
    return listener;
  }

  /** From now on there is something to tell. */
  unlocked(unlocked: Unlocked): void {
    this.#unlocked = unlocked;
  }

  async close(): Promise<void> {
    this.#events.close();
    await this.#server?.close();
  }

  async #listen(): Promise<string> {
    const address = this.#address;
    const answer = (asked: Asked): Promise<Response> =>
      this.#answer(asked).catch(() => plain(500, "the answer could not be made"));
    try {
      if (address.kind === "tcp") {
        const { host, port } = address;
        this.#server = await BoundedServer.listen({ host, port }, answer);
        return `http://${host.includes(":") ? `[${host}]` : host}:${this.#server.port}`;
      }
      const { path } = address;
      if (!(await freePlace(path))) throw new Error("a file, or the socket of a running program, is there");
      this.#server = await BoundedServer.listen({ path }, answer);
      chmodSync(path, 0o600);
      return `unix:${path}`;
    } catch (failure) {
      throw cannotListen(address, failure);
    }
  }

  async #answer(asked: Asked): Promise<Response> {
    const { method, headers, url } = asked;
    if (!isOwnHost(headers.get("host") ?? "", this.#address))
      return plain(421, "this host name is not one of this program; ask by address");
    if (isOfOtherSite(asked)) return plain(403, "another site may not ask");
    if (method !== "GET" && method !== "HEAD")
      return plain(405, "GET and HEAD alone", { allow: "GET, HEAD" });
    return this.#route(url);
  }

  async #route({ pathname, searchParams }: URL): Promise<Response> {
    switch (pathname) {
      case "/livez":
        return plain(200, "alive");
      case "/readyz":
        return readiness(searchParams, this.#unlocked);
      case "/metrics":
        return this.#metrics();
      case "/":
        return statusPage();
      case "/events":
        return this.#events.watch() ?? plain(503, "too many pages are open");
      default:
        return plain(404, "there are /livez, /readyz, /metrics and the status page at /");
    }
  }

  async #metrics(): Promise<Response> {
    if (this.#unlocked === undefined) return plain(503, "the vault is not unlocked yet");
    const text = renderMetrics(await collectMetrics(this.#unlocked.metrics));
    return new Response(text, { headers: { ...textHeaders, "content-type": EXPOSITION } });
  }
}

function cannotListen(address: ListenAddress, failure: unknown): KmsError {
  const place = address.kind === "unix" ? `unix:${address.path}` : `${address.host}:${address.port}`;
  const code = systemErrorCode(failure) ?? (failure as { code?: unknown }).code;
  const why = typeof code === "string" ? code : failure instanceof Error ? failure.message : "unknown";
  return new KmsError("CONFIGURATION", `It cannot be listened at ${place}: ${why}.`, {
    hint: "Give --listen an address of this machine that no other program uses.",
  });
}
