import { FAULT_CANARY } from "./service-faults.ts";

/** A service whose connection breaks in the middle of every answer, or of the ones with a token. */
export class CutOffServer {
  readonly #server;
  /** The first line of each request. */
  readonly asked: string[] = [];

  /** @param challenge the `WWW-Authenticate` header of a whole 401 for requests without a token, where there is one */
  constructor(challenge?: string) {
    this.#server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket, bytes) => {
          const request = bytes.toString();
          this.asked.push(request.split("\r\n", 1).join());
          const isWhole = challenge !== undefined && !/^authorization:/im.test(request);
          socket.end(
            isWhole
              ? `HTTP/1.1 401 Unauthorized\r\nwww-authenticate: ${challenge}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`
              : `HTTP/1.1 200 OK\r\ncontent-length: 999\r\nmetadata-flavor: Google\r\n\r\n{"value":"${FAULT_CANARY}`,
          );
        },
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  stop(): void {
    this.#server.stop(true);
  }
}
