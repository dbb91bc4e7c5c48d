/** Local servers for tests of providers, closed after each test. */
import { afterEach } from "bun:test";

const servers: { stop(force: true): unknown }[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

export type Answer = (request: Request) => Response | Promise<Response>;
type Socket = Bun.Socket<undefined>;

/** A server on this machine. */
export function serve(fetch: Answer, tls?: { readonly cert: string; readonly key: string }): URL {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch, ...(tls !== undefined && { tls }) });
  servers.push(server);
  return new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`);
}

/** A server on a bare socket, for answers that are none. */
export function listen(answer: (socket: Socket) => void): URL {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: answer } });
  servers.push(server);
  return new URL(`http://127.0.0.1:${server.port}`);
}
