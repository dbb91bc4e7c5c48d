import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { StandInApi } from "../stand-in-api.ts";
import { onScene } from "./running-daemon.ts";
import { altered, ethPayment, pendingId } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const ID = pendingId(1);

interface Question {
  readonly method: string;
  readonly path: string;
  readonly text: string;
}

/** A four-eye server of its own that keeps the very text of each question. */
function fourEyeServer(answer: () => Response): {
  url: string;
  questions: Question[];
  stop(): Promise<void>;
} {
  const questions: Question[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      questions.push({ method: request.method, path: url.pathname + url.search, text: await request.text() });
      return answer();
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, questions, stop: () => server.stop(true) };
}

describe("the question", () => {
  test(
    "is a GET of the URL and the id by default",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1)];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.to("/four-eye/")).toMatchObject([
        { method: "GET", path: `/four-eye/${ID}`, body: undefined },
      ]);
    }),
  );

  test(
    "goes to the right place when the URL has a path, a query and a final slash",
    onScene(async ({ api, runOnce }) => {
      const fourEye = fourEyeServer(() => new Response("", { status: 200 }));
      try {
        api.pending = [ethPayment(1)];
        const option = `--external-url=${fourEye.url}/check/?token=a%20b&x=1`;
        expect(await runOnce(["--chain=ETH", option])).toMatchObject({ status: 0 });
        expect(fourEye.questions.map(({ path }) => path)).toEqual([`/check/${ID}?token=a%20b&x=1`]);
      } finally {
        await fourEye.stop();
      }
    }),
  );

  test(
    "as a POST carries the whole listed transaction, every digit and unknown member kept",
    onScene(async ({ api, runOnce }) => {
      const fourEye = fourEyeServer(() => new Response("", { status: 201 }));
      const { serializedTransaction, hashes } = ethPayment(1);
      const listed =
        `{"id":"${ID}","chain":"ETH","amount":123456789012345678901234567890,"hashes":${JSON.stringify(hashes)},` +
        `"serializedTransaction":${JSON.stringify(serializedTransaction)},"index":null,"extra":{"b":[9007199254740993],"a":"é"}}`;
      api.answer = ({ path }) => (path === "/v3/kms/pending/ETH" ? new Response(`[${listed}]`) : undefined);
      try {
        const args = ["--chain=ETH", `--externalUrl=${fourEye.url}`, "--externalUrlMethod=POST"];
        expect(await runOnce(args)).toMatchObject({ status: 0 });
        expect(fourEye.questions).toEqual([{ method: "POST", path: `/${ID}`, text: listed }]);
      } finally {
        await fourEye.stop();
      }
    }),
  );

  test(
    "is never asked about a transaction that could not be signed anyway",
    onScene(async ({ api, runOnce }) => {
      api.pending = [altered(ethPayment(1), { serializedTransaction: "{}" })];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 75 });
      expect(api.to("/four-eye/")).toEqual([]);
    }),
  );
});

describe("the decision", () => {
  /** Lists one payment for each answer and lets the four-eye server give it. */
  function deciding(api: StandInApi, answers: readonly (() => Response | Promise<Response>)[]): void {
    api.pending = answers.map((_, at) => ethPayment(at + 1));
    api.fourEye = ({ path }) => {
      const at = answers.findIndex((_, index) => path.endsWith(pendingId(index + 1)));
      return (answers[at] as () => Response)();
    };
  }
  const status = (code: number) => () => new Response(null, { status: code });

  test(
    "is an approval with every 2xx",
    onScene(async ({ api, runOnce }) => {
      deciding(api, [200, 201, 202, 204, 299].map(status));
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toHaveLength(5);
    }),
  );

  test(
    "is a refusal with a 4xx: not signed, not reported, not logged as processed",
    onScene(async ({ api, runOnce }) => {
      const codes = [400, 401, 403, 404, 410, 422];
      deciding(api, codes.map(status));
      const run = await runOnce(["--chain=ETH"]);
      for (const [at, code] of codes.entries()) {
        const id = pendingId(at + 1);
        expect(run.stderr).toContain(
          `Transaction was refused: the four-eye server answered HTTP ${code}. ID: ${id}`,
        );
      }
      expect(run.stderr).not.toContain("Tx was processed");
      expect(api.broadcasts).toEqual([]);
      expect(api.reported).toEqual([]);
      expect(run.status).toBe(0);
    }),
  );

  test(
    "is none with a redirect, a server error or no answer: not signed, not reported, logged with what came",
    onScene(async ({ api, runOnce }) => {
      const redirect = (code: number) => () =>
        new Response("", { status: code, headers: { location: "/login" } });
      const answers = [
        ...[304, 408, 429, 500, 502, 503].map(status),
        ...[301, 302, 303, 307, 308].map(redirect),
        () => new Promise<Response>(() => undefined),
      ];
      deciding(api, answers);
      api.answer = ({ path }) => (path === "/login" ? new Response("", { status: 200 }) : undefined);
      const run = await runOnce(["--chain=ETH"], { env: { TATUM_KMS_HTTP_TIMEOUT: "0.5" } });
      const logged = run.stderr
        .split("\n")
        .filter((line) =>
          /The four-eye server (answered HTTP \d{3}|gave no answer: ).*; not signed/.test(line),
        );
      expect(logged).toHaveLength(answers.length);
      expect(run.stderr).toContain("gave no answer within 0.5 s");
      expect(run.stderr).not.toContain("Tx was processed");
      expect(api.to("/login")).toEqual([]);
      expect(api.broadcasts).toEqual([]);
      expect(api.reported).toEqual([]);
      expect(run.status).toBe(75);
    }),
  );

  test(
    "a refused connection is no decision",
    onScene(async ({ api, runOnce }) => {
      const closed = fourEyeServer(() => new Response(""));
      await closed.stop();
      api.pending = [ethPayment(1)];
      const run = await runOnce(["--chain=ETH", `--external-url=${closed.url}`]);
      expect(run.stderr).toContain("The four-eye server gave no answer: the connection to 127.0.0.1:");
      expect(run.status).toBe(75);
      expect(api.broadcasts).toEqual([]);
    }),
  );

  test(
    "may come later: the daemon asks again at growing intervals and signs then",
    onScene(async ({ api, start }) => {
      const times: number[] = [];
      api.pending = [ethPayment(1)];
      api.fourEye = () => {
        times.push(performance.now());
        const status = times.length === 1 ? 404 : times.length === 2 ? 500 : times.length < 5 ? 403 : 200;
        return new Response("", { status });
      };
      const daemon = start(["--chain=ETH"]);
      await daemon.logged(`Tx was processed: ${ID}`);
      const waits = times.slice(1).map((time, at) => time - (times[at] as number));
      expect(waits).toHaveLength(4);
      expect(waits[3] as number).toBeGreaterThan(3 * (waits[0] as number));
      expect(api.broadcasts).toHaveLength(1);
      expect(api.reported).toEqual([]);
    }),
  );

  test(
    "is asked for again, not remembered, when signing failed after it",
    onScene(async ({ api, start }) => {
      let asked = 0;
      api.pending = [ethPayment(1, { nonce: undefined })];
      api.fourEye = () => new Response("", { status: asked++ === 0 ? 200 : 403 });
      const daemon = start(["--chain=ETH"]);
      await daemon.logged("Transaction was refused: the four-eye server answered HTTP 403");
      expect(api.broadcasts).toEqual([]);
    }),
  );
});

describe("the option", () => {
  test(
    "is mandatory on the mainnet; nobody is asked for a password before",
    onScene(async ({ api, installation }) => {
      const args = ["daemon", "--runOnce"];
      const run = await installation.run(args, { env: { ...api.env, TATUM_KMS_PASSWORD: "" }, input: "" });
      expect(run.status).toBe(64);
      expect(run.stderr).toContain("--external-url");
      expect(run.stderr.toLowerCase()).not.toContain("enter");
      expect(run.stdout).toBe("");
      expect(api.requests).toEqual([]);
    }),
  );

  test(
    "is not needed on test networks",
    onScene(async ({ api, installation }) => {
      const args = ["daemon", "--runOnce", "--testnet"];
      expect(await installation.run(args, { env: api.env })).toMatchObject({ status: 0 });
    }),
  );

  for (const [name, value] of [
    ["no URL", "example"],
    ["another protocol", "ftp://example.test/"],
  ] as const) {
    test(
      `is refused when it is ${name}`,
      onScene(async ({ runOnce }) => {
        const run = await runOnce([`--external-url=${value}`]);
        expect(run).toMatchObject({ status: 64, stderr: expect.stringContaining("--external-url") });
      }),
    );
  }

  test(
    "is refused with what was likely meant when the scheme is missing",
    onScene(async ({ runOnce }) => {
      const { stderr } = await runOnce(["--external-url=approve.example.com"]);
      expect(JSON.parse(stderr)).toMatchObject({
        error: 'Option --external-url is "approve.example.com", which is not an http or https URL.',
        hint: "Did you mean https://approve.example.com?",
      });
    }),
  );

  test(
    "knows the methods GET and POST",
    onScene(async ({ runOnce }) => {
      expect(await runOnce(["--externalUrlMethod=PUT"])).toMatchObject({ status: 64 });
    }),
  );
});
