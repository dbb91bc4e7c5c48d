import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Answer, RecordedRequest } from "../stand-in-api.ts";
import { onScene, payloadOf } from "./running-daemon.ts";
import { altered, bitcoinPayment, ethPayment, litecoinPayment, pendingId, withdrawal } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const { pending, txData, txid } = bitcoinPayment;
const BROADCAST = "/v3/bitcoin/broadcast";
const QUESTION = `/v3/kms/${pending.id}`;

/** Answers to the broadcasts, one after another; `undefined` and all later ones are accepted. */
function broadcasts(...answers: (() => Answer)[]): (request: RecordedRequest) => Answer {
  return ({ path }) => {
    if (!path.endsWith("/broadcast")) return undefined;
    const answer = answers.shift();
    return answer === undefined ? Response.json({ txId: txid }) : answer();
  };
}

function idOf(body: unknown): string | undefined {
  return (body as { signatureId?: string } | undefined)?.signatureId;
}

const silence = (): Promise<Response> => new Promise(() => undefined);
const refusal = (): Response =>
  Response.json(
    { statusCode: 403, errorCode: "bitcoin.broadcast.failed", message: "min relay fee not met" },
    { status: 403 },
  );

describe("a broadcast that is accepted", () => {
  test(
    "carries the signed bytes and the id of the pending transaction",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = broadcasts();
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toMatchObject([{ path: BROADCAST, body: { txData, signatureId: pending.id } }]);
      expect(api.requests.map(({ path }) => path)).toEqual([
        "/v3/kms/pending/BTC",
        `/four-eye/${pending.id}`,
        BROADCAST,
      ]);
    }),
  );

  test(
    "but could not be marked complete is marked complete by the daemon",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = broadcasts(() => Response.json({ txId: txid, failed: true }));
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(api.to(`${QUESTION}/`)).toMatchObject([{ method: "PUT", path: `${QUESTION}/${txid}` }]);
    }),
  );

  test(
    "is never signed again when it is listed again, only marked complete",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = broadcasts();
      await runOnce(["--chain=BTC"]);
      api.requests.length = 0;
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
      expect(api.to("/four-eye/")).toEqual([]);
      expect(api.to(`${QUESTION}/`)).toMatchObject([{ method: "PUT", path: `${QUESTION}/${txid}` }]);
    }),
  );

  test(
    "as an off-chain withdrawal goes to the withdrawals",
    onScene(async ({ api, runOnce }) => {
      api.pending = [withdrawal.pending];
      api.answer = broadcasts(() => Response.json({ txId: withdrawal.txid, completed: true }));
      expect(await runOnce(["--chain=LTC"])).toMatchObject({ status: 0 });
      const { id, withdrawalId } = withdrawal.pending;
      expect(api.broadcasts).toMatchObject([
        {
          path: "/v3/offchain/withdrawal/broadcast",
          body: { currency: "LTC", signatureId: id, withdrawalId, txData: withdrawal.txData },
        },
      ]);
    }),
  );

  test(
    "as a withdrawal that was not completed warns that a person has to",
    onScene(async ({ api, runOnce }) => {
      api.pending = [withdrawal.pending];
      api.answer = broadcasts(() => Response.json({ txId: withdrawal.txid, completed: false }));
      const run = await runOnce(["--chain=LTC"]);
      expect(run).toMatchObject({
        status: 0,
        stderr: expect.stringContaining("has to be completed by hand"),
      });
      expect(api.requests.filter(({ method }) => method === "PUT")).toEqual([]);
    }),
  );
});

describe("a broadcast whose answer is unclear", () => {
  const answers: readonly (readonly [string, () => Answer])[] = [
    ["no answer in time", silence],
    ["HTTP 500", () => new Response("", { status: 500 })],
    ["HTTP 502 with a page", () => new Response("<html>", { status: 502 })],
    ["HTTP 404", () => new Response("", { status: 404 })],
    ["HTTP 302", () => new Response("", { status: 302, headers: { location: "/login" } })],
    ["HTTP 200 with a page", () => new Response("<html>")],
    ["HTTP 200 without txId", () => Response.json({})],
    ["HTTP 200 with an empty txId", () => Response.json({ txId: "" })],
    ["HTTP 200 with another txId", () => Response.json({ txId: `0x${"cd".repeat(32)}` })],
    ["HTTP 200 with a word as txId", () => Response.json({ txId: "error" })],
    ["HTTP 200 with an error in it", () => Response.json({ statusCode: 500, txId: "abc" })],
    ["withdrawal.pending", () => Response.json({ errorCode: "withdrawal.pending" }, { status: 403 })],
  ];

  test(
    "is followed by a question to the API, then the same bytes again",
    onScene(async ({ api, runOnce }) => {
      api.pending = answers.map((_, at) => ethPayment(at + 1));
      const first = new Map(answers.map(([, answer], at) => [pendingId(at + 1), answer]));
      api.answer = ({ path, body }) => {
        if (!path.endsWith("/broadcast")) return undefined;
        const { signatureId } = body as { signatureId: string };
        const answer = first.get(signatureId);
        first.delete(signatureId);
        return answer?.();
      };
      expect(await runOnce(["--chain=ETH"], { env: { TATUM_KMS_HTTP_TIMEOUT: "0.5" } })).toMatchObject({
        status: 0,
      });
      for (const [at, [name]] of answers.entries()) {
        const id = pendingId(at + 1);
        const about = api.requests.filter(({ path, body }) => path === `/v3/kms/${id}` || idOf(body) === id);
        const asked = about.map(({ path }) => path.split("/").at(-1));
        // Before the first broadcast the API is asked where the list has grown old by then.
        const steps = asked.slice(asked.indexOf("broadcast"));
        expect({ name, steps }).toEqual({ name, steps: ["broadcast", id, "broadcast"] });
        expect(new Set(api.broadcasts.filter(({ body }) => idOf(body) === id).map(payloadOf)).size).toBe(1);
      }
      expect(api.reported).toEqual([]);
    }),
  );

  test(
    "because the connection was cut after the request: as well",
    onScene(async ({ api, runOnce }) => {
      // A proxy on a bare socket, so that a connection can end in the middle of an answer.
      let cut = 1;
      const proxy = Bun.listen<{ request: string }>({
        hostname: "127.0.0.1",
        port: 0,
        socket: {
          open(socket) {
            socket.data = { request: "" };
          },
          async data(socket, bytes) {
            socket.data.request += bytes.toString();
            const [head = "", body] = socket.data.request.split("\r\n\r\n");
            const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
            if (body === undefined || body.length < length) return;
            socket.data.request = "";
            const [method = "", path = ""] = head.split(" ");
            const answer = await fetch(api.url + path, { method, ...(length > 0 && { body }) });
            if (path.endsWith("/broadcast") && cut-- > 0) return void socket.end();
            const text = await answer.text();
            socket.write(
              `HTTP/1.1 ${answer.status} OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
            );
          },
        },
      });
      try {
        api.pending = [pending];
        api.answer = broadcasts();
        const run = await runOnce(["--chain=BTC"], {
          env: { TATUM_API_URL: `http://127.0.0.1:${proxy.port}` },
        });
        expect(run.status).toBe(0);
        const steps = api.requests
          .map(({ path }) => path)
          .filter((path) => path === BROADCAST || path === QUESTION);
        expect(steps).toEqual([BROADCAST, QUESTION, BROADCAST]);
        expect(api.broadcasts.map(payloadOf)).toEqual([txData, txData]);
      } finally {
        proxy.stop(true);
      }
    }),
  );

  test(
    "is not repeated when the API knows the transaction as done",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = ({ path }) => {
        if (path === BROADCAST) return new Response("", { status: 500 });
        return path === QUESTION ? Response.json({ ...pending, txId: txid }) : undefined;
      };
      const run = await runOnce(["--chain=BTC"]);
      expect(run).toMatchObject({
        status: 0,
        stderr: expect.stringContaining(`Tx was processed: ${pending.id}`),
      });
      expect(api.broadcasts).toHaveLength(1);
    }),
  );

  test(
    "needs a person when the API knows it as done under another transaction id",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = ({ path }) => {
        if (path === BROADCAST) return new Response("", { status: 500 });
        return path === QUESTION ? Response.json({ ...pending, txId: "ab".repeat(32) }) : undefined;
      };
      expect(await runOnce(["--chain=BTC"])).toMatchObject({
        status: 75,
        stderr: expect.stringContaining("is parked"),
      });
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 75 });
      expect(api.broadcasts).toHaveLength(1);
    }),
  );

  test(
    "is done when the node says that it has these bytes already, and the chain shows them",
    onScene(async ({ api, runOnce }) => {
      const known = () =>
        Response.json(
          { errorCode: "bitcoin.broadcast.failed", message: "txn-already-in-mempool" },
          { status: 403 },
        );
      api.pending = [pending];
      const answer = broadcasts(() => new Response("", { status: 500 }), known, known);
      let isShown = false;
      api.answer = (request) =>
        isShown && request.path === `/v3/bitcoin/transaction/${txid}`
          ? Response.json({ hash: txid })
          : answer(request);
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 75 });
      expect(api.to(`${QUESTION}/`)).toEqual([]);
      isShown = true;
      expect(await runOnce(["--chain=BTC"])).toMatchObject({
        status: 0,
        stderr: expect.stringContaining(`${pending.id} is confirmed`),
      });
      expect(api.to(`${QUESTION}/`)).toMatchObject([{ method: "PUT", path: `${QUESTION}/${txid}` }]);
      expect(api.reported).toEqual([]);
    }),
  );

  test(
    "goes on after a restart with the same bytes, for chains that fill in values as well",
    onScene(async ({ api, runOnce }) => {
      let count = 5;
      const payment = ethPayment(1, { nonce: undefined });
      api.pending = [payment];
      api.answer = ({ path }) => {
        if (path.includes("/transaction/count/")) return Response.json(count);
        return path.endsWith("/broadcast") ? new Response("", { status: 500 }) : undefined;
      };
      for (let restart = 0; restart < 3; restart++) {
        expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 75 });
        count++;
      }
      api.answer = () => undefined;
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(new Set(api.broadcasts.map(payloadOf)).size).toBe(1);
      expect(api.broadcasts.length).toBeGreaterThan(3);
      expect(api.to("/four-eye/")).toHaveLength(1);
    }),
    20_000,
  );
});

describe("a transaction that is signed but not listed any more", () => {
  /** Leaves a job behind that was sent without a clear answer. */
  const interrupted: Parameters<typeof onScene>[0] = async ({ api, runOnce }) => {
    api.pending = [pending];
    api.answer = ({ path }) => (path === BROADCAST ? new Response("", { status: 500 }) : undefined);
    await runOnce(["--chain=BTC"]);
    api.pending = [];
    api.requests.length = 0;
  };

  test(
    "is sent when the API still has it as pending",
    onScene(async (scene) => {
      await interrupted(scene);
      scene.api.answer = ({ path }) => (path === QUESTION ? Response.json(pending) : undefined);
      expect(await scene.runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(scene.api.broadcasts.map(payloadOf)).toEqual([txData]);
    }),
  );

  test(
    "is not sent when the API does not know it: it may have been cancelled",
    onScene(async (scene) => {
      await interrupted(scene);
      scene.api.answer = ({ path }) =>
        path === QUESTION
          ? Response.json({ statusCode: 403, errorCode: "kms.missing", message: "No such" }, { status: 403 })
          : undefined;
      const run = await scene.runOnce(["--chain=BTC"]);
      expect(run).toMatchObject({ status: 75, stderr: expect.stringContaining("is parked") });
      expect(scene.api.broadcasts).toEqual([]);
    }),
  );

  test(
    "is not sent while the API gives no clear answer about it",
    onScene(async (scene) => {
      await interrupted(scene);
      scene.api.answer = ({ path }) => (path === QUESTION ? new Response("", { status: 500 }) : undefined);
      expect(await scene.runOnce(["--chain=BTC"])).toMatchObject({ status: 75 });
      expect(scene.api.broadcasts).toEqual([]);
    }),
  );
});

describe("Retry-After", () => {
  for (const [name, header] of [
    ["in seconds", () => "2"],
    ["as a date", () => new Date(Date.now() + 3000).toUTCString()],
  ] as const) {
    test(
      `${name} is respected`,
      onScene(async ({ api, start }) => {
        const times: number[] = [];
        api.pending = [pending];
        api.answer = ({ path }) => {
          if (path !== BROADCAST) return undefined;
          times.push(performance.now());
          return times.length === 1
            ? new Response("", { status: 429, headers: { "retry-after": header() } })
            : Response.json({ txId: txid });
        };
        const daemon = start(["--chain=BTC"]);
        await daemon.logged("Tx was processed");
        expect(times).toHaveLength(2);
        expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(1950);
        expect(api.reported).toEqual([]);
      }),
    );
  }
});

describe("a broadcast that is refused", () => {
  test(
    "is reported once, kept, and offered again with the same bytes at growing intervals",
    onScene(async ({ api, start }) => {
      api.pending = [pending];
      api.answer = broadcasts(refusal, refusal, refusal, refusal);
      const daemon = start(["--chain=BTC"]);
      await daemon.logged("Tx was processed");
      expect(api.broadcasts.map(payloadOf)).toEqual(Array(5).fill(txData));
      expect(api.reported).toEqual([
        {
          signatureId: pending.id,
          error: "Error: HTTP 403, bitcoin.broadcast.failed, min relay fee not met",
        },
      ]);
      expect(api.to("/four-eye/")).toHaveLength(1);
    }),
  );

  test(
    "ends a single run with status 75",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      api.answer = broadcasts(refusal, refusal);
      const { status, stderr } = await runOnce(["--chain=BTC"]);
      expect(status).toBe(75);
      expect(stderr).toContain("was refused: HTTP 403");
      expect(stderr).not.toContain("Tx was processed");
      expect(api.broadcasts).toHaveLength(1);
    }),
  );

  test(
    "does not stop the others",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending, litecoinPayment.pending, ethPayment(1), ethPayment(2)];
      api.answer = ({ path }) => (path === BROADCAST ? refusal() : undefined);
      const run = await runOnce();
      for (const id of [litecoinPayment.pending.id, pendingId(1), pendingId(2)]) {
        expect(run.stderr).toContain(`Tx was processed: ${id}`);
      }
    }),
  );

  test(
    "again and again is parked for a person, and goes out when the person says so",
    onScene(async ({ api, installation, runOnce }) => {
      let refusing = true;
      api.pending = [pending];
      api.answer = ({ path }) => (path === BROADCAST && refusing ? refusal() : undefined);
      for (let round = 0; round < 12; round++) await runOnce(["--chain=BTC"]);
      expect(api.broadcasts).toHaveLength(12);
      const job = await installation.run(["job", "show", pending.id]);
      expect(JSON.parse(job.stdout)).toMatchObject({ state: "parked", transactionId: txid });
      refusing = false;
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 75 });
      expect(api.broadcasts).toHaveLength(12);
      expect(await installation.run(["job", "retry", pending.id])).toMatchObject({ status: 0 });
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(new Set(api.broadcasts.map(payloadOf))).toEqual(new Set([txData]));
    }),
    40_000,
  );
});

describe("a broadcast that is refused because something is used up", () => {
  const LOOKUP = `/v3/bitcoin/transaction/${txid}`;
  const used = [
    "nonce too low",
    "tefPAST_SEQ",
    "tx_bad_seq",
    "lowerNonceInTx",
    "bad-txns-inputs-missingorspent",
    `already known: ${"cd".repeat(32)}`,
  ];
  const usedUp = (message: string) => () =>
    Response.json({ errorCode: "bitcoin.broadcast.failed", message }, { status: 403 });

  test(
    "is done when the network has these very bytes: the API is told their transaction id",
    onScene(async ({ api, runOnce }) => {
      api.pending = [pending];
      const answer = broadcasts(() => new Response("", { status: 500 }), usedUp("nonce too low"));
      api.answer = (request) =>
        request.path === LOOKUP ? Response.json({ hash: txid, blockNumber: 7 }) : answer(request);
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      expect(api.to(`${QUESTION}/`)).toMatchObject([{ method: "PUT", path: `${QUESTION}/${txid}` }]);
      expect(api.reported).toEqual([]);
    }),
  );

  for (const [name, answerTo] of [
    ["does not have them", () => new Response("", { status: 404 })],
    ["answers about another transaction", () => Response.json({ hash: "cd".repeat(32) })],
    ["gives no answer", () => new Response("", { status: 500 })],
  ] as const) {
    test(
      `is a refusal when the network ${name}: the bytes are kept`,
      onScene(async ({ api, runOnce }) => {
        api.pending = [pending];
        for (const message of used) {
          const answer = broadcasts(usedUp(message));
          api.answer = (request) => (request.path === LOOKUP ? answerTo() : answer(request));
          expect(await runOnce(["--chain=BTC"])).toMatchObject({
            status: 75,
            stderr: expect.stringContaining("was refused"),
          });
        }
        expect(new Set(api.broadcasts.map(payloadOf))).toEqual(new Set([txData]));
        expect(api.requests.filter(({ method }) => method === "PUT")).toEqual([]);
      }),
    );
  }
});

describe("a known id with other content", () => {
  test(
    "is refused before it is signed",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1)];
      api.fourEye = () => new Response("", { status: 404 });
      await runOnce(["--chain=ETH"]);
      api.fourEye = () => new Response("", { status: 200 });
      api.pending = [altered(ethPayment(2), { id: pendingId(1) })];
      const run = await runOnce(["--chain=ETH"]);
      expect(run).toMatchObject({
        status: 75,
        stderr: expect.stringContaining("was changed after it was listed first"),
      });
      expect(api.broadcasts).toEqual([]);
      expect(api.to("/four-eye/")).toHaveLength(1);
    }),
  );

  test(
    "does not change what was signed and sent before",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1)];
      api.answer = ({ path }) =>
        path.endsWith("/broadcast") ? new Response("", { status: 500 }) : undefined;
      await runOnce(["--chain=ETH"]);
      api.answer = () => undefined;
      api.pending = [altered(ethPayment(2), { id: pendingId(1) })];
      await runOnce(["--chain=ETH"]);
      expect(new Set(api.broadcasts.map(payloadOf)).size).toBe(1);
    }),
  );
});
