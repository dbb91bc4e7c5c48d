import { beforeEach, describe, expect, test } from "bun:test";
import { KmsError } from "../../../src/errors.ts";
import type { Session } from "../../../src/store/store.ts";
import { type Transact, Transactions } from "../../../src/store/transactions.ts";

/** What the engine did, in its order. */
let steps: string[];
beforeEach(() => {
  steps = [];
});

const session: Session = {
  query: async (statement) => [statement],
  execute: async () => 0,
};

/** An engine that only notes its transactions. @param broken when it fails by itself */
function engine(broken: { begin?: number; end?: number } = {}): Transactions {
  let number = 0;
  const transact: Transact = async (purpose, work) => {
    number += 1;
    if (number === broken.begin) throw new KmsError("VAULT_BUSY", "locked");
    steps.push(`begin ${purpose}`);
    const result = await work(session);
    if (number === broken.end) throw new KmsError("CANNOT_READ", "gone");
    steps.push("end");
    return result;
  };
  return new Transactions(transact);
}

const reading = (transactions: Transactions, name: string): Promise<string> =>
  transactions.read(async (inside) => {
    steps.push(name);
    await inside.query("SELECT 1");
    return name;
  });

describe("readings that wait at the same time", () => {
  test("share one transaction, each with its own answer", async () => {
    const transactions = engine();
    const names = ["a", "b", "c"];
    expect(await Promise.all(names.map((name) => reading(transactions, name)))).toEqual(names);
    expect(steps).toEqual(["begin read", ...names, "end"]);
  });

  test("do not share one that was begun before they were asked for", async () => {
    const transactions = engine();
    const begun = Promise.withResolvers<void>();
    const open = transactions.read(async () => begun.promise);
    await Bun.sleep(0);
    const asked = reading(transactions, "asked");
    begun.resolve();
    await Promise.all([open, asked]);
    expect(steps).toEqual(["begin read", "end", "begin read", "asked", "end"]);
  });

  test("are told alone what went wrong with one of them", async () => {
    const transactions = engine();
    const readings = [
      reading(transactions, "a"),
      transactions.read(async () => Promise.reject(new Error("wrong"))),
      reading(transactions, "b"),
    ];
    const ends = await Promise.allSettled(readings);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(steps).toEqual(["begin read", "a", "begin read", "b", "end"]);
  });

  test.each([{ begin: 1 }, { end: 1 }])("fail together when the transaction does: %p", async (broken) => {
    const transactions = engine(broken);
    const ends = await Promise.allSettled([reading(transactions, "a"), reading(transactions, "b")]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await reading(transactions, "c")).toBe("c");
  });

  test("are no more than 64 in one transaction", async () => {
    const transactions = engine();
    await Promise.all(Array.from({ length: 100 }, (_, at) => reading(transactions, String(at))));
    expect(steps.filter((step) => step === "begin read")).toHaveLength(2);
  });
});
