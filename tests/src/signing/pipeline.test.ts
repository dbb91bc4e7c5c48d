import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from "bun:test";
import { ChainError } from "../../../chains/error.ts";
import { KmsError } from "../../../src/errors.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { quarantine } from "../../../src/journal/quarantine.ts";
import { readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import { ethereum, PERIOD, payment, SigningScene, WALLET } from "./signing-scene.ts";

let scene: SigningScene;
beforeEach(async () => {
  scene = await SigningScene.create();
});
afterEach(() => scene.end());

/** In how many periods a job is tried again. */
async function waitOf(listed: ReturnType<typeof payment>): Promise<number> {
  return ((await scene.job(listed)).attemptAt - Date.now()) / PERIOD;
}

describe("a transaction that is approved", () => {
  test("is signed, recorded, broadcast and done", async () => {
    expect(await scene.process(payment(1))).toBe("done");
    const job = await scene.job(payment(1));
    expect(job).toMatchObject({ state: "done", attempts: 0 });
    expect(scene.payloads).toEqual([job.signed?.payload as string]);
    expect(scene.log.join("")).toContain(`Tx was processed: ${job.id}`);
  });

  test("is recorded with what it pays to whom; a call of a contract with neither", async () => {
    scene.api.fourEye = () => new Response("", { status: 403 });
    await scene.process(payment(1));
    await scene.process(payment(2, { data: "0x12345678" }));
    const to = "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5";
    expect((await scene.job(payment(1))).payments).toEqual([{ to, amount: "1000", asset: "ETH" }]);
    expect((await scene.job(payment(2))).payments).toBeUndefined();
    scene.api.fourEye = () => new Response("");
    await scene.process(payment(3));
    expect(await scene.job(payment(3))).toMatchObject({ state: "done", payments: [{ to, amount: "1000" }] });
  });

  test("is not signed again when it is still listed", async () => {
    await scene.process(payment(1));
    expect(await scene.process(payment(1))).toBe("signed before");
    expect(scene.payloads).toHaveLength(1);
  });

  test("gets a nonce that no other one of the account has", async () => {
    scene.api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(1) : undefined);
    for (const number of [1, 2]) {
      await scene.process(payment(number, number === 1 ? {} : { nonce: undefined }));
    }
    expect((await scene.job(payment(2))).signed?.sequence?.number).toBe("2");
  });

  test("is not signed on the word of a server that was exchanged meanwhile", async () => {
    let { policies } = scene.services;
    const services = {
      ...scene.services,
      get policies() {
        return policies;
      },
    };
    const work = await scene.pipeline(services).next(payment(1));
    if (typeof work === "string") throw new Error(work);
    expect(await work.approve?.()).toBeUndefined();
    policies = [{ name: "new server", decide: async () => ({ kind: "refused", reason: "said no" }) }];
    expect(await work.run()).toBe("denied");
    expect(scene.payloads).toEqual([]);
  });

  test("needs no approval on a test network without a four-eye server", async () => {
    expect(await scene.process(payment(1), { ...scene.services, policies: [] })).toBe("done");
    expect(scene.api.to("/four-eye/")).toEqual([]);
  });
});

describe("an approval that is more than five seconds old", () => {
  let clock: Mock<() => number>;
  afterEach(() => clock.mockRestore());

  /** The network tells a nonce after so many seconds; who approved says no by then. */
  function slowNetwork(seconds: number): void {
    clock = spyOn(performance, "now");
    scene.api.answer = ({ method, path }) => {
      if (method === "GET" && path.startsWith("/v3/kms/"))
        return Response.json({ ...withoutNonce.transaction, withdrawalId: null });
      if (!path.includes("/transaction/count/")) return undefined;
      const later = asked + seconds * 1000;
      clock.mockImplementation(() => later);
      scene.api.fourEye = () => new Response("", { status: 403 });
      return Response.json(1);
    };
    const asked = performance.now();
  }
  const withoutNonce = payment(1, { nonce: undefined });
  const questions = () => scene.api.to("/four-eye/").length;

  test("is asked for again right before the signature: withdrawn meanwhile, nothing is signed", async () => {
    slowNetwork(6);
    expect(await scene.process(withoutNonce)).toBe("denied");
    expect(questions()).toBe(2);
    const { state, signed } = await scene.job(withoutNonce);
    expect({ state, signed, payloads: scene.payloads }).toEqual({
      state: "denied",
      signed: undefined,
      payloads: [],
    });
  });

  test("is asked for again also when the signature is made and waits for its place: nothing is recorded or sent", async () => {
    const { api } = scene.services;
    clock = spyOn(performance, "now");
    const reserve = spyOn(api, "reserveBroadcast").mockImplementation(async () => {
      reserve.mockRestore();
      const place = await api.reserveBroadcast();
      const later = performance.now() + 6_000;
      clock.mockImplementation(() => later);
      scene.api.answer = ({ method, path }) =>
        method === "GET" && path.startsWith("/v3/kms/")
          ? Response.json({ ...payment(1).transaction, withdrawalId: null })
          : undefined;
      scene.api.fourEye = () => new Response("", { status: 403 });
      return place;
    });
    expect(await scene.process(payment(1))).toBe("denied");
    expect((await scene.job(payment(1))).signed).toBeUndefined();
    expect(scene.payloads).toEqual([]);
  });

  test("counts for less long than that", async () => {
    slowNetwork(4);
    expect(await scene.process(withoutNonce)).toBe("done");
    expect(questions()).toBe(1);
  });
});

describe("right before the signature", () => {
  /** The API's answer about the transaction; what is approved takes so many seconds. */
  function afterSeconds(seconds: number, answer: () => Response): void {
    const clock = spyOn(performance, "now");
    clocks.push(clock);
    scene.api.fourEye = () => {
      const later = performance.now() + seconds * 1000;
      clock.mockImplementation(() => later);
      return new Response("");
    };
    scene.api.answer = ({ method, path }) =>
      method === "GET" && path.startsWith("/v3/kms/") ? answer() : undefined;
  }
  const clocks: Mock<() => number>[] = [];
  afterEach(() => {
    for (const clock of clocks.splice(0)) clock.mockRestore();
  });
  const asked = () =>
    scene.api.requests.filter(({ method, path }) => method === "GET" && path.startsWith("/v3/kms/"));

  test("the API is asked again when its list is older than a few seconds", async () => {
    afterSeconds(6, () => Response.json({ ...payment(1).transaction, withdrawalId: null }));
    expect(await scene.process(payment(1))).toBe("done");
    expect(asked()).toHaveLength(1);
  });

  test("the API is not asked again while its list is fresh", async () => {
    afterSeconds(4, () => new Response("", { status: 500 }));
    expect(await scene.process(payment(1))).toBe("done");
    expect(asked()).toEqual([]);
  });

  test.each([
    ["completed", () => Response.json({ id: "1", txId: `0x${"ab".repeat(32)}` }), "was completed as 0xabab"],
    [
      "cancelled",
      () => Response.json({ errorCode: "kms.missing" }, { status: 404 }),
      "does not know transaction",
    ],
    ["unknown", () => new Response("", { status: 500 }), "does not tell whether"],
    ["an error", () => Response.json({ statusCode: 500 }), "does not tell whether"],
  ])("nothing is signed when the transaction is %s", async (_, answer, problem) => {
    afterSeconds(6, answer);
    expect(await scene.process(payment(1))).toBe("waiting");
    expect(await scene.job(payment(1))).toMatchObject({
      state: "seen",
      problem: expect.stringContaining(problem),
    });
    expect((await scene.job(payment(1))).signed).toBeUndefined();
    expect(scene.payloads).toEqual([]);
    expect(await scene.reported()).toEqual([]);
  });

  test("nothing is signed when the transaction was changed, which is reported", async () => {
    afterSeconds(6, () => Response.json({ ...payment(1, { value: "2000" }).transaction }));
    expect(await scene.process(payment(1))).toBe("failed");
    expect(scene.payloads).toEqual([]);
    expect(await scene.reported()).toEqual([
      expect.stringContaining("was changed after it was listed first"),
    ]);
  });

  test.each([
    ["removed", async () => {}],
    [
      "replaced by another one of the same name",
      () => scene.vault.add([[WALLET, { privateKey: `0x${"11".repeat(32)}`, chain: "ETH", testnet: false }]]),
    ],
  ])("nothing is signed with a wallet that was %s while the approval was awaited", async (_, replace) => {
    scene.api.fourEye = async () => {
      await scene.vault.remove(WALLET);
      await replace();
      return new Response("");
    };
    expect(await scene.process(payment(1))).toBe("failed");
    expect((await scene.job(payment(1))).signed).toBeUndefined();
    expect(scene.payloads).toEqual([]);
  });
});

describe("a count of the network above the journal's own next number", () => {
  /** What the network counts, and what its blocks confirm. */
  let counted: number;
  let confirmed: number | undefined;
  let clock: Mock<() => number>;
  const pass = (seconds: number): void => {
    const later = performance.now() + seconds * 1000;
    clock.mockImplementation(() => later);
  };
  const next = (number: number) => payment(number, { nonce: undefined });
  const again = () => ({ ...scene.services, runOnce: false });

  /** Tries a payment as if it were due. */
  async function tryAgain(listed: ReturnType<typeof payment>) {
    const job = await scene.journal.find(listed.transaction.id);
    if (job !== undefined) await scene.journal.move(job, "seen", { rest: -1 });
    return scene.process(listed, again());
  }

  beforeEach(async () => {
    counted = 3;
    confirmed = 3;
    clock = spyOn(performance, "now");
    scene.api.answer = ({ path, body }) => {
      if (path.includes("/transaction/count/")) return Response.json(counted);
      const { method, params } = (body ?? {}) as { method?: string; params?: unknown[] };
      if (method !== "eth_getTransactionCount") return undefined;
      expect(params?.[1]).toBe("latest");
      return confirmed === undefined
        ? new Response("", { status: 500 })
        : Response.json({ result: `0x${confirmed.toString(16)}` });
    };
    expect(await scene.process(next(1))).toBe("done");
  });
  afterEach(() => clock.mockRestore());

  test("is not signed when it was wrong once", async () => {
    counted = 1000;
    expect(await scene.process(next(2))).toBe("waiting");
    expect((await scene.job(next(2))).problem).toMatch(/counts 1000 transactions of 0x.*next number is 4/);
    pass(11);
    counted = 4;
    expect(await tryAgain(next(2))).toBe("done");
    expect((await scene.job(next(2))).signed?.sequence?.number).toBe("4");
    expect(await scene.reported()).toEqual([]);
  });

  test.each([
    ["the blocks do not confirm it", 4],
    ["the blocks cannot be asked", undefined],
  ])("holds the account as long as %s", async (_, confirms) => {
    counted = 1000;
    confirmed = confirms;
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await tryAgain(next(2))).toBe("waiting");
      pass(11);
    }
    expect(scene.payloads).toHaveLength(1);
  });

  test("is believed when it is told again later and the blocks confirm it, and is told", async () => {
    counted = 1000;
    confirmed = 1000;
    expect(await scene.process(next(2))).toBe("waiting");
    pass(5);
    expect(await tryAgain(next(2))).toBe("waiting");
    pass(6);
    expect(await tryAgain(next(2))).toBe("done");
    expect((await scene.job(next(2))).signed?.sequence?.number).toBe("1000");
    expect(scene.log.join("")).toMatch(/counts 1000 transactions of 0x.*somebody else signs for the account/);
    // From there on it is the journal's own.
    expect(await scene.process(next(3))).toBe("done");
    expect((await scene.job(next(3))).signed?.sequence?.number).toBe("1001");
  });

  test("does not hold a payment that names its own nonce", async () => {
    counted = 1000;
    expect(await scene.process(next(2))).toBe("waiting");
    expect(await scene.process(payment(5))).toBe("done");
  });
});

describe("the first count of an account that the journal has no history of", () => {
  const first = () => payment(1, { nonce: undefined });
  let counted: number;
  /** What blocks confirm, or the status of the answer to whoever asks. */
  let confirmed: number | { readonly status: number };

  async function attempt(seconds = 0) {
    const later = performance.now() + seconds * 1000;
    using _ = spyOn(performance, "now").mockImplementation(() => later);
    const job = await scene.journal.find(first().transaction.id);
    if (job !== undefined) await scene.journal.move(job, "seen", { rest: -1 });
    return await scene.process(first());
  }

  beforeEach(() => {
    scene.api.answer = ({ path, body }) => {
      if (path.includes("/transaction/count/")) return Response.json(counted);
      if ((body as { method?: string } | undefined)?.method !== "eth_getTransactionCount") return undefined;
      return typeof confirmed === "object"
        ? new Response("", confirmed)
        : Response.json({ result: `0x${confirmed.toString(16)}` });
    };
  });

  test("is believed at once where blocks confirm it", async () => {
    [counted, confirmed] = [7, 7];
    expect(await attempt()).toBe("done");
    expect((await scene.job(first())).signed?.sequence?.number).toBe("7");
  });

  test.each([
    ["far too high", 1000],
    ["far too low", 0],
  ])("holds the account while it is %s, names the number, and is right later", async (_, told) => {
    [counted, confirmed] = [told, 3];
    expect(await attempt()).toBe("waiting");
    expect(await attempt(11)).toBe("waiting");
    expect((await scene.job(first())).problem).toMatch(
      new RegExp(`counts ${told} transactions of 0x.*knows none, and blocks confirm 3`),
    );
    expect(scene.payloads).toEqual([]);
    counted = 3;
    expect(await attempt(22)).toBe("done");
    expect((await scene.job(first())).signed?.sequence?.number).toBe("3");
  });

  test("is used where no node tells what blocks hold, and that is told", async () => {
    [counted, confirmed] = [5, { status: 404 }];
    expect(await attempt()).toBe("done");
    expect((await scene.job(first())).signed?.sequence?.number).toBe("5");
    expect(scene.log.join("")).toContain("and blocks could not be asked; the number is used");
  });

  test("has to be the same later where a node does not answer, and that is told", async () => {
    [counted, confirmed] = [1000, { status: 503 }];
    expect(await attempt()).toBe("waiting");
    expect((await scene.job(first())).problem).toContain("blocks could not be asked yet");
    counted = 3;
    expect(await attempt(11)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
    expect(await attempt(22)).toBe("done");
    expect((await scene.job(first())).signed?.sequence?.number).toBe("3");
    expect(scene.log.join("")).toContain("and blocks could not be asked; the number is used");
  });
});

describe("the four-eye server", () => {
  test("that says no is asked again after a period, and may say yes then", async () => {
    scene.api.fourEye = () => new Response("", { status: 403 });
    expect(await scene.process(payment(1))).toBe("denied");
    expect(await scene.job(payment(1))).toMatchObject({
      state: "denied",
      attempts: 1,
      problem: "the four-eye server answered HTTP 403",
    });
    expect(await waitOf(payment(1))).toBeCloseTo(1, 1);
    expect(await scene.process(payment(1))).toBe("skipped");
    scene.api.fourEye = () => new Response("");
    expect(await scene.process(payment(1), { ...scene.services, runOnce: true })).toBe("done");
    expect(scene.log.join("")).toContain("was refused: the four-eye server answered HTTP 403");
  });

  test("that does not decide leaves the transaction as it was, and its wait is kept", async () => {
    scene.api.fourEye = () => new Response("", { status: 503, headers: { "retry-after": "3000" } });
    expect(await scene.process(payment(1))).toBe("waiting");
    expect(await scene.job(payment(1))).toMatchObject({ state: "seen", attempts: 1 });
    expect(await waitOf(payment(1))).toBeCloseTo(3, 1);
    expect(scene.log.join("")).toContain("The four-eye server answered HTTP 503; not signed");
    expect(scene.payloads).toEqual([]);
  });

  test("that does not decide while the program is being stopped costs the transaction no attempt", async () => {
    scene.api.fourEye = () => {
      scene.stopping.abort();
      return new Response("", { status: 503 });
    };
    expect(await scene.process(payment(1))).toBe("waiting");
    expect(await scene.journal.find(payment(1).transaction.id)).toBeUndefined();
  });

  test("that approves while the program is being stopped: nothing is signed any more", async () => {
    scene.api.fourEye = () => {
      scene.stopping.abort();
      return new Response("");
    };
    expect(await scene.process(payment(1))).toBe("waiting");
    expect(await scene.journal.find(payment(1).transaction.id)).toBeUndefined();
  });

  test("is not asked once the program is being stopped", async () => {
    scene.stopping.abort();
    expect(await scene.process(payment(1))).toBe("waiting");
    expect(scene.api.requests).toEqual([]);
  });
});

describe("a transaction that cannot be signed", () => {
  test("with other content than at first sight is refused and reported", async () => {
    scene.api.fourEye = () => new Response("", { status: 403 });
    await scene.process(payment(1));
    scene.api.fourEye = () => new Response("");
    const changed = payment(1, { value: "2000" });
    expect(await scene.process(changed, { ...scene.services, runOnce: true })).toBe("failed");
    expect((await scene.job(payment(1))).state).toBe("failed");
    expect(await scene.reported()).toEqual([
      expect.stringContaining("was changed after it was listed first"),
    ]);
    expect(scene.payloads).toEqual([]);
  });

  test("that was first seen on the other network is refused", async () => {
    const other = new Journal(scene.services.vault, { chain: "ETH", network: "testnet" });
    await other.move(other.begin(payment(1).transaction, payment(1).contentDigest), "seen");
    expect(await scene.process(payment(1))).toBe("failed");
    expect(await scene.reported()).toEqual([expect.stringContaining("was first listed on the testnet")]);
  });

  test("because the operator's settings are wrong is not reported, and tried again", async () => {
    const codes = [
      "CONFIGURATION",
      "NO_ANSWER",
      "SECRET_NOT_FOUND",
      "SECRET_NOT_ALLOWED",
      "SECRET_ANSWER",
    ] as const;
    for (const code of codes) {
      const sign = (): never => {
        throw new KmsError(code, "the PIN is not there");
      };
      const always = { ...scene.services, runOnce: true };
      expect(await scene.process(payment(1), always, { ...ethereum, sign })).toBe("waiting");
      expect((await scene.job(payment(1))).state).toBe("seen");
    }
    expect(await scene.reported()).toEqual([]);
  });

  test("because its payload cannot be read is not put before the four-eye server", async () => {
    const entry = {
      id: "f".repeat(24),
      chain: "ETH",
      hashes: [WALLET],
      serializedTransaction: "not even JSON",
    };
    const odd = readPendingTransaction(entry, "ETH") as ReturnType<typeof payment>;
    expect(await scene.process(odd)).toBe("failed");
    expect(scene.api.to("/four-eye/")).toEqual([]);
  });

  test("because a node's answer was cut off by a stop costs no attempt and is not logged as an error", async () => {
    scene.api.answer = ({ path }) => {
      if (!path.includes("/transaction/count/")) return undefined;
      scene.stopping.abort();
      return new Response("", { status: 503 });
    };
    expect(await scene.process(payment(1, { nonce: undefined }))).toBe("waiting");
    expect(await scene.journal.find(payment(1).transaction.id)).toBeUndefined();
    expect(scene.log.join("")).not.toContain("ERROR");
  });

  test("is tried again after growing waits", async () => {
    const odd = payment(1, { chainId: 5 });
    const always = { ...scene.services, runOnce: true };
    expect(await scene.process(odd, always)).toBe("failed");
    expect(await scene.process(odd, always)).toBe("failed");
    expect((await scene.job(odd)).attempts).toBe(2);
    expect(await waitOf(odd)).toBeGreaterThan(0.9);
    expect(await scene.process(odd)).toBe("skipped");
  });

  test("because the node does not answer is not a failure, and is not reported", async () => {
    scene.api.answer = ({ path }) =>
      path.includes("/transaction/count/") ? new Response("", { status: 503 }) : undefined;
    expect(await scene.process(payment(1, { nonce: undefined }))).toBe("waiting");
    expect(await scene.job(payment(1))).toMatchObject({ state: "seen", attempts: 1 });
    expect(await scene.reported()).toEqual([]);
  });

  test("because of a mistake of this program is reported without its words", async () => {
    const broken = {
      ...ethereum,
      sign: (): never => {
        throw new TypeError(`a secret and ${WALLET}`);
      },
    };
    expect(await scene.process(payment(1), scene.services, broken)).toBe("failed");
    expect(await scene.reported()).toEqual([
      "Error: The signer could not process the transaction; its log has the details.",
    ]);
  });

  test("is reported in the words of its chain", async () => {
    const refusing = {
      ...ethereum,
      sign: (): never => {
        throw new ChainError("NODE_REFUSED", "no money");
      },
    };
    expect(await scene.process(payment(1), scene.services, refusing)).toBe("failed");
    expect(await scene.reported()).toEqual(["Error: no money"]);
  });
});

describe("a signed transaction", () => {
  const always = () => ({ ...scene.services, runOnce: true });

  test("is sent again with the same bytes, once it is due", async () => {
    const job = await scene.sentJob(payment(1));
    const before = scene.payloads.length;
    expect(await scene.pipeline().resume(job, true).run()).toBe("skipped");
    expect(scene.payloads).toHaveLength(before);
    expect(await scene.pipeline(always()).resume(job, true).run()).toBe("done");
    expect(new Set(scene.payloads)).toEqual(new Set([job.signed?.payload as string]));
    expect((await scene.job(payment(1))).state).toBe("done");
    expect(scene.log.join("")).toContain("Tx was processed");
  });

  test("is left alone by a daemon of the other network, and while the program is being stopped", async () => {
    const job = await scene.sentJob(payment(1));
    const before = scene.api.requests.length;
    const elsewhere = { ...always(), network: "testnet" as const };
    expect(await scene.pipeline(elsewhere).resume(job, true).run()).toBe("skipped");
    scene.stopping.abort();
    expect(await scene.pipeline(always()).resume(job, true).run()).toBe("waiting");
    expect(scene.api.requests).toHaveLength(before);
  });

  test("that is parked waits for a person", async () => {
    const parked = await scene.journal.move(await scene.sentJob(payment(1)), "parked", { problem: "odd" });
    const before = scene.api.requests.length;
    expect(await scene.pipeline().resume(parked, true).run()).toBe("parked");
    expect(await scene.pipeline(always()).resume(parked, true).run()).toBe("parked");
    expect(scene.api.requests).toHaveLength(before);
  });

  test("that is done and still listed is told to the API again, not sent", async () => {
    await scene.process(payment(1));
    const job = await scene.job(payment(1));
    expect(await scene.pipeline().resume(job, true).run()).toBe("skipped");
    expect(scene.api.requests.filter(({ method }) => method === "PUT")).toEqual([]);
    expect(await scene.pipeline(always()).resume(job, true).run()).toBe("skipped");
    const [told] = scene.api.requests.filter(({ method }) => method === "PUT");
    expect(told?.path).toBe(`/v3/kms/${job.id}/${job.txId}`);
    expect(scene.payloads).toHaveLength(1);
    expect(await waitOf(payment(1))).toBeCloseTo(1, 1);
  });

  test("whose broadcast breaks off stays signed", async () => {
    const { services } = scene;
    const breaking = Object.create(services.api) as typeof services.api;
    breaking.reserveBroadcast = () => services.api.reserveBroadcast();
    breaking.broadcast = async () => {
      throw new TypeError("broken off");
    };
    expect(await scene.process(payment(1), { ...services, api: breaking })).toBe("waiting");
    expect(await scene.job(payment(1))).toMatchObject({ state: "sent" });
    expect(scene.log.join("")).toContain("is signed but its broadcast was interrupted");
  });
});

describe("a payment that waits for its place at the API", () => {
  /** Its turn, during which something happens, for so many seconds. */
  async function waiting(meanwhile: () => unknown, seconds = 0) {
    const { services } = scene;
    scene.api.pending = [payment(1).asListed as (typeof scene.api.pending)[number]];
    const clock = spyOn(performance, "now");
    const reserve = spyOn(services.api, "reserveBroadcast").mockImplementationOnce(async () => {
      await meanwhile();
      const later = performance.now() + seconds * 1000;
      clock.mockImplementation(() => later);
      return services.api.reserveBroadcast();
    });
    const outcome = await scene.process(payment(1));
    clock.mockRestore();
    reserve.mockRestore();
    return { outcome, sent: scene.payloads.length, job: await scene.job(payment(1)) };
  }

  test("and is cancelled at the API meanwhile is neither recorded as signed nor sent", async () => {
    const gone = { statusCode: 403, errorCode: "kms.missing", message: "There is no such transaction." };
    const cancel = (): void => {
      scene.api.answer = ({ method, path }) =>
        method === "GET" && path.startsWith("/v3/kms/") ? Response.json(gone, { status: 403 }) : undefined;
    };
    const { outcome, sent, job } = await waiting(cancel, 30);
    expect([outcome, sent, job.signed]).toEqual(["waiting", 0, undefined]);
    expect(job.problem).toContain("does not know transaction");
  });

  test("and is ended by a person meanwhile is neither recorded as signed nor sent", async () => {
    const { journal } = scene;
    const { transaction, contentDigest } = payment(1);
    const seen = await journal.move(journal.begin(transaction, contentDigest), "seen");
    const { outcome, sent, job } = await waiting(() => journal.close(seen, "cancelled", { problem: "p" }));
    expect([outcome, sent, job.state, job.signed]).toEqual(["waiting", 0, "cancelled", undefined]);
  });

  test("and is still pending after that is sent", async () => {
    const { outcome, sent } = await waiting(() => undefined, 30);
    expect([outcome, sent]).toEqual(["done", 1]);
  });
});

describe("two transactions that would be the same bytes", () => {
  const second = () => payment(2, { nonce: 1 });

  test("are paid once: the second one is parked and reported, and names the first", async () => {
    expect(await scene.process(payment(1))).toBe("done");
    expect(await scene.process(second())).toBe("parked");
    const first = await scene.job(payment(1));
    const parked = await scene.job(second());
    expect(parked).toMatchObject({ state: "parked", parkedFor: "claimed" });
    expect(parked.signed).toBeUndefined();
    expect(parked.problem).toContain(
      `the same transaction (${first.signed?.transactionId}) as transaction ${first.id}`,
    );
    expect(scene.payloads).toHaveLength(1);
    expect(await scene.reported()).toEqual([expect.stringContaining("would be the same transaction")]);
  });

  test("keep the number of the first one used when the second one is ended", async () => {
    await scene.process(payment(1));
    await scene.process(second());
    await scene.journal.close(await scene.job(second()), "cancelled", {});
    const { account } = (await scene.job(payment(1))).signed?.sequence ?? { account: "" };
    expect((await scene.journal.usedSequences(account)).firstUnused(1n)).toBe(2n);
  });
});

describe("a job that was parked because the API did not know it any more", () => {
  async function missing(): Promise<void> {
    const sent = await scene.sentJob(payment(1));
    await scene.journal.move(sent, "parked", { problem: "p", parkedFor: "missing" });
  }

  test("goes on with the same bytes when it is listed again", async () => {
    await missing();
    const before = scene.payloads.length;
    const work = await scene.pipeline({ ...scene.services, runOnce: true }).next(payment(1));
    expect(typeof work === "string" ? work : await work.run()).toBe("done");
    expect(new Set(scene.payloads).size).toBe(1);
    expect(scene.payloads.length).toBe(before + 1);
    expect((await scene.job(payment(1))).parkedFor).toBeUndefined();
  });

  test("stays parked while it is not", async () => {
    await missing();
    const job = await scene.job(payment(1));
    expect(await scene.pipeline().resume(job, false).run()).toBe("parked");
  });
});

describe("a listed transaction whose job was set aside", () => {
  test("is parked with its reason, told once and not reported: nobody knows whether it was paid", async () => {
    const { vault, journal, api } = scene;
    await scene.process(payment(1));
    const { id } = payment(1).transaction;
    const damage = "UPDATE job SET sealed = zeroblob(length(sealed))";
    await vault.store.transaction((session) => session.execute(damage));
    await quarantine(vault, id);
    const sent = api.broadcasts.length;
    expect(await scene.process(payment(1))).toBe("parked");
    expect(await scene.process(payment(1))).toBe("parked");
    expect(api.broadcasts.length).toBe(sent);
    expect(scene.log.filter((line) => line.includes(`${id} is parked: The job record`))).toHaveLength(1);
    expect(await scene.reported()).toEqual([]);
    expect(await scene.process(payment(2))).toBe("done");
    expect(await journal.counts()).toEqual({ quarantined: 1, done: 1 });
  });
});

describe("a number that the network refused", () => {
  const behind = () => payment(2, { nonce: undefined });
  const always = () => ({ ...scene.services, runOnce: true });

  beforeEach(async () => {
    scene.list(payment(1));
    scene.api.answer = ({ path }) => {
      if (path.includes("/transaction/count/")) return Response.json(1);
      const refusal = { message: "insufficient funds for gas * price + value" };
      return path.endsWith("/broadcast") ? Response.json(refusal, { status: 403 }) : undefined;
    };
    expect(await scene.process(payment(1))).toBe("waiting");
    scene.api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(1) : undefined);
  });

  test("holds what would go out behind it, and names the transaction and the cause", async () => {
    const before = scene.payloads.length;
    expect(await scene.process(behind())).toBe("waiting");
    expect(scene.payloads).toHaveLength(before);
    const { problem, signed } = await scene.job(behind());
    expect(signed).toBeUndefined();
    expect(problem).toContain(
      `waits for transaction ${payment(1).transaction.id}, whose number 1 is not used`,
    );
    expect(problem).toContain("insufficient funds");
  });

  test("is given to the next one when a person ends the transaction", async () => {
    await scene.process(behind());
    await scene.journal.close(await scene.job(payment(1)), "cancelled", {});
    expect(await scene.process(behind(), always())).toBe("done");
    expect((await scene.job(behind())).signed?.sequence?.number).toBe("1");
  });
});

describe("a transaction that is to be signed anew", () => {
  const first = () => payment(1, { nonce: undefined });
  const second = () => payment(2, { nonce: undefined });
  const always = () => ({ ...scene.services, runOnce: true });

  beforeEach(async () => {
    scene.api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(1) : undefined);
    const recorded = await scene.recordedJob(first());
    await scene.journal.release(recorded);
    scene.api.pending = [first(), second()].map(({ transaction }) => ({ ...transaction }));
  });

  test("takes the number that its first bytes had, so that only one of the two can land", async () => {
    expect(await scene.process(first(), always())).toBe("done");
    expect((await scene.job(first())).signed?.sequence?.number).toBe("1");
  });

  test("is not signed with content that names another number: both could land", async () => {
    const changed = payment(3, { nonce: 7 });
    const { contentDigest } = changed;
    await scene.journal.release(await scene.recordedJob(payment(3)), { contentDigest });
    scene.list(changed);
    expect(await scene.process(changed, always())).toBe("failed");
    expect(scene.payloads).toEqual([]);
    expect((await scene.job(changed)).problem).toContain("bytes of it with the number 3 were given up");
  });

  test("holds up what would take the next number before it, and names itself", async () => {
    expect(await scene.process(second(), always())).toBe("waiting");
    const { problem } = await scene.job(second());
    expect(problem).toContain(`waits for transaction ${first().transaction.id}, whose number 1 is not used`);
    expect(await scene.process(first(), always())).toBe("done");
    expect(await scene.process(second(), always())).toBe("done");
    expect((await scene.job(second())).signed?.sequence?.number).toBe("2");
  });
});

test("a job that a person said is done, and that is still listed, is told to the API again", async () => {
  const job = scene.journal.begin(payment(1).transaction, payment(1).contentDigest);
  await scene.journal.close(job, "done", { txId: "0xpaid" });
  const work = await scene.pipeline({ ...scene.services, runOnce: true }).next(payment(1));
  expect(typeof work === "string" ? work : await work.run()).toBe("skipped");
  expect(scene.api.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `PUT /v3/kms/${job.id}/0xpaid`,
  ]);
});
