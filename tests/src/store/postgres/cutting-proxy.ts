/**
 * A way to a PostgreSQL server that is cut at a message of the client, before or after the server got it, and that can be led
 * to another server.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { PostgresAccess } from "../../../../src/store/postgres/address.ts";

/** `lost`: the server never got the message. `unanswered`: it got it, and its answer is lost. */
export type Cut = "lost" | "unanswered";

interface Link {
  readonly server: Socket;
  readonly client: Socket;
  isCut: boolean;
}

export class CuttingProxy implements Disposable {
  #target: PostgresAccess;
  readonly #listener = createServer((client) => this.#accept(client));
  readonly #links = new Set<Link>();
  #messages = 0;
  #refuses = false;
  #cut: { readonly at: number; readonly how: Cut } | undefined;

  constructor(target: PostgresAccess) {
    this.#target = target;
    this.#listener.listen(0, "127.0.0.1");
  }

  /** The store, reached through the proxy. */
  get access(): PostgresAccess {
    const { port } = this.#listener.address() as AddressInfo;
    return { ...this.#target, address: { ...this.#target.address, host: "127.0.0.1", port } };
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

  /** Leads to another server from now on, as an address that moves to another machine does; who is connected is thrown out. */
  leadTo(target: PostgresAccess): void {
    this.#target = target;
    for (const link of this.#links) end(link);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const link of this.#links) end(link);
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.destroy();
      return;
    }
    const { host, port } = this.#target.address;
    const link: Link = { client, server: connect(port, host), isCut: false };
    this.#links.add(link);
    client.on("data", (bytes: Buffer) => this.#forward(link, bytes));
    link.server.on("data", (bytes: Buffer) => {
      // The server has done what it was asked for, and its answer is lost.
      if (link.isCut) end(link);
      else client.write(bytes);
    });
    for (const socket of [client, link.server]) {
      socket.setNoDelay(true);
      socket.on("error", () => end(link));
      socket.on("close", () => {
        end(link);
        this.#links.delete(link);
      });
    }
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
    link.server.write(bytes);
  }
}

function end({ client, server }: Link): void {
  client.destroy();
  server.destroy();
}
