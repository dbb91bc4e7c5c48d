/** The stand-in of the Tatum API, of the nodes behind it and of the four-eye server, over HTTP on this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerTo, readCall } from "./answers.ts";
import type { Answer, Call, Request } from "./fault.ts";
import type { World } from "./world.ts";

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function write(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

/** Of the wallets that belong to no other one. */
export const usualApiKey = "test-api-key";

export class ApiServer {
  readonly #world: World;
  /** Real seconds that the program waits for an answer. */
  patience = 1;
  readonly #server = createServer((incoming, response) => void this.#handle(incoming, response));

  constructor(world: World) {
    this.#world = world;
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The environment that leads the program here. The seconds of a call and of the lease are real ones. */
  get environment(): Record<string, string> {
    return {
      TATUM_API_URL: this.url,
      TATUM_API_KEY: usualApiKey,
      TATUM_KMS_VET_URL: this.url,
      TATUM_KMS_HTTP_TIMEOUT: String(this.patience),
      TATUM_KMS_LEASE: "2",
      TATUM_RETRIES: "2",
    };
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = await bodyOf(incoming);
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      const request: Request = { method: incoming.method ?? "GET", path: incoming.url ?? "/", body };
      this.#world.keys?.judge(String(incoming.headers["x-api-key"]), request);
      const given = await this.#answerTo(request);
      // Destroying the response would have Bun answer 200 without a body, which is an approval.
      if (given === "cut") incoming.socket.destroy();
      else write(response, given);
    } catch (failure) {
      if (!response.headersSent) write(response, { status: 500, body: String(failure) });
    }
  }

  async #answerTo(request: Request): Promise<Answer | "cut"> {
    const world = this.#world;
    const call: Call = readCall(request);
    world.onCall(call);
    if (call.kind === "broadcast") world.platform.get(call.id ?? "")?.noteSigned(world.clock.now());
    const fault = world.fault(call);
    if (fault !== undefined && call.id !== undefined)
      world.history.note(call.id, `${call.kind} ${call.what}: ${JSON.stringify(fault).slice(0, 150)}`);
    let answer =
      fault?.act === "now" || fault === undefined ? await answerTo(request, call, world) : undefined;
    if (fault?.delay !== undefined) await Bun.sleep(fault.delay);
    if (fault?.act === "late") answer = await answerTo(request, call, world);
    return fault?.answer ?? answer ?? { status: 503 };
  }
}
