import { afterEach, describe, expect, test } from "bun:test";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { HttpClient, MAXIMUM_ANSWER_BYTES } from "../../../src/http/client.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../../src/http/message.ts";
import { closeAfterwards, closeServers, listen, type Socket, serve } from "../../local-servers.ts";
import { selfMadeCertificates } from "../../self-made-certificates.ts";

afterEach(closeServers);

function send(url: URL, request: Partial<HttpRequest> = {}): Promise<HttpAnswer> {
  return new HttpClient([url]).send({ method: "GET", timeout: 5000, url, ...request });
}

async function failureOf(attempt: Promise<unknown>): Promise<HttpFailure> {
  try {
    await attempt;
  } catch (failure) {
    if (failure instanceof HttpFailure) return failure;
    throw failure;
  }
  throw new Error("There was an answer.");
}

describe("an HTTP answer", () => {
  test("comes with status, headers and text", async () => {
    const url = serve(() => new Response("grüße", { status: 418, headers: { "x-note": "n" } }));
    const answer = await send(url);
    expect(answer).toMatchObject({ status: 418, body: "grüße" });
    expect(answer.headers.get("x-note")).toBe("n");
  });

  test("may have no body", async () => {
    expect(await send(serve(() => new Response(null, { status: 204 })))).toMatchObject({
      status: 204,
      body: "",
    });
  });

  test("may come in pieces that cut a character in two", async () => {
    const bytes = Buffer.from("grüße");
    const pieces = new ReadableStream({
      async start(controller) {
        for (const byte of bytes) {
          controller.enqueue(new Uint8Array([byte]));
          await Bun.sleep(1);
        }
        controller.close();
      },
    });
    expect(await send(serve(() => new Response(pieces)))).toMatchObject({ body: "grüße" });
  });

  test("is the answer to what was sent", async () => {
    const url = serve(async (request) =>
      Response.json([
        request.method,
        request.headers.get("x-a"),
        new URL(request.url).search,
        await request.text(),
      ]),
    );
    const request = {
      method: "POST",
      headers: { "x-a": "1" },
      body: "{}",
      url: new URL("/x?y=1", url),
    } as const;
    expect(JSON.parse((await send(url, request)).body)).toEqual(["POST", "1", "?y=1", "{}"]);
  });
});

describe("a redirect", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} is an answer and not followed`, async () => {
      const paths: string[] = [];
      const url = serve((request) => {
        paths.push(new URL(request.url).pathname);
        return new Response("", { status, headers: { location: "/login" } });
      });
      expect(await send(url, { method: "POST", body: "x" })).toMatchObject({ status });
      expect(paths).toEqual(["/"]);
    });
  }
});

describe("a host that was not configured", () => {
  test("is not talked to", async () => {
    let asked = 0;
    const url = serve(() => new Response(String(asked++)));
    const client = new HttpClient([new URL("https://api.example.test")]);
    const failure = await failureOf(client.send({ method: "GET", url, timeout: 1000 }));
    expect(failure).toMatchObject({ kind: "not-allowed", message: expect.stringContaining(url.host) });
    expect(asked).toBe(0);
  });

  test("differs in scheme, name or port", async () => {
    const client = new HttpClient([new URL("https://api.example.test/v3")]);
    for (const text of [
      "http://api.example.test",
      "https://api.example.test:444",
      "https://api.example.test.evil.test",
    ]) {
      const failure = await failureOf(client.send({ method: "GET", url: new URL(text), timeout: 1000 }));
      expect(failure.kind).toBe("not-allowed");
    }
  });

  test("may be allowed by name", async () => {
    const url = serve(() => new Response("ok"));
    const client = new HttpClient([]);
    client.allow(url);
    expect(await client.send({ method: "GET", url, timeout: 1000 })).toMatchObject({ body: "ok" });
  });
});

describe("no usable HTTP answer", () => {
  test("because nobody listens is a failed connection", async () => {
    const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const url = new URL(`http://127.0.0.1:${server.port}`);
    server.stop(true);
    expect(await failureOf(send(url))).toMatchObject({
      kind: "connection",
      message: expect.stringContaining(`the connection to ${url.host} failed`),
    });
  });

  test("because the connection was cut before, in the head or in the body is a failed connection", async () => {
    const cuts: readonly ((socket: Socket) => void)[] = [
      (socket) => socket.terminate(),
      (socket) => socket.end(),
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"),
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
      (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    ];
    for (const cut of cuts) expect(await failureOf(send(listen(cut)))).toMatchObject({ kind: "connection" });
  });

  test("because it is not HTTP is a failed connection", async () => {
    const url = listen((socket) => void socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    expect(await failureOf(send(url))).toMatchObject({ kind: "connection" });
  });

  test("in time is a timeout", async () => {
    const started = performance.now();
    const url = listen(() => undefined);
    const { kind, message } = await failureOf(send(url, { timeout: 300 }));
    expect([kind, message]).toEqual(["timeout", `${url.host} gave no answer within 0.3 s`]);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("because it comes byte by byte is a timeout: the whole answer counts", async () => {
    let drip: ReturnType<typeof setInterval> | undefined;
    const url = listen((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      drip = setInterval(() => socket.write("x"), 50);
    });
    const started = performance.now();
    expect(await failureOf(send(url, { timeout: 500 }))).toMatchObject({ kind: "timeout" });
    expect(performance.now() - started).toBeLessThan(2000);
    clearInterval(drip);
  });

  test("because the head comes byte by byte is a timeout", async () => {
    let drip: ReturnType<typeof setInterval> | undefined;
    const url = listen((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      drip = setInterval(() => socket.write("x"), 50);
    });
    expect(await failureOf(send(url, { timeout: 500 }))).toMatchObject({ kind: "timeout" });
    clearInterval(drip);
  });

  test("because the program is stopped says so, and does so at once", async () => {
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 50);
    const attempt = send(
      listen(() => undefined),
      { signal: stopping.signal },
    );
    expect(await failureOf(attempt)).toMatchObject({ kind: "stopped" });
    expect(
      await failureOf(
        send(
          listen(() => undefined),
          { signal: stopping.signal },
        ),
      ),
    ).toMatchObject({ kind: "stopped" });
  });

  test("because it is too large ends before all of it is there", async () => {
    // The server is in the same process, and may be ahead of who reads by some buffers.
    const whole = 32 * MAXIMUM_ANSWER_BYTES;
    let sent = 0;
    const chunk = new Uint8Array(1024 * 1024);
    const endless = new ReadableStream({
      pull(controller) {
        sent += chunk.length;
        if (sent > whole) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const url = serve(() => new Response(endless));
    expect(await failureOf(send(url, { timeout: 30_000 }))).toMatchObject({ kind: "too-large" });
    expect(sent).toBeLessThan(whole / 2);
  }, 30_000);

  test("because it is larger than the request allows", async () => {
    const url = serve(() => new Response("x".repeat(1001)));
    expect(await failureOf(send(url, { maximumBytes: 1000 }))).toMatchObject({ kind: "too-large" });
    expect(await send(url, { maximumBytes: 1001 })).toMatchObject({ status: 200 });
  });

  describe("because it came compressed", () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const packers: Readonly<Record<string, () => Uint8Array>> = {
      gzip: () => gzipSync(zeros),
      deflate: () => deflateSync(zeros),
      br: () => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
      zstd: () => zstdCompressSync(zeros),
    };
    for (const [encoding, pack] of Object.entries(packers)) {
      test(`with ${encoding}, and it is not unpacked`, async () => {
        const packed = pack();
        const url = serve(() => new Response(packed, { headers: { "content-encoding": encoding } }));
        const { kind, message } = await failureOf(send(url));
        expect([kind, message]).toEqual([
          "encoded",
          `the answer came compressed (${encoding}), although it was asked for uncompressed`,
        ]);
      });
    }

    test("in a way nobody knows, whose name is not repeated", async () => {
      const encoding = `x\u00e9${"y".repeat(100)}`;
      const url = serve(() => new Response("?", { headers: { "content-encoding": encoding } }));
      const { kind, message } = await failureOf(send(url));
      expect([kind, message]).toEqual([
        "encoded",
        "the answer came compressed, although it was asked for uncompressed",
      ]);
    });

    test("is not the case of one that only says so, and has no content", async () => {
      const headers = { "content-encoding": "gzip" };
      expect(await send(serve(() => new Response(null, { status: 204, headers })))).toMatchObject({
        status: 204,
      });
      const plain = serve(() => new Response("ok", { headers: { "content-encoding": "identity" } }));
      expect(await send(plain)).toMatchObject({ body: "ok" });
    });

    test("is what no server was asked for", async () => {
      const asked: (string | null)[] = [];
      const url = serve((request) => {
        asked.push(request.headers.get("accept-encoding"));
        return new Response("");
      });
      await send(url);
      await send(url, { headers: { "accept-encoding": "br" } });
      expect(asked).toEqual(["identity", "identity"]);
    });
  });
});

describe("plain http", () => {
  /** A client for a name that resolves to these addresses, one list for each question. */
  function named(url: URL, plainHttp: "own" | "private" | "any", ...answers: readonly string[][]) {
    const name = new URL(`http://four-eye.test:${url.port}`);
    let asked = 0;
    const resolve = async (): Promise<readonly string[]> => answers[asked++] ?? [];
    const client = new HttpClient([name], { plainHttp, resolve });
    return {
      send: () => client.send({ method: "GET", url: name, timeout: 2000 }),
      asked: () => asked,
      host: name.host,
    };
  }

  function counting(): { url: URL; hosts: (string | null)[] } {
    const hosts: (string | null)[] = [];
    const url = serve((request) => {
      hosts.push(request.headers.get("host"));
      return new Response("ok");
    });
    return { url, hosts };
  }

  test("goes to the address that was judged, with the name as Host", async () => {
    const { url, hosts } = counting();
    const { send, asked, host } = named(url, "private", ["127.0.0.1"]);
    expect(await send()).toMatchObject({ body: "ok" });
    expect(hosts).toEqual([host]);
    expect(asked()).toBe(1);
  });

  test("goes to the next address when nobody listens at the first", async () => {
    const { url } = counting();
    expect(await named(url, "private", ["127.0.0.2", "127.0.0.1"]).send()).toMatchObject({ body: "ok" });
  });

  test("does not go to a name with a public address beside a near one", async () => {
    const { url, hosts } = counting();
    const { send, host } = named(url, "private", ["127.0.0.1", "203.0.113.7"]);
    expect(await failureOf(send())).toMatchObject({
      kind: "not-allowed",
      message:
        `${host} has the public address 203.0.113.7, and plain http is for this machine and private addresses only, ` +
        "unless --allow-plain-http is given",
    });
    expect(hosts).toEqual([]);
  });

  test("does not go to a name that has moved to a public address since", async () => {
    const { url, hosts } = counting();
    const { send } = named(url, "private", ["127.0.0.1"], ["203.0.113.7"]);
    await send();
    expect(await failureOf(send())).toMatchObject({ kind: "not-allowed" });
    expect(hosts).toHaveLength(1);
  });

  test("of providers does not even go to private addresses", async () => {
    const { url } = counting();
    const { send, host } = named(url, "own", ["10.0.0.1"]);
    expect(await failureOf(send())).toMatchObject({
      kind: "not-allowed",
      message: `${host} has the private address 10.0.0.1, and plain http is for this machine and metadata services only`,
    });
    expect(await named(url, "own", ["127.0.0.1"]).send()).toMatchObject({ body: "ok" });
  });

  test("goes everywhere where that is wanted, and then nobody is asked where it goes", async () => {
    const { url } = counting();
    const resolve = async (): Promise<never> => {
      throw new Error("asked");
    };
    const client = new HttpClient([url], { plainHttp: "any", resolve });
    expect(await client.send({ method: "GET", url, timeout: 2000 })).toMatchObject({ body: "ok" });
  });

  test("to a public address is refused by a client that was told nothing", async () => {
    const url = new URL("http://203.0.113.7/x");
    expect(await failureOf(send(url))).toMatchObject({ kind: "not-allowed" });
  });

  test("to a name that does not exist, or is never found, is a failed connection and a timeout", async () => {
    const url = new URL("http://four-eye.test");
    const client = (resolve: () => Promise<readonly string[]>) => new HttpClient([url], { resolve });
    const request = { method: "GET", url, timeout: 100 } as const;
    const unknown = async (): Promise<never> => {
      throw Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    };
    expect(await failureOf(client(unknown).send(request))).toMatchObject({
      kind: "connection",
      message: "the connection to four-eye.test failed (ENOTFOUND)",
    });
    expect(await failureOf(client(async () => []).send(request))).toMatchObject({ kind: "connection" });
    const never = (): Promise<never> => new Promise(() => undefined);
    expect(await failureOf(client(never).send(request))).toMatchObject({ kind: "timeout" });
  });
});

describe("user and password in a URL", () => {
  test("are sent as a header, not in the URL, and are in no message", async () => {
    const seen: (string | null)[] = [];
    const url = serve((request) => {
      seen.push(request.headers.get("authorization"), request.url);
      return new Response("");
    });
    const withUser = new URL(url);
    withUser.username = "us er";
    withUser.password = "p@ss:ü";
    await send(withUser);
    expect(seen).toEqual([`Basic ${Buffer.from("us er:p@ss:ü").toString("base64")}`, url.href]);

    const silent = listen(() => undefined);
    silent.password = "canary";
    expect((await failureOf(send(silent, { timeout: 50 }))).message).not.toContain("canary");
  });
});

describe("a server's certificate", () => {
  const { authority, certificate, key } = selfMadeCertificates();
  const other = selfMadeCertificates();

  function serveTls(asked: string[]): URL {
    const answer = (request: Request) => {
      asked.push(request.url);
      return new Response("ok");
    };
    return serve(answer, { cert: certificate, key });
  }

  test("is trusted when its authority is one of those that were given", async () => {
    const url = serveTls([]);
    expect(await send(url, { certificateAuthorities: authority })).toMatchObject({ body: "ok" });
    const both = `${other.authority}${authority}`;
    expect(await send(url, { certificateAuthorities: both })).toMatchObject({ body: "ok" });
  });

  test("of another authority is a failed connection, and nothing is sent", async () => {
    const asked: string[] = [];
    const url = serveTls(asked);
    for (const certificateAuthorities of [undefined, other.authority]) {
      expect(await failureOf(send(url, { certificateAuthorities }))).toMatchObject({ kind: "connection" });
    }
    expect(asked).toEqual([]);
  });

  test("that was trusted for one request is not for the next one without the authority", async () => {
    const url = serveTls([]);
    const client = new HttpClient([url]);
    const request = { method: "GET", url, timeout: 5000 } as const;
    expect(await client.send({ ...request, certificateAuthorities: authority })).toMatchObject({
      body: "ok",
    });
    for (const certificateAuthorities of [undefined, other.authority]) {
      const failure = await failureOf(client.send({ ...request, certificateAuthorities }));
      expect(failure).toMatchObject({ kind: "connection" });
    }
  });

  test("for another name is a failed connection", async () => {
    const url = serveTls([]);
    url.hostname = "localhost";
    const failure = await failureOf(send(url, { certificateAuthorities: authority }));
    expect(failure).toMatchObject({ kind: "connection" });
  });
});

describe("a connection that is kept", () => {
  test("is not used to send a POST a second time behind our back", async () => {
    let posts = 0;
    const url = listen(((socket: Socket, bytes: Buffer) => {
      if (bytes.toString().startsWith("GET"))
        return void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      posts++;
      socket.end();
    }) as (socket: Socket) => void);
    const client = new HttpClient([url]);
    for (let round = 0; round < 5; round++) {
      await client.send({ method: "GET", url, timeout: 1000 });
      await failureOf(client.send({ method: "POST", url, timeout: 1000, body: "{}" }));
    }
    expect(posts).toBe(5);
  });
});

describe("the connection", () => {
  test("is kept open: 100 requests, one after another, take one, over http and https", async () => {
    const { authority, certificate, key } = selfMadeCertificates();
    for (const tls of [undefined, { key, cert: certificate }]) {
      let connections = 0;
      const server = Bun.listen({
        hostname: "127.0.0.1",
        port: 0,
        ...(tls !== undefined && { tls }),
        socket: {
          open: () => void connections++,
          data: (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"),
        },
      });
      closeAfterwards(server);
      const url = new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`);
      const client = new HttpClient([url]);
      for (let number = 0; number < 100; number++) {
        const body = number % 2 === 0 ? {} : { method: "POST", body: "{}" };
        await client.send({
          method: "GET",
          url,
          timeout: 5000,
          certificateAuthorities: tls && authority,
          ...(body as Partial<HttpRequest>),
        });
      }
      expect(connections).toBe(1);
    }
  });
});
