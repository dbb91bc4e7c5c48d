/** Servers on this machine whose answers a test decides, closed after each test. */
import { afterEach } from "bun:test";

const servers: { stop(force: true): unknown }[] = [];

/** For `afterEach` of a file that must not leave a server to the next one. */
export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await server.stop(true);
}

afterEach(closeServers);

export type Answer = (request: Request) => Response | Promise<Response>;
export type Socket = Bun.Socket<undefined>;

/** Closes a server of a test's own making after the test. */
export function closeAfterwards(server: (typeof servers)[number]): void {
  servers.push(server);
}

/** A server of HTTP, or with a certificate of HTTPS. */
export function serve(fetch: Answer, tls?: { readonly cert: string; readonly key: string }): URL {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch, ...(tls !== undefined && { tls }) });
  closeAfterwards(server);
  return new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`);
}

/** A server on a bare socket, for answers that are none. */
export function listen(answer: (socket: Socket) => void): URL {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: answer } });
  closeAfterwards(server);
  return new URL(`http://127.0.0.1:${server.port}`);
}
