/** Answers one request, or leaves it to the next one. */
export type Answerer = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** A service on this machine that stands in for one of a cloud. Its answers can be replaced to make it misbehave. */
export abstract class StandInServer {
  readonly #server;
  /** What was asked, as in `GET /path?query`. */
  readonly asked: string[] = [];
  /** Answers instead of the service, where it does. */
  fault: Answerer = () => undefined;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        this.asked.push(`${request.method} ${pathname}${search}`);
        const response = (await this.fault(request)) ?? (await this.answer(request, new URL(request.url)));
        // A connection for each request: on a kept one the runtime itself asks again, and the count is off.
        response.headers.set("connection", "close");
        return response;
      },
    });
  }

  protected abstract answer(request: Request, url: URL): Response | Promise<Response>;

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }
}
