import { afterEach, beforeEach, describe, expect, setSystemTime, spyOn, test } from "bun:test";
import type { Job } from "../../../src/journal/job.ts";
import { Landings } from "../../../src/signing/landings.ts";
import { type LaneRepairArguments, repairLane } from "../../../src/signing/lane-repair.ts";
import { Pipeline } from "../../../src/signing/pipeline.ts";
import { noTokens } from "../../providers/pkcs11/no-tokens.ts";
import { configOf, noProvider } from "../config-of.ts";
import { caught } from "../vault/caught.ts";
import { ethereum, payment, SigningScene } from "./signing-scene.ts";

let scene: SigningScene;
let account: string;
/** What blocks count, what nodes have, and whether they take what is sent. */
let counted: number;
let known: "absent" | "pooled" | "confirmed";
let takes: boolean;
/** What the person was told before it was agreed to. */
let told: string[];
/** What happens while the person thinks. */
let meanwhile: () => Promise<unknown>;

beforeEach(async () => {
  scene = await SigningScene.create();
  [counted, known, takes, told, meanwhile] = [1, "absent", true, [], async () => undefined];
  scene.api.answer = ({ path, body }) => {
    const { method } = (body ?? {}) as { method?: string };
    if (path.startsWith("/v3/blockchain/fee/")) return Response.json({ medium: 10_000_000_000 });
    if (method === "eth_getTransactionCount") return Response.json({ result: `0x${counted.toString(16)}` });
    if (method === "eth_estimateGas") return Response.json({ result: "0x5208" });
    if (method === "eth_chainId") return Response.json({ result: "0x1" });
    if (method === "eth_getTransactionByHash") {
      const blockHash = known === "confirmed" ? "0x1" : null;
      return Response.json({ result: known === "absent" ? null : { blockHash } });
    }
    if (path.endsWith("/broadcast") && !takes)
      return Response.json({ statusCode: 403, errorCode: "x", message: "no funds" }, { status: 403 });
    return undefined;
  };
});
afterEach(() => {
  setSystemTime();
  return scene.end();
});

/** Signs a payment with a number. */
async function signed(number: number): Promise<Job> {
  await scene.process(payment(number));
  const job = await scene.job(payment(number));
  account = job.signed?.sequence?.account ?? "";
  return job;
}

function repair(args: LaneRepairArguments = {}) {
  const { vault } = scene;
  const person = {
    config: configOf(`TATUM_API_URL=${scene.api.url}`, "TATUM_API_KEY=key", "TATUM_RETRIES=0"),
    ask: noProvider,
    note: (): void => undefined,
    async agree(...about: readonly string[]) {
      told.push(...about);
      await meanwhile();
    },
  };
  const place = {
    vault,
    tokens: noTokens,
    chain: "ETH",
    network: "mainnet",
    account,
    index: undefined,
  } as const;
  return repairLane(place, args, person);
}

const idOf = async (result: Promise<unknown>): Promise<string> => ((await result) as { id: string }).id;

async function find(id: string): Promise<Job> {
  const job = await scene.journal.find(id);
  if (job === undefined) throw new Error(`There is no job ${id}.`);
  return job;
}

describe("what holds up an account", () => {
  test("is shown from the number on that blocks wait for, with what frees it", async () => {
    await signed(0);
    await signed(2);
    const { signed: bytes, id } = await signed(4);
    const command = `tatum-kms lane repair ${account} --chain=ETH`;
    const found = await repair();
    expect(found).toMatchObject({ chain: "ETH", network: "mainnet", account, counted: "1", next: "5" });
    expect(found).toHaveProperty("obstacles", [
      { number: "1", is: "free", repairs: [`${command} --number=1 --as=fill`] },
      expect.objectContaining({ number: "2", is: "used", state: "done", whereabouts: "absent" }),
      { number: "3", is: "free", repairs: [`${command} --number=3 --as=fill`] },
      expect.objectContaining({
        number: "4",
        id,
        repairs: [
          `tatum-kms job resend ${id}`,
          `${command} --number=4 --confirm=${bytes?.transactionId} --as=cancel`,
          `${command} --number=4 --confirm=${bytes?.transactionId} --as=give-back`,
        ],
      }),
    ]);
    expect(told).toEqual([]);
  });
});

describe("a number that nobody uses", () => {
  test("is used up by a transfer of nothing to oneself, which is recorded as a job of no pending transaction", async () => {
    await signed(2);
    const job = await find(await idOf(repair({ as: "fill", number: "1" })));
    expect(job).toMatchObject({
      state: "done",
      isRepair: true,
      signed: { sequence: { account, number: "1" } },
    });
    expect(told[0]).toBe(`The number 1 of ${account} (ETH, mainnet) is going to be used up.`);
    expect(told[1]).toContain(`"to":"${account}","amount":"0"`);
    expect(scene.api.broadcasts.at(-1)?.body).toEqual({ txData: `${job.signed?.payload}` });
  });

  test("is not used up when blocks count it, nothing waits behind it, or a payment uses it", async () => {
    await signed(2);
    for (const number of ["0", "2", "3", "x"])
      expect(await caught(() => repair({ as: "fill", number }))).toMatchObject({ code: "USAGE" });
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test("is not used up twice when a payment takes it while the person thinks", async () => {
    await signed(2);
    meanwhile = () => signed(1);
    expect(await caught(() => repair({ as: "fill", number: "1" }))).toMatchObject({ code: "JOURNAL" });
    expect(scene.api.broadcasts).toHaveLength(2);
  });

  test("is sent again by the daemon, which asks and tells the API nothing about it", async () => {
    await signed(2);
    takes = false;
    const id = await idOf(repair({ as: "fill", number: "1" }));
    expect(await find(id)).toMatchObject({
      state: "sent",
      refusals: 1,
      problem: expect.stringContaining("no funds"),
    });
    const { services } = scene;
    const resume = async () =>
      scene
        .pipeline({ ...services, runOnce: true })
        .resume(await find(id), false)
        .run();
    expect(await resume()).toBe("waiting");
    expect(await scene.reported()).toEqual([]);
    takes = true;
    expect(await resume()).toBe("done");
    expect(scene.api.requests.filter(({ path }) => path.includes(id))).toEqual([]);
    expect(scene.payloads.slice(1)).toEqual(Array(3).fill(scene.payloads[1]));
  });
});

describe("a payment that is stuck", () => {
  test("is replaced only when the person names its transaction, and is told that it becomes impossible", async () => {
    const { id, signed: bytes } = await signed(1);
    const hash = bytes?.transactionId ?? "";
    expect(await caught(() => repair({ as: "cancel", number: "1" }))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`payment ${id}, signed as ${hash}`),
      hint: expect.stringContaining(`--confirm=${hash}`),
    });
    known = "pooled";
    const job = await find(await idOf(repair({ as: "cancel", number: "1", confirm: hash })));
    expect(told.join("\n")).toContain(`Payment ${id} (done), signed as ${hash}, becomes impossible`);
    // 20 gwei and a quarter more.
    expect(job.signed?.filledIn).toMatchObject({ gas: "21000" });
    expect(scene.payloads[1]).toContain(25_000_000_001n.toString(16));
    expect(await find(id)).toMatchObject({ state: "done", problem: expect.stringContaining(job.id) });
  });

  test("is not replaced when blocks hold it", async () => {
    const { signed: bytes } = await signed(1);
    known = "confirmed";
    const args = { as: "cancel", number: "1", confirm: bytes?.transactionId };
    expect(await caught(() => repair(args))).toMatchObject({ code: "USAGE" });
    expect(scene.api.broadcasts).toHaveLength(1);
  });
});

describe("a number that is given back", () => {
  test("is taken by the next payment, and the one that had it is not sent again", async () => {
    const { id, signed: bytes } = await signed(1);
    const args = { as: "give-back", number: "1", confirm: bytes?.transactionId };
    expect(await repair(args)).toMatchObject({ obstacles: [] });
    expect((await scene.journal.usedSequences(account)).has(1n)).toBe(false);
    expect(await find(id)).toMatchObject({ state: "done", isNumberFree: true });
    let clock = 0;
    const landings = new Landings(() => clock);
    const look = () => new Pipeline(ethereum, scene.services, scene.reports, landings).lookForDropped();
    for (clock = 0; clock < 1_000_000; clock += 200_000) {
      await look();
      setSystemTime(Date.now() + 200_000);
    }
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test("is free by the same change that notes it in the job: killed after any change, both are so or neither is", async () => {
    const { signed: bytes, id } = await signed(1);
    const { store } = scene.vault;
    const transaction = store.transaction.bind(store);
    let changes = 0;
    const spy = spyOn(store, "transaction").mockImplementation((work, order) => {
      changes += 1;
      return changes > 1 ? Promise.reject(new Error("killed")) : transaction(work, order);
    });
    await repair({ as: "give-back", number: "1", confirm: bytes?.transactionId }).catch(() => undefined);
    spy.mockRestore();
    expect(await find(id)).toMatchObject({ isNumberFree: true });
    expect((await scene.journal.usedSequences(account)).has(1n)).toBe(false);
  });

  test("stays where it is as long as the network has the bytes, or nobody named them", async () => {
    const { signed: bytes } = await signed(1);
    expect(await caught(() => repair({ as: "give-back", number: "1" }))).toMatchObject({ code: "USAGE" });
    known = "pooled";
    const args = { as: "give-back", number: "1", confirm: bytes?.transactionId };
    expect(await caught(() => repair(args))).toMatchObject({ code: "USAGE" });
    expect((await scene.journal.usedSequences(account)).has(1n)).toBe(true);
  });
});
