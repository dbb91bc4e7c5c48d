/**
 * An HTTP/1.1 server that whoever reaches it can neither fill nor hold up: its connections are bounded in number, their heads in size
 * and time (https://www.rfc-editor.org/rfc/rfc9112#section-9.5), the requests that wait for an answer too, and they bring no body.
 */
import { once } from "node:events";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** How much of what is let be; times are milliseconds. */
export interface Bounds {
  /** Connections that stay open at the same time: of more the oldest are closed that wait for nothing. */
  readonly connections: number;
  /** Connections that are open for the moment that each has to say what it wants. */
  readonly crowd: number;
  /** Bytes of a request's line and headers. */
  readonly head: number;
  /** Until a head has to be there whole, from the beginning of its connection on. */
  readonly headTime: number;
  /** The same for the next request of a connection, from the end of the answer before on. */
  readonly nextHeadTime: number;
  /** For which nobody reads an answer. */
  readonly unread: number;
  /** Requests of one connection whose answers are not sent yet. */
  readonly ahead: number;
}

const usual: Bounds = {
  connections: 64,
  crowd: 1024,
  head: 8 * 1024,
  headTime: 5_000,
  nextHeadTime: 10_000,
  unread: 30_000,
  ahead: 8,
};

/** Milliseconds in which what was sent with a connection is read. */
const MOMENT = 50;

/** What is open between a client and this server. */
interface Connection {
  /** How many answers are on their way. */
  awaited: number;
  /** Closes it when no request comes. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** What is asked; a body is never read. */
export interface Asked {
  readonly method: string;
  /** Path and query; its host is of no meaning. */
  readonly url: URL;
  readonly headers: Headers;
}

export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

function headersOf({ headers }: IncomingMessage): Headers {
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return new Headers(pairs);
}

/** `undefined` for a target that is no path. */
function urlOf({ url = "" }: IncomingMessage): URL | undefined {
  return url.startsWith("/") ? (URL.parse(`http://localhost${url}`) ?? undefined) : undefined;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}

/** Writes parts as they come, none before the one before it is on its way. @param unread milliseconds that this may take */
async function pass(body: ReadableStream<Uint8Array>, to: ServerResponse, unread: number): Promise<void> {
  const reader = body.getReader();
  to.once("close", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || to.destroyed) break;
    if (!to.write(value)) await drained(to, unread);
  }
  to.end();
}

/** @throws Error when nobody reads */
async function drained(to: ServerResponse, unread: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("Nobody reads the answer.")), unread);
  to.once("drain", resolve).once("close", resolve);
  await promise.finally(() => {
    clearTimeout(timer);
    to.off("drain", resolve).off("close", resolve);
  });
}

export class BoundedServer {
  /** Accepts connections, also those over which nothing comes; the server of HTTP alone would see them only later. */
  readonly #door: Server;
  readonly #http: HttpServer;
  readonly #answer: (asked: Asked) => Promise<Response>;
  readonly #bounds: Bounds;
  /** The oldest first. */
  readonly #connections = new Map<Socket, Connection>();
  #thinning: ReturnType<typeof setTimeout> | undefined;

  private constructor(answer: (asked: Asked) => Promise<Response>, bounds: Bounds) {
    this.#answer = answer;
    this.#bounds = bounds;
    this.#http = createHttpServer({
      maxHeaderSize: bounds.head,
      keepAliveTimeout: bounds.nextHeadTime,
    });
    this.#http.on("request", (request, response) => void this.#handle(request, response));
    this.#http.on("clientError", (_, socket) => void socket.destroy());
    this.#door = createServer((socket) => this.#let(socket));
  }

  /**
   * Begins to listen.
   * @param answer does not fail
   * @throws the system's error, such as `EADDRINUSE`
   */
  static async listen(
    place: Place,
    answer: (asked: Asked) => Promise<Response>,
    bounds: Partial<Bounds> = {},
  ): Promise<BoundedServer> {
    const made = new BoundedServer(answer, { ...usual, ...bounds });
    const listening = once(made.#door, "listening");
    made.#door.listen(place);
    await listening;
    return made;
  }

  /** The port; 0 for a Unix socket. */
  get port(): number {
    return (this.#door.address() as AddressInfo | null)?.port ?? 0;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Listens no more, and closes what is open. */
  close(): Promise<void> {
    clearTimeout(this.#thinning);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#door.close(() => resolve());
    for (const socket of this.#connections.keys()) socket.destroy();
    return promise;
  }

  #let(socket: Socket): void {
    const connection: Connection = { awaited: 0, timer: undefined };
    this.#connections.set(socket, connection);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#forget(socket));
    this.#awaitHead(socket, this.#bounds.headTime);
    if (this.#connections.size > this.#bounds.crowd) this.#closeOldest();
    if (this.#connections.size > this.#bounds.connections) this.#thinOut();
    this.#http.emit("connection", socket);
  }

  /** Soon, and not at once: who came in a crowd and asked for something is answered. */
  #thinOut(): void {
    this.#thinning ??= setTimeout(() => {
      this.#thinning = undefined;
      while (this.#connections.size > this.#bounds.connections) this.#closeOldest();
    }, MOMENT);
  }

  #closeOldest(): void {
    const open = [...this.#connections];
    const [oldest] = open.find(([, { awaited }]) => awaited === 0) ?? open[0] ?? [];
    if (oldest === undefined) return;
    // Its end is told only later, and meanwhile it would be the oldest again.
    this.#forget(oldest);
    oldest.destroy();
  }

  #forget(socket: Socket): void {
    clearTimeout(this.#connections.get(socket)?.timer);
    this.#connections.delete(socket);
  }

  #awaitHead(socket: Socket, time: number): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.timer = setTimeout(() => socket.destroy(), time);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    // It was closed, and what came over it before that is of no meaning.
    if (connection === undefined || socket.destroyed) return;
    clearTimeout(connection.timer);
    connection.awaited += 1;
    if (connection.awaited > this.#bounds.ahead) return void socket.destroy();
    response.once("close", () => {
      connection.awaited -= 1;
      if (connection.awaited === 0) this.#awaitHead(socket, this.#bounds.nextHeadTime);
    });
    try {
      await this.#respond(request, response);
    } catch {
      socket.destroy();
    }
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "" } = request;
    const url = urlOf(request);
    if (hasBody(request)) return refuse(response, 413);
    if (url === undefined) return refuse(response, 400);
    const { status, headers, body } = await this.#answer({ method, url, headers: headersOf(request) });
    response.writeHead(status, Object.fromEntries(headers));
    if (method !== "HEAD" && body !== null) return pass(body, response, this.#bounds.unread);
    await body?.cancel();
    response.end();
  }
}

/** What comes behind such a request is not read. */
function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close" });
  response.end(() => response.socket?.destroy());
}
