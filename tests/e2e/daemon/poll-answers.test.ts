/** What the API may answer to a poll, and must not be able to do. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { onScene, payloadOf } from "./running-daemon.ts";
import { altered, ethPayment, pendingId, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const LIST = "/v3/kms/pending/ETH";

function listing(entries: unknown): () => Response {
  return () => Response.json(entries);
}

describe("an answer that is no list of transactions", () => {
  const answers: readonly (readonly [string, () => Response])[] = [
    ["a text", listing("pending")],
    ["an object", listing({ 0: ethPayment(1), length: 1 })],
    ["null", listing(null)],
    ["a number", listing(7)],
    [
      "a web page",
      () => new Response("<html><body>Service</body></html>", { headers: { "content-type": "text/html" } }),
    ],
    ["broken JSON", () => new Response(`[${JSON.stringify(ethPayment(1))}`)],
    ["nothing", () => new Response("")],
    ["lists inside lists without end", () => new Response("[".repeat(200_000) + "]".repeat(200_000))],
  ];

  test(
    "is an error; nothing is signed or reported, and the next answer counts",
    onScene(async ({ api, start }) => {
      const seen: string[] = [];
      api.answer = ({ path }) => {
        const next = path === LIST ? answers[seen.length] : undefined;
        if (next === undefined) return undefined;
        seen.push(next[0]);
        return next[1]();
      };
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH", "--period=0.05"]);
      await daemon.logged(`Tx was processed: ${pendingId(1)}`);
      expect(seen).toEqual(answers.map(([name]) => name));
      // Told once a minute.
      expect(daemon.log.split(`The API's answer to ${LIST} is not a list.`)).toHaveLength(2);
      expect(api.broadcasts).toHaveLength(1);
      expect(api.reported).toEqual([]);
    }),
  );
});

describe("an answer beyond all bounds", () => {
  test(
    "of more than 32 MiB is an error; the next answer counts",
    onScene(async ({ api, start }) => {
      let polls = 0;
      api.answer = ({ path }) => {
        if (path !== LIST || polls++ > 0) return undefined;
        return new Response(`[${JSON.stringify("x".repeat(33 * 1024 * 1024))}]`);
      };
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH"]);
      await daemon.logged(`Tx was processed: ${pendingId(1)}`);
      expect(daemon.log).toContain("the answer is larger than 33554432 bytes");
    }),
  );

  test(
    "of a broadcast is unclear: the API is asked, and the same bytes are sent again",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1)];
      let isFirst = true;
      api.answer = ({ path }) => {
        if (!path.endsWith("/broadcast") || !isFirst) return undefined;
        isFirst = false;
        return Response.json({ txId: "x".repeat(9 * 1024 * 1024) });
      };
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(new Set(api.broadcasts.map(payloadOf)).size).toBe(1);
      expect(api.broadcasts).toHaveLength(2);
      expect(api.to(`/v3/kms/${pendingId(1)}`)).toHaveLength(1);
    }),
  );
});

describe("a compressed answer", () => {
  test(
    "is an error, broken or not; the log holds lines of this program alone, and the next answer counts",
    onScene(async ({ api, start }) => {
      const encodings = ["gzip", "deflate", "br", "zstd"];
      let polls = 0;
      api.answer = ({ path }) => {
        const encoding = path === LIST ? encodings[polls++] : undefined;
        if (encoding === undefined) return undefined;
        return new Response("this is not compressed", { headers: { "content-encoding": encoding } });
      };
      api.pending = [ethPayment(1)];
      const daemon = start(["--chain=ETH", "--period=0.05"]);
      await daemon.logged(`Tx was processed: ${pendingId(1)}`);
      expect(daemon.log).toContain("the answer came compressed (gzip)");
      const strange = daemon.log.split("\n").filter((line) => !/^(\d{4}-\d\d-\d\dT\S+ - .*)?$/.test(line));
      expect(strange).toEqual([]);
    }),
  );
});

describe("a transaction that is too large to be broadcast", () => {
  test(
    "is not recorded as signed: it is told to the API",
    onScene(async ({ api, installation, runOnce }) => {
      const data = `0x${"00".repeat(600_000)}`;
      api.pending = [ethPayment(1, { data, gas: "12000000", gasPrice: "1000000000" })];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 75 });
      expect(api.broadcasts).toEqual([]);
      expect(api.reported).toMatchObject([{ error: expect.stringContaining("is too large") }]);
      const { stdout } = await installation.run(["job", "show", pendingId(1)]);
      expect(JSON.parse(stdout)).toMatchObject({ state: "failed" });
    }),
  );
});

describe("entries that cannot be read", () => {
  const good = ethPayment(1);
  const withoutId: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["a text", "x"],
    ["a list", []],
    ["no id", { ...ethPayment(2), id: undefined }],
    ["a numeric id", { ...ethPayment(2), id: 5 }],
    ["an id that is a path", { ...ethPayment(2), id: "../admin" }],
    ["an id that a URL takes for a folder", { ...ethPayment(2), id: ".." }],
    ["an id that is a URL's own folder", { ...ethPayment(2), id: "." }],
  ];
  const withId: readonly (readonly [string, unknown])[] = [
    ["no payload", { ...ethPayment(10), serializedTransaction: undefined }],
    ["a payload that is no text", { ...ethPayment(11), serializedTransaction: { to: "0x" } }],
    ["another chain", { ...ethPayment(12), chain: "BTC" }],
    ["hashes that are no list", { ...ethPayment(13), hashes: walletIds.eth }],
    ["null hashes inside", { ...ethPayment(14), hashes: [null] }],
    ["a negative index", { ...ethPayment(15), index: -1 }],
    ["an index with a fraction", { ...ethPayment(16), index: 1.5 }],
    ["an index above 2^31 - 1", { ...ethPayment(17), index: 2 ** 31 }],
    ["signers without id", { ...ethPayment(18), signatures: [{ index: 1 }] }],
  ];

  test(
    "are named and reported where they have an id; the others are signed",
    onScene(async ({ api, runOnce }) => {
      const entries = [...withoutId, ...withId].map(([, entry]) => entry);
      api.answer = ({ path }) => (path === LIST ? Response.json([...entries, good]) : undefined);
      const { status, stderr } = await runOnce(["--chain=ETH"]);
      expect(stderr).toContain(`Tx was processed: ${good.id}`);
      expect(stderr).toContain(`Could not process ${withoutId.length} entries of ETH without an id`);
      expect(status).toBe(75);
      expect(api.broadcasts).toHaveLength(1);
      expect(api.to("/four-eye/").map(({ path }) => path)).toEqual([`/four-eye/${good.id}`]);
      const ids = withId.map((_, at) => pendingId(10 + at));
      expect(api.reported.map(({ signatureId }) => signatureId)).toEqual(ids);
      for (const id of ids)
        expect(stderr).toContain(`Could not process transaction id ${id} of ETH, error: `);
    }),
  );

  test(
    "are reported and logged once, however often they are listed",
    onScene(async ({ api, start }) => {
      const broken = { ...ethPayment(2), serializedTransaction: 5 };
      api.answer = ({ path }) => (path === LIST ? Response.json([broken, null, null]) : undefined);
      const daemon = start(["--chain=ETH"]);
      await daemon.logged("Could not process");
      while (api.to(LIST).length < 8) await Bun.sleep(20);
      expect(api.reported).toHaveLength(1);
      expect(daemon.log.split("Could not process").length - 1).toBeLessThanOrEqual(2);
    }),
  );
});

describe("unusual entries that can be read", () => {
  const mnemonic = {
    [walletIds.eth]: {
      mnemonic: "burst omit monkey transfer mirror sun begin carry smart matrix capable pigeon",
      chain: "ETH",
      testnet: false,
    },
  };

  test(
    "unknown members and members that are null do no harm",
    onScene(async ({ api, runOnce }) => {
      const nulls = {
        index: null,
        signatures: null,
        withdrawalId: null,
        withdrawalResponses: null,
        txId: null,
      };
      api.pending = [altered(ethPayment(1), { ...nulls, apiKey: "x", later: { a: [1, 2] } })];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toHaveLength(1);
    }),
  );

  test("an index that came as text is that index", async () => {
    const payloads: string[] = [];
    // On two vaults: one signs the same bytes for one transaction only.
    for (const index of ["2", 2])
      await onScene(async ({ api, runOnce }) => {
        api.pending = [altered(ethPayment(1), { index })];
        expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
        expect(api.broadcasts).toHaveLength(1);
        payloads.push(payloadOf(api.broadcasts[0]));
      }, mnemonic)();
    expect(payloads[0]).toBe(payloads[1] as string);
  });

  test(
    "a transaction that has a txId is done and left alone",
    onScene(async ({ api, runOnce }) => {
      api.pending = [altered(ethPayment(1), { txId: `0x${"ab".repeat(32)}` })];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toEqual([]);
      expect(api.to("/four-eye/")).toEqual([]);
    }),
  );

  test(
    "a transaction that is listed twice is signed once",
    onScene(async ({ api, runOnce }) => {
      api.pending = [ethPayment(1), ethPayment(1)];
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toHaveLength(1);
    }),
  );

  test(
    "a list of 20,000 is worked on in parts; the log says so and stays short",
    onScene(async ({ api, runOnce }) => {
      api.answer = ({ path }) => (path === LIST ? Response.json(Array(20_000).fill({})) : undefined);
      const run = await runOnce(["--chain=ETH"]);
      expect(run.stderr).toContain("20000 pending transactions");
      expect(run.stderr.length).toBeLessThan(2000);
      expect(run.status).toBe(75);
      expect(api.reported).toEqual([]);
    }),
  );
});
