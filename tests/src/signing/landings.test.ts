import { afterEach, beforeEach, describe, expect, setSystemTime, spyOn, test } from "bun:test";
import { KmsError } from "../../../src/errors.ts";
import { Landings } from "../../../src/signing/landings.ts";
import { Pipeline } from "../../../src/signing/pipeline.ts";
import { ethereum, payment, SigningScene } from "./signing-scene.ts";

let scene: SigningScene;
let landings: Landings;
/** What the blocks count, and what nodes know of each transaction. */
let counted: number;
let known: "absent" | "pooled" | "unclear";
let clock: number;
let takes: boolean;

const MINUTE = 60_000;

beforeEach(async () => {
  scene = await SigningScene.create();
  clock = 0;
  landings = new Landings(() => clock);
  [counted, known, takes] = [1, "absent", true];
  scene.api.answer = ({ path, body }) => {
    const { method } = (body ?? {}) as { method?: string };
    if (method === "eth_getTransactionCount") return Response.json({ result: `0x${counted.toString(16)}` });
    if (method === "eth_getTransactionByHash") {
      if (known === "unclear") return new Response("", { status: 500 });
      return Response.json({ result: known === "absent" ? null : { blockHash: null } });
    }
    if (path.endsWith("/broadcast") && !takes)
      return Response.json(
        { statusCode: 403, errorCode: "x", message: "insufficient funds" },
        { status: 403 },
      );
    return undefined;
  };
});
afterEach(() => {
  setSystemTime();
  return scene.end();
});

/** One look, so many minutes after the last one. */
async function lookAfter(minutes: number): Promise<void> {
  clock += minutes * MINUTE;
  setSystemTime(Date.now() + minutes * MINUTE);
  await new Pipeline(ethereum, scene.services, scene.reports, landings).lookForDropped();
}

const dropped = (): string[] => scene.log.filter((line) => line.includes("nodes have it any more"));

describe("a payment that was taken and that the network dropped", () => {
  test("is told in log and job, and its same bytes are sent again without naming the pending transaction", async () => {
    await scene.process(payment(1));
    await lookAfter(3);
    expect(dropped()).toEqual([]);
    await lookAfter(2);
    expect(dropped()).toHaveLength(1);
    expect(scene.payloads).toHaveLength(2);
    expect(new Set(scene.payloads).size).toBe(1);
    expect(scene.api.broadcasts[1]?.body).not.toHaveProperty("signatureId");
    const { state, problem } = await scene.job(payment(1));
    expect({ state, problem }).toEqual({
      state: "done",
      problem: expect.stringContaining("behind its number 1"),
    });
  });

  test("is sent once more after growing waits only, as long as nobody has it", async () => {
    await scene.process(payment(1));
    for (let minute = 0; minute < 30; minute++) await lookAfter(1);
    expect(scene.api.broadcasts.length).toBeGreaterThanOrEqual(4);
    expect(scene.api.broadcasts.length).toBeLessThan(7);
  });

  test("holds what would go out behind it when the network does not take it any more", async () => {
    await scene.process(payment(1));
    takes = false;
    await lookAfter(3);
    await lookAfter(2);
    const account = (await scene.job(payment(1))).signed?.sequence?.account ?? "";
    expect(landings.held(account)).toMatchObject([
      { number: 1n, reason: expect.stringContaining("insufficient funds") },
    ]);
    takes = true;
    await lookAfter(15);
    expect(landings.held(account)).toEqual([]);
  });

  test("is told when another transaction used its number meanwhile", async () => {
    await scene.process(payment(1));
    await lookAfter(3);
    counted = 2;
    await lookAfter(1);
    await lookAfter(1);
    expect((await scene.job(payment(1))).problem).toMatch(/used its number 1.*can never land/);
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test.each([1, 3])("is told when the API shows that it failed, with %d counted", async (count) => {
    await scene.process(payment(1));
    const hash = (await scene.job(payment(1))).signed?.transactionId;
    const { answer } = scene.api;
    scene.api.answer = (request) =>
      request.path.includes("/transaction/") ? Response.json({ hash, status: false }) : answer(request);
    counted = count;
    for (let look = 0; look < 4; look++) await lookAfter(1);
    expect((await scene.job(payment(1))).problem).toBe("the network carried it out without success");
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test("is told as well when nodes do not tell for some looks whether they have it", async () => {
    await scene.process(payment(1));
    await lookAfter(3);
    [counted, known] = [2, "unclear"];
    for (let look = 0; look < 4; look++) await lookAfter(1);
    known = "absent";
    await lookAfter(1);
    expect((await scene.job(payment(1))).problem).toMatch(/used its number 1.*can never land/);
  });

  test("is told when a program that signs for the account too used its number before anybody looked for it", async () => {
    await scene.process(payment(1));
    counted = 3;
    for (let look = 0; look < 4; look++) await lookAfter(1);
    expect((await scene.job(payment(1))).problem).toMatch(/used its number 1.*can never land/);
    expect(scene.api.broadcasts).toHaveLength(1);
    for (let look = 0; look < 10; look++) await lookAfter(1);
    expect(scene.log.filter((line) => line.includes("can never land"))).toHaveLength(1);
  });
});

describe("a payment of a chain that is asked about only through the API", () => {
  const { countTransactions: _, locate: __, ...rest } = ethereum;
  const chain = rest as typeof ethereum;
  /** What the API says of a transaction; nothing where it has none. */
  let found: object | undefined;

  beforeEach(async () => {
    const { answer } = scene.api;
    found = undefined;
    scene.api.answer = (request) => {
      const [, hash] = /\/transaction\/(0x\w{64})$/.exec(request.path) ?? [];
      if (hash === undefined) return answer(request);
      return found === undefined ? new Response("{}", { status: 404 }) : Response.json({ hash, ...found });
    };
    await scene.process(payment(1));
    scene.api.requests.length = 0;
  });

  async function look(minutes: number): Promise<void> {
    clock += minutes * MINUTE;
    setSystemTime(Date.now() + minutes * MINUTE);
    await new Pipeline(chain, scene.services, scene.reports, landings).lookForDropped();
  }

  const asked = (): number =>
    scene.api.requests.filter(({ path }) => path.includes("/v3/ethereum/transaction/")).length;

  test("is told and sent again when the network dropped it, and told when it is not taken again", async () => {
    await look(9);
    expect(asked()).toBe(0);
    await look(2);
    await look(1);
    expect(dropped()).toHaveLength(1);
    expect(scene.payloads).toEqual([(await scene.job(payment(1))).signed?.payload ?? ""]);
    takes = false;
    for (let minute = 0; minute < 60; minute++) await look(1);
    expect((await scene.job(payment(1))).problem).toMatch(/not taken again: .*insufficient funds/);
  });

  test("is asked for once when a block has it", async () => {
    found = { blockNumber: 7 };
    for (let minute = 0; minute < 60; minute++) await look(1);
    expect(asked()).toBe(1);
    expect((await scene.job(payment(1))).problem).toBeUndefined();
  });

  test("is asked for seldom as long as it waits in a pool, and found when that drops it after hours", async () => {
    found = { blockNumber: null };
    for (let minute = 0; minute < 180; minute++) await look(1);
    expect(asked()).toBeLessThanOrEqual(7);
    expect(scene.api.broadcasts).toEqual([]);
    found = undefined;
    for (let minute = 0; minute < 63; minute++) await look(1);
    expect(scene.api.broadcasts).toHaveLength(1);
  });
});

describe("a payment that waits in a pool for a number that nobody used", () => {
  test("is told once in log and job, with the number, and is not sent again", async () => {
    known = "pooled";
    await scene.process(payment(3));
    for (let look = 0; look < 4; look++) await lookAfter(3);
    expect(scene.log.filter((line) => line.includes("waits for the number 1"))).toHaveLength(1);
    expect((await scene.job(payment(3))).problem).toMatch(
      /number 3, but it waits for the number 1 of 0x\w+, which/,
    );
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test("is told for each that waits behind bytes that the network does not take any more", async () => {
    await scene.process(payment(1));
    await scene.process(payment(2));
    await scene.process(payment(3));
    takes = false;
    for (let look = 0; look < 4; look++) await lookAfter(3);
    for (const number of [2, 3])
      expect((await scene.job(payment(number))).problem).toMatch(
        /waits for the number 1 of 0x\w+, whose bytes the network does not take any more/,
      );
    expect(scene.log.filter((line) => line.includes("waits for the number 1"))).toHaveLength(2);
  });

  test("is told as well when another transaction paid what the journal has that number for, and its own bytes are gone", async () => {
    await scene.process(payment(1, { nonce: 2 }));
    const sent = await scene.sentJob(payment(2, { nonce: 1 }));
    await scene.journal.close(sent, "done", { txId: `0x${"cd".repeat(32)}` });
    known = "pooled";
    await lookAfter(3);
    // One node may lie behind, by blocks.
    expect((await scene.job(payment(1))).problem).toBeUndefined();
    for (let look = 0; look < 4; look++) await lookAfter(2);
    expect((await scene.job(payment(1))).problem).toMatch(
      /number 2, but it waits for the number 1 of 0x\w+, which blocks do not come to/,
    );
    expect(scene.log.filter((line) => line.includes("waits for the number 1"))).toHaveLength(1);
  });

  test("is not told while what has that number is on its way", async () => {
    await scene.process(payment(1, { nonce: 2 }));
    await scene.sentJob(payment(2, { nonce: 1 }));
    known = "pooled";
    for (let look = 0; look < 8; look++) await lookAfter(3);
    expect(scene.log.join("")).not.toContain("waits for the number");
  });

  test("is not told where the journal has all numbers before it", async () => {
    known = "pooled";
    await scene.process(payment(1));
    await scene.process(payment(2));
    for (let look = 0; look < 4; look++) await lookAfter(3);
    expect(scene.log.join("")).not.toContain("waits for the number");
  });
});

/** A payment of an account of its own, or of another one with a number there, that was signed elsewhere and is done. */
async function doneOf(number: number, other?: { account: string; number: bigint }): Promise<void> {
  const { journal } = scene;
  const { transaction, contentDigest } = payment(number);
  const hex = number.toString(16);
  const transactionId = `0x${hex.padStart(64, "a")}`;
  const sequence = other ?? { account: `0x${hex.padStart(40, "b")}`, number: 1n };
  const signed = { payload: "0x", transactionId, filledIn: {}, sequence };
  const job = journal.approved(journal.begin(transaction, contentDigest));
  const sent = await journal.recordSigned(job, signed, await journal.usedSequences(sequence.account));
  await journal.move(sent, "done", { txId: transactionId });
}

/** What nodes were asked for, and forgets it. */
function askedFor(method: string): string[] {
  const asked = scene.api.requests.flatMap(({ body }) => {
    const call = (body ?? {}) as { method?: string; params?: readonly string[] };
    return call.method === method ? [call.params?.[0] ?? ""] : [];
  });
  scene.api.requests.length = 0;
  return asked;
}

describe("a look at many payments", () => {
  test("has fifty accounts counted and asks for fifty payments; each has its turn, however many are stuck", async () => {
    const ACCOUNTS = 60;
    known = "pooled";
    for (let number = 1; number <= ACCOUNTS; number++) await doneOf(number);
    const [counts, payments] = [new Set<string>(), new Set<string>()];
    for (let look = 0; look < 2; look++) {
      await lookAfter(3);
      const { requests } = scene.api;
      const before = [...requests];
      const counted = askedFor("eth_getTransactionCount");
      requests.push(...before);
      const found = askedFor("eth_getTransactionByHash");
      expect(counted).toHaveLength(50);
      expect(found.length).toBeLessThanOrEqual(50);
      for (const account of counted) counts.add(account);
      for (const id of found) payments.add(id);
    }
    expect([counts.size, payments.size]).toEqual([ACCOUNTS, ACCOUNTS]);
  });

  test("asks for fifty of those whose number another may have used, and the next time for the others", async () => {
    const account = `0x${"b".repeat(40)}`;
    for (let number = 1; number <= 60; number++) await doneOf(number, { account, number: BigInt(number) });
    [counted, known] = [100, "pooled"];
    for (const expected of [0, 50, 10, 0]) {
      await lookAfter(3);
      expect(askedFor("eth_getTransactionByHash")).toHaveLength(expected);
    }
  });

  test("finds also what was done in the millisecond in which the last one ended", async () => {
    setSystemTime(new Date());
    await doneOf(1);
    const now = Date.now();
    clock += 3 * MINUTE;
    await new Pipeline(ethereum, scene.services, scene.reports, landings).lookForDropped();
    for (let number = 2; number <= 8; number++) await doneOf(number);
    expect(Date.now()).toBe(now);
    await lookAfter(3);
    expect(new Set(askedFor("eth_getTransactionByHash")).size).toBe(8);
  });

  test("goes on to the others when the job of one cannot be read", async () => {
    await scene.process(payment(1));
    await scene.process(payment(2));
    await lookAfter(3);
    counted = 2;
    await lookAfter(1);
    const { journal } = scene;
    const find = spyOn(journal, "find").mockRejectedValueOnce(new KmsError("JOURNAL", "It does not open."));
    for (let look = 0; look < 5; look++) await lookAfter(2);
    find.mockRestore();
    expect(scene.log.join("")).toContain("It does not open.");
    expect((await scene.job(payment(1))).problem).toMatch(/can never land/);
    expect(dropped()).toHaveLength(1);
  });

  test("is not held up by that of a turn which has ended and whose question nobody answers", async () => {
    await scene.process(payment(1));
    clock += 3 * MINUTE;
    setSystemTime(Date.now() + 3 * MINUTE);
    const ended = new AbortController();
    const journal = Object.create(scene.journal, { find: { value: () => new Promise(() => undefined) } });
    const services = { ...scene.services, journal, stopping: ended.signal };
    void new Pipeline(ethereum, services, scene.reports, landings).lookForDropped();
    await Bun.sleep(0);
    ended.abort();
    await lookAfter(3);
    await lookAfter(2);
    expect(dropped()).toHaveLength(1);
  });

  test("asks nobody any more once the daemon stops", async () => {
    await scene.process(payment(1));
    scene.api.requests.length = 0;
    scene.stopping.abort();
    await lookAfter(3);
    expect(scene.api.requests).toEqual([]);
  });
});

describe("nothing is sent again", () => {
  test.each([
    ["of what waits in a pool", "pooled"],
    ["where it is unclear what nodes have", "unclear"],
  ] as const)("%s", async (_, where) => {
    known = where;
    await scene.process(payment(1));
    for (let minute = 0; minute < 30; minute++) await lookAfter(1);
    expect(scene.api.broadcasts).toHaveLength(1);
    expect(dropped()).toEqual([]);
  });

  test("of what the blocks count, which is not asked for", async () => {
    await scene.process(payment(1));
    counted = 2;
    scene.api.requests.length = 0;
    for (let minute = 0; minute < 30; minute++) await lookAfter(1);
    const asked = scene.api.requests.filter(
      ({ body }) => (body as { method?: string } | undefined)?.method === "eth_getTransactionByHash",
    );
    expect(asked).toEqual([]);
    expect(scene.api.broadcasts).toEqual([]);
  });

  test("of what another may have used the number of, for longer than twenty looks in which nodes do not tell", async () => {
    await scene.process(payment(1));
    [counted, known] = [3, "unclear"];
    for (let look = 0; look < 30; look++) await lookAfter(1);
    expect(askedFor("eth_getTransactionByHash").length).toBeGreaterThanOrEqual(20);
    known = "absent";
    for (let look = 0; look < 5; look++) await lookAfter(1);
    expect(askedFor("eth_getTransactionByHash")).toEqual([]);
    expect((await scene.job(payment(1))).problem).toMatch(/number 1, and nobody tells whether by it/);
  });

  test("of what was absent once only", async () => {
    await scene.process(payment(1));
    await lookAfter(3);
    known = "pooled";
    await lookAfter(2);
    known = "absent";
    await lookAfter(2);
    expect(dropped()).toEqual([]);
  });

  test("of bytes whose payment a person or the API has as done by another transaction", async () => {
    const { journal } = scene;
    const job = await scene.sentJob(payment(1));
    const parked = await journal.move(job, "parked", { problem: "completed as another one" });
    await journal.close(parked, "done", { txId: `0x${"cd".repeat(32)}` });
    const before = scene.api.broadcasts.length;
    for (let minute = 0; minute < 30; minute++) await lookAfter(1);
    expect(scene.api.broadcasts).toHaveLength(before);
    expect(dropped()).toEqual([]);
  });

  test("of what a count far too high hides once", async () => {
    await scene.process(payment(1));
    counted = 1000;
    await lookAfter(3);
    counted = 1;
    await lookAfter(1);
    await lookAfter(2);
    expect(dropped()).toHaveLength(1);
  });
});
