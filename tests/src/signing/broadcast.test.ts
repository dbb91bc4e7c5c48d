import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import type { Chain, Proof, Whereabouts } from "../../../chains/chain.ts";
import { ChainError } from "../../../chains/error.ts";
import { KmsError } from "../../../src/errors.ts";
import type { Job } from "../../../src/journal/job.ts";
import { sealJob } from "../../../src/journal/records.ts";
import { Broadcast } from "../../../src/signing/broadcast.ts";
import { createChainEnvironment } from "../../../src/signing/environment.ts";
import { updateJobRow } from "../../../src/store/tables/job.ts";
import { ethereum, PERIOD, payment, SigningScene } from "./signing-scene.ts";

let scene: SigningScene;
beforeEach(async () => {
  scene = await SigningScene.create();
});
afterEach(() => scene.end());

function send(job: Job, isListed = true, chain: Chain = ethereum) {
  const { services, reports } = scene;
  const environment = createChainEnvironment(chain, services, () => undefined);
  return new Broadcast(chain, environment, services, reports).send(job, isListed);
}

/** The id of bytes that were given up before others were signed with their number. */
const EARLIER = `0x${"ea".repeat(32)}`;

/** A job that was sent, and whose first bytes, {@link EARLIER}, were given up. */
async function signedAgain(): Promise<Job> {
  const { vault, journal } = scene.services;
  const sent = await scene.sentJob(payment(1));
  const account = sent.signed?.sequence?.account ?? "";
  const row = sealJob(vault, { ...sent, released: [EARLIER], account });
  await vault.store.transaction((session) => updateJobRow(session, row));
  return (await journal.find(sent.id)) as Job;
}

/** A job whose bytes are recorded and were not sent, as journals of older versions have them. */
async function signedJob(): Promise<Job> {
  const { vault, journal } = scene.services;
  const recorded = await scene.recordedJob(payment(1));
  const row = sealJob(vault, { ...recorded, state: "signed" });
  await vault.store.transaction((session) => updateJobRow(session, row));
  return (await journal.find(recorded.id)) as Job;
}

function answerBroadcast(status: number, body: unknown, headers: Record<string, string> = {}): void {
  scene.api.answer = ({ path }) =>
    path.endsWith("/broadcast") ? Response.json(body, { status, headers }) : undefined;
}

/** The API's word about the job, when it is asked. */
function answerQuestion(answer: () => Response, otherwise = scene.api.answer): void {
  scene.api.answer = (request) =>
    request.method === "GET" && request.path.startsWith("/v3/kms/") ? answer() : otherwise(request);
}

function puts(): string[] {
  return scene.api.requests.filter(({ method }) => method === "PUT").map(({ path }) => path);
}

describe("recorded bytes that were not sent", () => {
  test("are sent without a question when the API lists the transaction", async () => {
    const job = await signedJob();
    expect(job.state).toBe("signed");
    expect((await send(job)).outcome).toBe("done");
    expect(scene.payloads).toEqual([job.signed?.payload as string]);
    expect(
      scene.api.requests.filter(({ method, path }) => method === "GET" && path.startsWith("/v3/kms/")),
    ).toEqual([]);
  });

  test("stay unsent in the journal while the API takes no more requests", async () => {
    const job = await signedJob();
    scene.services.http.limit(new URL(scene.api.url), undefined);
    answerQuestion(() => new Response("", { status: 429, headers: { "retry-after": "600" } }));
    await scene.services.api.completion(job.id);
    const { outcome, job: next } = await send(job);
    expect([outcome, next.state, next.signed]).toEqual(["waiting", "signed", job.signed]);
    expect(next.attemptAt).toBeGreaterThan(Date.now() + 590_000);
    expect(scene.payloads).toEqual([]);
  });

  test("are not sent when the API does not list and not know the transaction any more", async () => {
    const job = await signedJob();
    answerQuestion(() => Response.json({ errorCode: "kms.missing" }, { status: 404 }));
    expect(await send(job, false)).toMatchObject({ outcome: "parked", job: { state: "parked" } });
    expect(scene.payloads).toEqual([]);
    expect(scene.log.join("")).toContain("may have been cancelled. A person has to decide");
  });

  test("are not sent while the API does not tell what became of an unlisted transaction", async () => {
    const job = await signedJob();
    answerQuestion(() => new Response("", { status: 500 }));
    const { outcome, job: next } = await send(job, false);
    expect({ outcome, state: next.state, attempts: next.attempts }).toEqual({
      outcome: "waiting",
      state: "signed",
      attempts: 1,
    });
    expect(next.problem).toContain("the API does not tell what became of it");
    expect(scene.payloads).toEqual([]);
  });

  test("are sent when the API says that the unlisted transaction is pending", async () => {
    const job = await signedJob();
    answerQuestion(() => Response.json({ id: job.id }));
    expect((await send(job, false)).outcome).toBe("done");
  });

  test("are not sent once the program is being stopped", async () => {
    const job = await signedJob();
    scene.stopping.abort();
    expect((await send(job)).outcome).toBe("waiting");
    expect(scene.payloads).toEqual([]);
  });
});

describe("bytes that may be on their way", () => {
  test("are not sent again when the API says that they are done", async () => {
    const job = await scene.sentJob(payment(1));
    const before = scene.payloads.length;
    // In another spelling: without 0x, in capitals.
    const txId = (job.signed?.transactionId ?? "").slice(2).toUpperCase();
    answerQuestion(() => Response.json({ id: job.id, txId }));
    expect(await send(job)).toMatchObject({ outcome: "done", job: { state: "done", txId, attempts: 0 } });
    expect(scene.payloads).toHaveLength(before);
  });

  test("wait for a person when the API calls the job done under another transaction id", async () => {
    const job = await scene.sentJob(payment(1));
    answerQuestion(() => Response.json({ id: job.id, txId: "0xother" }));
    const { outcome, job: parked } = await send(job);
    expect({ outcome, state: parked.state }).toEqual({ outcome: "parked", state: "parked" });
    expect(parked.problem).toContain("completed it as 0xother");
    expect(parked.problem).toContain(job.signed?.transactionId as string);
  });

  test("are sent three times a round while no answer is clear, with a question between, then later", async () => {
    const job = await scene.sentJob(payment(1));
    expect(new Set(scene.payloads)).toEqual(new Set([job.signed?.payload as string]));
    expect(scene.payloads).toHaveLength(3);
    const asked = scene.api.requests.filter(
      ({ method, path }) => method === "GET" && path === `/v3/kms/${job.id}`,
    );
    expect(asked).toHaveLength(2);
    expect(job).toMatchObject({ state: "sent", attempts: 1, problem: expect.stringContaining("HTTP 500") });
    expect((job.attemptAt - Date.now()) / PERIOD).toBeCloseTo(1, 1);
  });

  test("are not sent again in the same round when the API asks to wait", async () => {
    const job = await signedJob();
    answerBroadcast(503, {}, { "retry-after": "3000" });
    const { job: next } = await send(job);
    expect(scene.payloads).toHaveLength(1);
    expect((next.attemptAt - Date.now()) / 3_000_000).toBeCloseTo(1, 1);
  });

  test("are not sent again once the program is being stopped", async () => {
    const job = await scene.sentJob(payment(1));
    const before = scene.payloads.length;
    answerQuestion(() => {
      scene.stopping.abort();
      return Response.json({ id: job.id });
    });
    expect(await send(job)).toMatchObject({ outcome: "waiting", job: { state: "sent" } });
    expect(scene.payloads).toHaveLength(before);
  });
});

describe("an accepted broadcast", () => {
  test("is told to the API once more when it did not mark the transaction", async () => {
    const job = await signedJob();
    const txId = job.signed?.transactionId as string;
    answerBroadcast(200, { txId, failed: true });
    expect(await send(job)).toMatchObject({ outcome: "done", job: { state: "done", txId } });
    expect(puts()).toEqual([`/v3/kms/${job.id}/${txId}`]);
  });

  test.each([
    ["another transaction id", { txId: `0x${"cd".repeat(32)}` }],
    ["a word in the place of the id", { txId: "error" }],
    ["an error of the API", { statusCode: 500, errorCode: "internal", txId: "0xabc" }],
    ["an error of the API and no id", { statusCode: 500, message: "internal" }],
  ])("with %s in it is unclear: the same bytes go out again, nothing is told as done", async (_, body) => {
    const job = await signedJob();
    answerBroadcast(200, body);
    answerQuestion(() => Response.json({ id: job.id }));
    const { outcome, job: next } = await send(job);
    expect({ outcome, state: next.state, txId: next.txId }).toEqual({
      outcome: "waiting",
      state: "sent",
      txId: undefined,
    });
    expect(new Set(scene.payloads)).toEqual(new Set([job.signed?.payload as string]));
    expect(puts()).toEqual([]);
    expect(await scene.reported()).toEqual([]);
  });

  test("that holds an error and the right id is unclear", async () => {
    const job = await signedJob();
    answerBroadcast(200, { statusCode: 500, txId: job.signed?.transactionId });
    expect((await send(job)).outcome).toBe("waiting");
  });

  test("under our own transaction id needs no word to anybody", async () => {
    const job = await signedJob();
    const txId = job.signed?.transactionId as string;
    answerBroadcast(200, { txId });
    const { job: done } = await send(job);
    expect(puts()).toEqual([]);
    expect(scene.log.join("")).not.toContain("calls transaction");
    // The API gets a minute to drop it from its list.
    expect((done.attemptAt - Date.now()) / 60_000).toBeCloseTo(1, 0);
  });
});

describe("a refused broadcast", () => {
  test.each([
    ["carried out without success is told as failed, and waits for a person", false, "parked", 0],
    ["carried out is done, and the API is told", true, "done", 1],
  ] as const)("of bytes that the API shows as %s", async (_, successful, outcome, told) => {
    const job = await signedJob();
    const hash = job.signed?.transactionId;
    scene.api.answer = ({ path }) => {
      if (path.endsWith("/broadcast")) return Response.json({ message: "already known" }, { status: 403 });
      return path.includes("/transaction/") ? Response.json({ hash, successful }) : undefined;
    };
    const answered = await send(job, true, { ...ethereum, locate: async () => "absent" } as Chain);
    expect(answered.outcome).toBe(outcome);
    expect(puts()).toHaveLength(told);
    expect((await scene.reported()).filter((text) => text.includes("without success"))).toHaveLength(
      1 - told,
    );
  });

  test("keeps the bytes, is reported, and offered again later", async () => {
    const job = await signedJob();
    answerBroadcast(403, { errorCode: "odd", message: "nonce too low" });
    const { outcome, job: next } = await send(job);
    expect({ outcome, state: next.state, refusals: next.refusals, attempts: next.attempts }).toEqual({
      outcome: "waiting",
      state: "sent",
      refusals: 1,
      attempts: 1,
    });
    expect(next.signed).toEqual(job.signed as NonNullable<Job["signed"]>);
    expect((next.attemptAt - Date.now()) / PERIOD).toBeCloseTo(1, 1);
    expect(await scene.reported()).toEqual([expect.stringContaining("nonce too low")]);
  });

  test("is parked at the twelfth time, and not before", async () => {
    const job = await signedJob();
    answerBroadcast(403, { errorCode: "odd", message: "nonce too low" });
    const sent = await scene.journal.move(job, "sent", { refusals: 10 });
    const eleventh = await send(sent);
    expect(eleventh).toMatchObject({ outcome: "waiting", job: { state: "sent", refusals: 11 } });
    expect(await send(eleventh.job)).toMatchObject({
      outcome: "parked",
      job: { state: "parked", refusals: 12 },
    });
    expect(scene.log.join("")).toContain(`Transaction ${job.id} is parked`);
  });

  /** The API's word about the transaction on the chain. */
  function answerChain(answer: (txId: string) => Response, otherwise = scene.api.answer): void {
    scene.api.answer = (request) => {
      const id = /^\/v3\/ethereum\/transaction\/(0x.*)$/.exec(request.path)?.[1];
      return id === undefined ? otherwise(request) : answer(id);
    };
  }

  test("because the node has these bytes is none, when the chain shows them", async () => {
    const job = await signedJob();
    answerBroadcast(403, { errorCode: "odd", message: "already known" });
    answerChain((hash) => Response.json({ hash, blockNumber: 7 }));
    expect(await send(job)).toMatchObject({
      outcome: "done",
      job: { state: "done", txId: job.signed?.transactionId as string },
    });
    expect(puts()).toEqual([`/v3/kms/${job.id}/${job.signed?.transactionId}`]);
    expect(await scene.reported()).toEqual([]);
    expect(scene.log.join("")).toContain(`${job.id} is confirmed`);
  });

  test.each([
    ["does not show them", () => Response.json({ errorCode: "tx.not.found" }, { status: 404 })],
    ["cannot be asked", () => new Response("", { status: 500 })],
  ])("because the node has these bytes is unclear while the chain %s", async (_, answer) => {
    for (const message of ["already known", "insufficient funds; last known transaction 5"]) {
      const job = await signedJob();
      answerBroadcast(403, { errorCode: "odd", message });
      answerChain(answer);
      expect(await send(job)).toMatchObject({ outcome: "waiting", job: { state: "sent", refusals: 0 } });
      expect(puts()).toEqual([]);
      expect(await scene.reported()).toEqual([]);
      await scene.end();
      scene = await SigningScene.create();
    }
  });

  test("of what the API knows as done is none", async () => {
    const job = await signedJob();
    answerBroadcast(403, { errorCode: "odd", message: "no" });
    answerQuestion(() => Response.json({ id: job.id, txId: job.signed?.transactionId }));
    expect((await send(job)).outcome).toBe("done");
    expect(await scene.reported()).toEqual([]);
  });
});

describe("bytes that expire", () => {
  const expiring = (proveExpired: Chain["proveExpired"]): Chain => ({ ...ethereum, proveExpired }) as Chain;

  test("are given up only when the network proves it", async () => {
    const job = await scene.sentJob(payment(1));
    const before = scene.payloads.length;
    const { outcome, job: fresh } = await send(
      job,
      true,
      expiring(async () => "one-answer"),
    );
    expect({ outcome, state: fresh.state, signed: fresh.signed }).toEqual({
      outcome: "waiting",
      state: "seen",
      signed: undefined,
    });
    expect(fresh.released).toEqual([job.signed?.transactionId as string]);
    expect(scene.payloads).toHaveLength(before);
    expect(scene.log.join("")).toContain("without landing; it starts anew");
  });

  test.each([
    ["says no", async (): Promise<Proof> => "none"],
    [
      "does not answer",
      async () => {
        throw new KmsError("NETWORK", "no answer");
      },
    ],
    [
      "answers nonsense",
      async () => {
        throw new ChainError("NODE_ANSWER_INVALID", "nonsense");
      },
    ],
  ])("are sent again while the network %s", async (_what, proveExpired) => {
    const job = await scene.sentJob(payment(1));
    expect((await send(job, true, expiring(proveExpired))).outcome).toBe("done");
    expect(new Set(scene.payloads).size).toBe(1);
  });

  test("are given up on several answers only when these say so again, minutes later", async () => {
    let proof: Proof = "several-answers";
    const chain = expiring(async () => proof);
    answerBroadcast(500, {});
    let { job } = await send(await scene.sentJob(payment(1)), true, chain);
    const pass = (minutes: number) => (clock += minutes * 60_000);
    // A whole number: of others, what lies five minutes apart may come out a little less.
    let clock = Math.ceil(performance.now());
    const spy = spyOn(performance, "now").mockImplementation(() => clock);
    const states: string[] = [];
    for (const [minutes, next] of [
      [4, "several-answers"],
      [2, "none"],
      [6, "several-answers"],
      [4, "several-answers"],
      [1, "several-answers"],
    ] as const) {
      pass(minutes);
      proof = next;
      ({ job } = await send(job, true, chain));
      states.push(job.state);
    }
    spy.mockRestore();
    expect(states).toEqual(["sent", "sent", "sent", "sent", "seen"]);
  });

  test("prove nothing of bytes that were given up before: the number is kept, as for those", async () => {
    const job = await signedAgain();
    const { job: fresh } = await send(
      job,
      true,
      expiring(async () => "one-answer"),
    );
    const { account = "", number = "" } = job.signed?.sequence ?? {};
    expect(fresh).toMatchObject({ state: "seen", account, released: [EARLIER, job.signed?.transactionId] });
    expect(fresh.voided).toBeUndefined();
    const kept = { id: job.id, number: BigInt(number) };
    expect((await scene.journal.usedSequences(account)).kept).toEqual([kept]);
  });

  test("are not given up while the API does not tell whether they are done", async () => {
    const job = await scene.sentJob(payment(1));
    answerQuestion(() => new Response("", { status: 500 }));
    await send(
      job,
      true,
      expiring(async () => "one-answer"),
    );
    expect((await scene.job(payment(1))).signed).toEqual(job.signed as NonNullable<Job["signed"]>);
  });
});

/** A job that was refused, and minutes later, when it is due, the same again. */
async function refusedTwice(chain: Chain, refused?: Job) {
  scene.list(payment(1));
  answerBroadcast(403, { errorCode: "odd", message: "nonce too low" });
  let { job } = await send(refused ?? (await signedJob()), true, chain);
  ({ job } = await send(job, true, chain));
  const later = performance.now() + 6 * 60_000;
  const spy = spyOn(performance, "now").mockImplementation(() => later);
  const step = await send(job, true, chain);
  spy.mockRestore();
  return step;
}

describe("bytes of a pending transaction that names a time which is over", () => {
  const lapsing = (proveLapsed: Chain["proveLapsed"]): Chain =>
    ({ ...ethereum, proveLapsed, locate: async () => "absent" }) as Chain;

  test("end as expired when the network says so twice, minutes apart: it is told, and the number is free", async () => {
    const { outcome, job } = await refusedTwice(lapsing(async () => "several-answers"));
    expect({ outcome, state: job.state }).toEqual({ outcome: "failed", state: "cancelled" });
    expect(job.problem).toStartWith("it expired: the time that the transaction itself names is over");
    expect(await scene.reported()).toContain(`Error: ${job.problem}`);
    const { account = "", number = "" } = job.signed?.sequence ?? {};
    expect((await scene.journal.usedSequences(account)).has(BigInt(number))).toBe(false);
  });

  test("wait for a person when bytes were given up before: another content may have given those more time", async () => {
    const signed = await signedAgain();
    const { outcome, job } = await refusedTwice(
      lapsing(async () => "several-answers"),
      signed,
    );
    expect({ outcome, state: job.state }).toEqual({ outcome: "parked", state: "parked" });
    expect(job.problem).toContain(`${EARLIER}, which was given up before, may still land`);
    expect((await scene.reported()).filter((text) => text.includes("it expired"))).toEqual([]);
    const { account = "", number = "" } = job.signed?.sequence ?? {};
    expect((await scene.journal.usedSequences(account)).has(BigInt(number))).toBe(true);
  });

  test("are offered again as long as it is not shown twice", async () => {
    let isShown = true;
    const once = await refusedTwice(
      lapsing(async (): Promise<Proof> => {
        isShown = !isShown;
        return isShown ? "several-answers" : "none";
      }),
    );
    expect(once.job.state).toBe("sent");
  });

  test.each([
    ["in a pool", "pooled", "sent"],
    ["in a block", "confirmed", "done"],
  ] as const)("are not given up when the network has them %s after all", async (_, place, state) => {
    const places: Whereabouts[] = ["absent", "absent", place];
    const locate = async () => places.shift() ?? place;
    const { job } = await refusedTwice({ ...lapsing(async () => "several-answers"), locate });
    expect(job.state).toBe(state);
  });
});

describe("bytes whose nonce another transaction has taken", () => {
  const replacing = (proveReplaced: Chain["proveReplaced"]): Chain =>
    ({ ...ethereum, proveReplaced }) as Chain;

  test("are told as failed when final blocks say so twice, minutes apart, and are not offered any more", async () => {
    const { outcome, job } = await refusedTwice(replacing(async () => "several-answers"));
    expect({ outcome, state: job.state, refusals: job.refusals }).toEqual({
      outcome: "parked",
      state: "parked",
      refusals: 2,
    });
    expect(job.problem).toContain(
      `another transaction has used the number ${job.signed?.sequence?.number} of 0x`,
    );
    expect(await scene.reported()).toContain(`Error: ${job.problem}`);
  });

  test("are offered again as long as it is not shown twice", async () => {
    let isShown = true;
    const { job } = await refusedTwice(
      replacing(async (): Promise<Proof> => {
        isShown = !isShown;
        return isShown ? "several-answers" : "none";
      }),
    );
    expect(job.state).toBe("sent");
  });

  test("are done when the chain has them after all", async () => {
    const places: Whereabouts[] = ["absent", "absent", "confirmed"];
    const locate = async () => places.shift() ?? "absent";
    const { outcome } = await refusedTwice({ ...replacing(async () => "several-answers"), locate });
    expect(outcome).toBe("done");
  });
});

describe("a chain that hands its bytes to a node itself", () => {
  const submitting = (submit: Chain["submit"]): Chain => ({ ...ethereum, submit }) as Chain;
  const failing = (failure: Error): Chain =>
    submitting(async () => {
      throw failure;
    });

  test("tells the API what the node answered", async () => {
    const job = await signedJob();
    answerBroadcast(200, { txId: job.signed?.transactionId });
    const chain = submitting(async () => "0xfromthenode");
    expect((await send(job, true, chain)).outcome).toBe("done");
    expect(scene.payloads).toEqual(["0xfromthenode"]);
  });

  test("whose transaction failed there waits for a person, and is reported", async () => {
    const job = await signedJob();
    const failure = new ChainError("FAILED_ON_CHAIN", "out of gas");
    expect(await send(job, true, failing(failure))).toMatchObject({
      outcome: "parked",
      job: { state: "parked", problem: "out of gas" },
    });
    expect(await scene.reported()).toEqual(["Error: out of gas"]);
    expect(scene.payloads).toEqual([]);
  });

  test.each([
    ["refuses", new ChainError("NODE_REFUSED", "no"), 1],
    ["answers nonsense", new ChainError("NODE_ANSWER_INVALID", "nonsense"), 0],
    ["does not answer", new KmsError("NETWORK", "no answer"), 0],
  ])("whose node %s keeps the bytes for later", async (_what, failure, refusals) => {
    const job = await signedJob();
    expect(await send(job, true, failing(failure))).toMatchObject({
      outcome: "waiting",
      job: { state: "sent", refusals, problem: failure.message },
    });
  });

  test("with a mistake in it is not taken for an answer", async () => {
    const job = await signedJob();
    expect(send(job, true, failing(new TypeError("mistake")))).rejects.toThrow("mistake");
  });
});

test("a job without signed bytes is refused", async () => {
  const job = scene.journal.begin(payment(1).transaction, "");
  expect(send(job)).rejects.toThrow();
});
