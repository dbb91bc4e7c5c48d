/** A way to a PostgreSQL server that is cut at a message of the client, before or after the server got it. */
import type { Socket } from "bun";
import type { PostgresAccess } from "../../../../src/store/postgres/address.ts";

/** `lost`: the server never got the message. `unanswered`: it got it, and its answer is lost. */
export type Cut = "lost" | "unanswered";

interface Link {
  server: Socket<Link> | undefined;
  client: Socket<Link>;
  /** Bytes that came before the way to the server stood. */
  early: Buffer[];
  isCut: boolean;
}

export class CuttingProxy implements Disposable {
  readonly #target: PostgresAccess;
  readonly #listener: Bun.TCPSocketListener<Link>;
  #messages = 0;
  #refuses = false;
  #cut: { readonly at: number; readonly how: Cut } | undefined;

  constructor(target: PostgresAccess) {
    this.#target = target;
    const { address } = target;
    this.#listener = Bun.listen<Link>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (client): void => {
          const link: Link = { server: undefined, client, early: [], isCut: false };
          client.data = link;
          if (this.#refuses) {
            end(link);
            return;
          }
          void Bun.connect<Link>({
            hostname: address.host,
            port: address.port,
            data: link,
            socket: {
              open(server) {
                link.server = server;
                for (const bytes of link.early) server.write(bytes);
              },
              data(_, bytes) {
                // The server has done what it was asked for, and its answer is lost.
                if (link.isCut) end(link);
                else link.client.write(bytes);
              },
              close: () => end(link),
            },
          }).catch(() => end(link));
        },
        data: (client, bytes) => this.#forward(client.data, Buffer.from(bytes)),
        close: (client) => end(client.data),
      },
    });
  }

  /** The store, reached through the proxy. */
  get access(): PostgresAccess {
    const { address } = this.#target;
    return { ...this.#target, address: { ...address, host: "127.0.0.1", port: this.#listener.port } };
  }

  /** Messages of clients that were seen. */
  get messages(): number {
    return this.#messages;
  }

  /** Cuts the connection that sends the message of this number, counted from now, from 0. */
  cutAt(number: number, how: Cut): void {
    this.#cut = { at: this.#messages + number, how };
  }

  /** Whether the cut is still to come. */
  get isWaiting(): boolean {
    return this.#cut !== undefined;
  }

  /** Lets nobody through any more but those who are connected. */
  refuseNew(): void {
    this.#refuses = true;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }

  #forward(link: Link, bytes: Buffer): void {
    const number = this.#messages++;
    if (number === this.#cut?.at) {
      const { how } = this.#cut;
      this.#cut = undefined;
      link.isCut = true;
      if (how === "lost") {
        end(link);
        return;
      }
    }
    if (link.server === undefined) link.early.push(bytes);
    else link.server.write(bytes);
  }
}

function end(link: Link): void {
  link.client.end();
  link.server?.end();
}
