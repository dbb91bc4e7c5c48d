import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Cell } from "./cell.ts";
import { faults } from "./faults.ts";
import { KNOWN_PAYMENTS, type PaymentsApi } from "./payments-api.ts";
import { type Recognised, recognise } from "./recognise.ts";
import { readRequest, type WireRequest, writeAnswer } from "./wire-format.ts";

/** So long nobody listens when a connection is to be refused, in milliseconds: several rounds of the daemon. */
const CLOSED = 250;

/** Stands between the daemon and the API on bare sockets: each request has a connection of its own. */
export class FaultyWire {
  /** Those whose payment is listed. */
  readonly cells: Cell[] = [];
  /** Set to have the faults pass that did not happen as often as they could. */
  isSound = false;
  readonly #api: PaymentsApi;
  readonly #server = createServer((socket) => this.#receive(socket));
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Ends the time in which nobody listens. */
  #opening: NodeJS.Timeout | undefined;

  constructor(api: PaymentsApi) {
    this.#api = api;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, again at the same port. */
  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(this.#port, "127.0.0.1", done));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lists a cell's payment from now on. */
  add(cell: Cell): void {
    this.cells.push(cell);
    this.#api.payments.push(cell.payment);
    if (cell.fault === "connection refused" && cell.call.after === undefined) this.#refuse(cell);
  }

  #refuse(cell: Cell): void {
    cell.happened += 1;
    if (this.#server.listening) this.#server.close();
    clearTimeout(this.#opening);
    this.#opening = setTimeout(() => void this.open(), CLOSED);
  }

  #receive(socket: Socket): void {
    this.#sockets.add(socket);
    const received: Buffer[] = [];
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      received.push(bytes);
      const request = readRequest(Buffer.concat(received));
      if (request === undefined) return;
      received.length = 0;
      this.#handle(socket, request).catch((failure) => socket.destroy(failure as Error));
    });
  }

  async #handle(socket: Socket, request: WireRequest): Promise<void> {
    const { method, path, body } = request;
    const call = recognise(method, path, body === "" ? undefined : JSON.parse(body));
    this.#noteContent(call);
    // The newest: a request that does not tell its payment is made for that one.
    const cell = this.cells.findLast((candidate) => candidate.isMetBy(call));
    cell?.calledAt.push(performance.now());
    const fault = cell?.isStillToHappen === true && !this.isSound ? faults[cell.fault] : undefined;
    // A list that was asked for before a payment was added does not have it: its cell did not see the request.
    const known = this.#api.payments.length;
    const apply = (): Promise<Response> => this.#forward(request, known);
    if (cell !== undefined && fault?.act !== undefined) {
      cell.happened += 1;
      if (fault.isSuccess) this.#noteAnswered(call);
      return fault.act({ socket, apply });
    }
    const answer = await apply();
    const next = this.cells.find(
      (candidate) =>
        candidate.fault === "connection refused" && candidate.isStillToHappen && candidate.comesAfter(call),
    );
    if (next !== undefined) this.#refuse(next);
    if (answer.ok) this.#noteAnswered(call);
    socket.end(await writeAnswer(answer));
  }

  #noteContent({ content, isAbout }: Recognised): void {
    if (content === undefined) return;
    for (const { payment } of this.cells) if (isAbout(payment)) payment.noteSent(content);
  }

  /** What follows from a success that the daemon hears of. */
  #noteAnswered({ name, isAbout }: Recognised): void {
    for (const { payment } of this.cells) {
      if (name.startsWith("four-eye") && isAbout(payment)) payment.isApproved = true;
      if (name === "report" && isAbout(payment)) payment.acknowledgedReports += 1;
    }
  }

  async #forward({ method, path, headers, body }: WireRequest, known: number): Promise<Response> {
    const type = headers["content-type"];
    return fetch(this.#api.server.url + path, {
      method,
      headers: { [KNOWN_PAYMENTS]: String(known), ...(type !== undefined && { "content-type": type }) },
      ...(body !== "" && { body }),
    });
  }
}
