import {
  afterEach,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  setSystemTime,
  spyOn,
  test,
} from "bun:test";
import type { Chain } from "../../../chains/chain.ts";
import { recoverJobs, restoredJobs } from "../../../src/journal/recover.ts";
import { caught } from "../vault/caught.ts";
import { ethereum, PERIOD, payment, SigningScene } from "./signing-scene.ts";

// On a busy machine.
setDefaultTimeout(30_000);

/** Without its nonce: the signer would choose the next one, and a second payment could land. */
const repeatable = (number: number) => payment(number, { nonce: undefined });
const fixed = (number: number) => payment(number);

describe("after a restore", () => {
  let scene: SigningScene;
  const known = payment(7, { nonce: undefined });

  const recovered = payment(8, { nonce: undefined });

  beforeEach(async () => {
    scene = await SigningScene.createRestored(async (before) => {
      await before.journal.move(before.journal.begin(known.transaction, known.contentDigest), "seen");
      await before.vault.markRestored(1, async () => undefined);
      const job = before.journal.begin(recovered.transaction, recovered.contentDigest);
      await before.journal.move(job, "parked", { parkedFor: "restored" });
      await recoverJobs(before.vault, await restoredJobs(before.vault, {}), {});
    });
    scene.api.answer = ({ path, body }) => {
      if (path.includes("/transaction/count/")) return Response.json(1);
      const { method } = (body ?? {}) as { method?: string };
      return method === "eth_getTransactionCount" ? counted() : undefined;
    };
  });
  afterEach(() => scene.end());
  /** What blocks hold of the account. */
  let counted = (): Response => Response.json({ jsonrpc: "2.0", id: 1, result: "0x1" });
  const blocksHold = (count: number) => {
    counted = () => Response.json({ jsonrpc: "2.0", id: 1, result: `0x${count.toString(16)}` });
  };
  beforeEach(() => blocksHold(1));

  test("a transaction that the API has completed is done, and nothing is signed", async () => {
    const listed = repeatable(1);
    const { answer } = scene.api;
    scene.api.answer = (request) =>
      request.method === "GET" && request.path.includes(listed.transaction.id)
        ? Response.json({ id: listed.transaction.id, txId: "0xpaid" })
        : answer?.(request);
    expect(await scene.process(listed)).toBe("done");
    expect(await scene.job(listed)).toMatchObject({ state: "done", txId: "0xpaid" });
    expect(scene.payloads).toEqual([]);
  });

  test("one that may have been sent is parked with its reason, told, and not signed", async () => {
    const listed = repeatable(1);
    scene.list(listed);
    expect(await scene.process(listed)).toBe("parked");
    expect(await scene.job(listed)).toMatchObject({ state: "parked", parkedFor: "restored" });
    expect(scene.log.join("\n")).toContain("the vault was restored from a backup");
    expect((await scene.job(listed)).problem).toContain("1 more than the journal knows");
    expect([scene.payloads, scene.api.to("/four-eye")]).toEqual([[], []]);
  });

  test("so is one that the backup knew of, before it was signed", async () => {
    scene.list(known);
    expect(await scene.process(known)).toBe("parked");
    expect(await scene.job(known)).toMatchObject({ parkedFor: "restored" });
  });

  test("so is one of which a person said, after an earlier restore, that it was not sent: it may have been since", async () => {
    scene.list(recovered);
    expect(await scene.process(recovered)).toBe("parked");
    expect(await scene.job(recovered)).toMatchObject({ parkedFor: "restored" });
    expect(scene.payloads).toEqual([]);
  });

  test("one that the API does not tell of waits", async () => {
    const listed = repeatable(1);
    scene.api.pending = [];
    expect(await scene.process(listed)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
  });

  test("one that names its own nonce is signed: of two with one nonce only one can land", async () => {
    const listed = fixed(3);
    scene.list(listed);
    expect(await scene.process(listed)).toBe("done");
    expect((await scene.job(listed)).signed?.sequence?.number).toBe("3");
  });

  test("one whose nonce blocks count already may be what they hold: it is parked with that, and not signed", async () => {
    const listed = fixed(3);
    scene.list(listed);
    blocksHold(4);
    expect(await scene.process(listed)).toBe("parked");
    expect(await scene.job(listed)).toMatchObject({ parkedFor: "restored" });
    expect((await scene.job(listed)).problem).toContain("used up");
    expect(scene.payloads).toEqual([]);
  });

  test("one whose chain does not answer waits", async () => {
    const listed = fixed(3);
    scene.list(listed);
    counted = () => new Response("", { status: 503 });
    expect(await scene.process(listed)).toBe("waiting");
    expect(await scene.job(listed)).toMatchObject({ state: "seen" });
    expect(scene.payloads).toEqual([]);
  });

  test("of an account that blocks hold nothing new of, it is parked all the same, and told so", async () => {
    const listed = repeatable(1);
    scene.list(listed);
    blocksHold(0);
    expect(await scene.process(listed)).toBe("parked");
    expect((await scene.job(listed)).problem).toContain("one may be on its way");
  });

  describe("and a person's word", () => {
    const park = async () => {
      for (const listed of [repeatable(1), repeatable(2)]) {
        scene.list(listed);
        expect(await scene.process(listed)).toBe("parked");
      }
    };
    const ids = async (choice = {}) => (await restoredJobs(scene.vault, choice)).map(({ id }) => id).sort();
    const idOf = (number: number) => repeatable(number).transaction.id;

    test("for one, it alone is signed, and the rest stays parked", async () => {
      await park();
      expect(await ids()).toEqual([idOf(1), idOf(2)]);
      const choice = { id: idOf(1) };
      await recoverJobs(scene.vault, await restoredJobs(scene.vault, choice), choice);
      scene.list(repeatable(1));
      expect(await scene.process(repeatable(1))).toBe("done");
      expect(await ids()).toEqual([idOf(2)]);
      expect(scene.vault.restoredAt).toBeNumber();
    });

    test("for a chain, those of that chain", async () => {
      await park();
      expect(await ids({ chains: ["BTC"] })).toEqual([]);
      const choice = { chains: ["ETH"] };
      await recoverJobs(scene.vault, await restoredJobs(scene.vault, choice), choice);
      expect(await ids()).toEqual([]);
      scene.list(repeatable(3));
      expect(await scene.process(repeatable(3))).toBe("parked");
    });

    test("for all, the vault is like one that nobody restored", async () => {
      await park();
      await recoverJobs(scene.vault, await restoredJobs(scene.vault, {}), {});
      expect(scene.vault.restoredAt).toBeUndefined();
      for (const number of [1, 3]) {
        scene.list(repeatable(number));
        expect(await scene.process(repeatable(number))).toBe("done");
      }
    });

    test("is not taken for a job that is not parked for that", async () => {
      expect(await caught(() => restoredJobs(scene.vault, { id: known.transaction.id }))).toMatchObject({
        code: "USAGE",
      });
    });
  });
});

/** What docs/vault-format.md says of the one case that is left. */
describe("an older copy of the vault, put back at rest without an anchor", () => {
  let scene: SigningScene;
  /** What landed for a transaction that the copy does not know. */
  let paid: { readonly listed: ReturnType<typeof payment>; readonly payload: string | undefined };
  afterEach(() => scene.end());

  /** Blocks hold as many transactions of the account as they would have then. */
  const answerCounts = ({ api }: SigningScene, count: number): void => {
    api.answer = ({ path, body }) => {
      if (path.includes("/transaction/count/")) return Response.json(count);
      const { method } = (body ?? {}) as { method?: string };
      return method === "eth_getTransactionCount"
        ? Response.json({ jsonrpc: "2.0", id: 1, result: `0x${count.toString(16)}` })
        : undefined;
    };
  };
  const pay = async (on: SigningScene, listed: ReturnType<typeof payment>, count: number) => {
    answerCounts(on, count);
    on.list(listed);
    expect(await on.process(listed)).toBe("done");
    paid = { listed, payload: on.payloads.at(-1) };
  };
  const turnBack = async (listed: ReturnType<typeof payment>) => {
    scene = await SigningScene.createTurnedBack(
      (before) => pay(before, payment(0), 0),
      (after) => pay(after, listed, 1),
    );
    answerCounts(scene, 2);
    scene.list(paid.listed);
  };

  test("signs a payment that names its nonce to the same bytes, which can land only once", async () => {
    await turnBack(fixed(1));
    expect(await scene.process(paid.listed)).toBe("done");
    expect(scene.payloads).toEqual([paid.payload ?? ""]);
  });

  test("holds an account that the chain counts more of than the journal knows, and says so", async () => {
    await turnBack(repeatable(1));
    expect(await scene.process(paid.listed)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
    expect(scene.log.join("\n")).toContain("counts 2 transactions");
    expect(scene.log.join("\n")).toContain("the journal's next number is 1");
  });

  test("pays it a second time once the count is confirmed, and has warned of it", async () => {
    await turnBack(repeatable(1));
    spyOn(scene.services.sightings, "isSeenAgain").mockReturnValue(true);
    expect(await scene.process(paid.listed)).toBe("done");
    expect(scene.payloads).toHaveLength(1);
    expect(scene.payloads).not.toEqual([paid.payload ?? ""]);
    expect(scene.log.join("\n")).toContain("somebody else signs for the account");
  });

  test("pays nothing that the API has as completed when it is asked", async () => {
    await turnBack(repeatable(1));
    spyOn(scene.services.sightings, "isSeenAgain").mockReturnValue(true);
    const { answer } = scene.api;
    const { id } = paid.listed.transaction;
    scene.api.answer = (request) =>
      request.method === "GET" && request.path.includes(id)
        ? Response.json({ id, txId: "0xpaid" })
        : answer?.(request);
    const stale = { ...paid.listed, listedAt: -60_000 };
    expect(await scene.process(stale)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
  });
});

describe("after bytes were given up on a person's word", () => {
  const listed = repeatable(1);
  let scene: SigningScene;
  /** What nodes know of the bytes by now; the blocks count what landed. */
  let known: "absent" | "pooled" | "confirmed" | "unclear";
  let counted: number;

  beforeEach(async () => {
    scene = await SigningScene.create();
    counted = 1;
    scene.api.answer = ({ path, body }) => {
      const { method } = (body ?? {}) as { method?: string };
      const count = known === "confirmed" ? 2 : counted;
      if (path.includes("/transaction/count/")) return Response.json(count);
      if (method === "eth_getTransactionCount") return Response.json({ result: `0x${count}` });
      if (method !== "eth_getTransactionByHash") return undefined;
      if (known === "unclear") return new Response("", { status: 500 });
      const block = { blockHash: known === "confirmed" ? "0xab" : null };
      return Response.json({ result: known === "absent" ? null : block });
    };
    known = "absent";
    const { answer } = scene.api;
    scene.api.answer = (request) =>
      request.path.endsWith("/broadcast") ? new Response("", { status: 500 }) : answer?.(request);
    scene.list(listed);
    await scene.process(listed);
    scene.api.answer = answer;
    await scene.journal.release(await scene.job(listed));
    scene.api.requests.length = 0;
  });
  afterEach(() => scene.end());

  test.each(["pooled", "confirmed", "unclear"] as const)(
    "nothing is signed anew while they are %s",
    async (where) => {
      known = where;
      expect(await scene.process(listed)).toBe("waiting");
      expect(scene.payloads).toEqual([]);
      const { state, problem, signed, released = [] } = await scene.job(listed);
      expect({ state, signed }).toEqual({ state: "seen", signed: undefined });
      expect(problem).toContain(released[0] ?? "no bytes were given up");
    },
  );

  test("it is signed anew with their number when nobody has them", async () => {
    expect(await scene.process(listed)).toBe("done");
    expect((await scene.job(listed)).signed?.sequence?.number).toBe("1");
  });

  test("it is signed with another number than theirs, which blocks count, only when nobody has had them for long", async () => {
    // The node that counts may be ahead of the one that is asked for the bytes: they may be what it counts.
    counted = 2;
    expect(await scene.process(listed)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
    expect((await scene.job(listed)).problem).toMatch(/blocks count the number 1/);
    spyOn(scene.services.sightings, "isSeenAgain").mockReturnValue(true);
    expect(await scene.process(listed)).toBe("skipped");
    setSystemTime(Date.now() + 10 * PERIOD);
    expect(await scene.process(listed)).toBe("done");
    setSystemTime();
    expect((await scene.job(listed)).signed?.sequence?.number).toBe("2");
  });

  test("nothing is signed with another number when they land between the look for them and the count", async () => {
    scene.api.answer = ((answer) => (request: Parameters<typeof answer>[0]) => {
      if (request.path.includes("/transaction/count/")) [known, counted] = ["confirmed", 2];
      return answer(request);
    })(scene.api.answer);
    spyOn(scene.services.sightings, "isSeenAgain").mockReturnValue(true);
    expect(await scene.process(listed)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
  });

  test("nothing is signed anew either where nothing but a proof keeps both from landing, and it is unclear", async () => {
    // Such as on Solana or VeChain, whose bytes use neither a number nor an output.
    const chain: Chain = {
      ...ethereum,
      sendingAccount: async () => undefined,
      async sign(...asked) {
        const { sequence: _, ...signed } = await ethereum.sign(...asked);
        return signed;
      },
    };
    const other = fixed(5);
    scene.list(other);
    const { answer } = scene.api;
    scene.api.answer = (request) =>
      request.path.endsWith("/broadcast") ? new Response("", { status: 500 }) : answer(request);
    await scene.process(other, scene.services, chain);
    scene.api.answer = answer;
    await scene.journal.release(await scene.job(other));
    scene.api.requests.length = 0;
    known = "unclear";
    expect(await scene.process(other, scene.services, chain)).toBe("waiting");
    expect(scene.payloads).toEqual([]);
    expect((await scene.job(other)).problem).toContain("is not clear");
  });
});
