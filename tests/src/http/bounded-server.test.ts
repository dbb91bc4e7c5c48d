/** A server that is used as badly as whoever reaches it can: it answers others all the same, and keeps nothing for them. */
import { afterEach, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type Asked, BoundedServer, type Bounds } from "../../../src/http/bounded-server.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const alive = async (): Promise<Response> => new Response("here");

async function serving(bounds: Partial<Bounds> = {}, answer: (asked: Asked) => Promise<Response> = alive) {
  const server = await BoundedServer.listen({ host: "127.0.0.1", port: 0 }, answer, bounds);
  open.push(server);
  return server;
}

interface Client {
  readonly socket: Socket;
  /** What came, once the connection is closed. */
  readonly closed: Promise<string>;
}

/** A connection over which bytes are sent, and what comes back. */
async function client({ port }: BoundedServer, bytes = ""): Promise<Client> {
  const socket = connect(port, "127.0.0.1");
  open.push({ close: () => socket.destroy() });
  const { promise: connected, resolve: isConnected } = Promise.withResolvers<void>();
  const { promise: closed, resolve: isClosed } = Promise.withResolvers<string>();
  let text = "";
  socket.on("data", (part) => {
    text += part.toString();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => isClosed(text));
  socket.on("connect", () => {
    if (bytes !== "") socket.write(bytes);
    isConnected();
  });
  await connected;
  return { socket, closed };
}

async function get({ port }: BoundedServer): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/livez`, { headers: { connection: "close" } });
  return answer.text();
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await Bun.sleep(5);
}

const BEGUN = "GET /livez HTTP/1.1\r\nHost: localhost\r\n";

test("a thousand connections that say nothing, or half of something, stop nobody and do not stay", async () => {
  const server = await serving();
  const words = ["", BEGUN, `${BEGUN}X: ${"a".repeat(6000)}`];
  const clients = await Promise.all(
    Array.from({ length: 1000 }, (_, at) => client(server, words[at % words.length])),
  );
  expect(await get(server)).toBe("here");
  let closed = 0;
  for (const one of clients) void one.closed.then(() => closed++);
  await until(() => closed >= 1000 - 64);
  expect(await get(server)).toBe("here");
  expect(server.connections).toBeLessThanOrEqual(65);
});

test("whoever came in the crowd and asked for something is answered", async () => {
  const server = await serving({ connections: 3 });
  const clients = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      client(server, at === 0 ? `${BEGUN}Connection: close\r\n\r\n` : ""),
    ),
  );
  expect(await clients[0]?.closed).toContain("here");
});

test("an answer that is awaited is not given up for connections that wait for nothing", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = await serving({ connections: 3 }, async () => {
    await promise;
    return new Response("late");
  });
  const waiting = await client(server, `${BEGUN}Connection: close\r\n\r\n`);
  const idle = await Promise.all(Array.from({ length: 20 }, () => client(server)));
  await Promise.race(idle.map(({ closed }) => closed));
  resolve();
  expect(await waiting.closed).toContain("late");
});

describe("a connection is closed", () => {
  test("whose head comes line by line without an end", async () => {
    const server = await serving({ headTime: 200 });
    const { socket, closed } = await client(server, BEGUN);
    const timer = setInterval(() => socket.write("X: y\r\n"), 20);
    expect(await closed).toBe("");
    clearInterval(timer);
  });

  test("over which nothing comes, at its beginning and after an answer", async () => {
    const server = await serving({ headTime: 1000, nextHeadTime: 100 });
    const never = await client(server);
    const once = await client(server, `${BEGUN}\r\n`);
    expect(await never.closed).toBe("");
    expect(await once.closed).toContain("here");
  });

  test.each([
    ["head is too large", `${BEGUN}X: ${"a".repeat(100_000)}\r\n\r\n`],
    ["head is nonsense", "\0\0\0 nonsense\r\n\r\n"],
    ["length is said twice", `${BEGUN}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["request has a body", `${BEGUN}Content-Length: 5\r\n\r\nhello`],
    ["target is no path", "GET http://elsewhere/ HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ])("whose %s, and nothing is answered as if it were right", async (_, bytes) => {
    const { closed } = await client(await serving(), bytes);
    expect(await closed).not.toContain(" 200 ");
  });

  test("whose answer nobody reads", async () => {
    const endless = async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }));
    const server = await serving({ unread: 100 }, endless);
    const { socket } = await client(server);
    socket.pause();
    socket.write(`${BEGUN}\r\n`);
    await until(() => server.connections === 1);
    await until(() => server.connections === 0);
  });
});

test("a connection over which is asked on and on, without waiting for answers, is closed, and few are made for it", async () => {
  const { promise: never, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  const server = await serving({}, async () => {
    asked += 1;
    await never;
    return new Response("here");
  });
  const { closed } = await client(server, `${BEGUN}\r\n`.repeat(1000));
  await closed;
  expect(asked).toBe(8);
  resolve();
});

test("several that are asked for at once are answered in turn, and the connection stays for the next one", async () => {
  let asked = 0;
  const server = await serving({}, async () => new Response(`answer ${++asked};`));
  const { socket, closed } = await client(server, `${BEGUN}\r\n`.repeat(5));
  socket.on("data", (part) => {
    if (part.toString().includes("answer 5;")) socket.write(`${BEGUN}Connection: close\r\n\r\n`);
  });
  const numbers = (await closed).match(/(?<=answer )\d+(?=;)/g);
  expect(numbers).toEqual(["1", "2", "3", "4", "5", "6"]);
});

test("HEAD is answered without what GET has, and what follows over the connection is answered too", async () => {
  const head = `${BEGUN.replace("GET", "HEAD")}\r\n`;
  const { closed } = await client(await serving(), `${head}${BEGUN}Connection: close\r\n\r\n`);
  const text = await closed;
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
  expect(text.match(/here/g)).toHaveLength(1);
});
