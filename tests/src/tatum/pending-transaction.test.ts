import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type JsonValue, parseExactJson } from "../../../chains/codec/exact-json.ts";
import {
  type ListedTransaction,
  type MalformedTransaction,
  readPendingTransaction,
} from "../../../src/tatum/pending-transaction.ts";

const minimal = { id: "5f0e1d2c3b4a59687766554a", chain: "LTC", serializedTransaction: "{}" };

function read(changes: Readonly<Record<string, unknown>>): ListedTransaction {
  const entry = readPendingTransaction({ ...minimal, ...changes } as JsonValue, "LTC");
  if (!("transaction" in entry)) throw new Error(entry.problem);
  return entry;
}

function problemOf(entry: unknown): MalformedTransaction {
  const result = readPendingTransaction(entry as JsonValue, "LTC");
  if ("transaction" in result) throw new Error("It was read.");
  return result;
}

describe("a pending transaction", () => {
  test("needs an id, its chain and a payload", () => {
    expect(read({}).transaction).toEqual({ ...minimal, hashes: [], signatures: [] });
  });

  test("may have everything else", () => {
    const all = {
      hashes: ["a", "b", "a"],
      signatures: [{ id: "c", index: 0 }, { id: "d" }],
      index: 2 ** 31 - 1,
      withdrawalId: "w",
      withdrawalResponses: [{ vIn: "-1" }],
    };
    expect(read(all).transaction).toEqual({ ...minimal, ...all });
  });

  test("may have members that are null or empty, as if they were absent", () => {
    const nulls = {
      hashes: null,
      signatures: null,
      index: null,
      withdrawalId: null,
      withdrawalResponses: null,
      txId: null,
    };
    expect(read(nulls)).toMatchObject({ transaction: { ...minimal, hashes: [], signatures: [] } });
    expect(Object.keys(read({ ...nulls, withdrawalId: "", txId: "" }).transaction)).toEqual(
      Object.keys(read({}).transaction),
    );
    expect(read({ signatures: [{ id: "a", index: null }] }).transaction.signatures).toEqual([{ id: "a" }]);
  });

  test("may have indexes that are decimal text", () => {
    expect(read({ index: "2", signatures: [{ id: "a", index: "10" }] }).transaction).toMatchObject({
      index: 2,
      signatures: [{ id: "a", index: 10 }],
    });
  });

  test("loses unknown members, but a four-eye server sees them", () => {
    const entry = read({ later: { a: 1 } });
    expect(entry.transaction).not.toHaveProperty("later");
    expect(entry.asListed).toEqual({ ...minimal, later: { a: 1 } });
  });

  test("that the API completed says so", () => {
    expect(read({ txId: "0xabc" }).completedAs).toBe("0xabc");
    expect(read({})).not.toHaveProperty("completedAs");
  });
});

describe("an entry that cannot be read", () => {
  const entries: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["a text", "x"],
    ["a list", [minimal]],
    ["no id", { ...minimal, id: undefined }],
    ["a number as id", { ...minimal, id: 1 }],
    ["an empty id", { ...minimal, id: "" }],
    ["an id that is a path", { ...minimal, id: "../x" }],
    ["an id that is this folder", { ...minimal, id: "." }],
    ["an id that is the folder above", { ...minimal, id: ".." }],
    ["an id with a line break", { ...minimal, id: "a\n" }],
    ["an id with a query", { ...minimal, id: "a?b" }],
    ["an endless id", { ...minimal, id: "a".repeat(129) }],
  ];
  for (const [name, entry] of entries) {
    test(`for ${name} has no id that could be reported`, () => {
      expect(problemOf(entry)).not.toHaveProperty("id");
    });
  }

  const nameable: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["another chain", { chain: "BTC" }, "chain must be"],
    ["no chain", { chain: undefined }, "chain"],
    ["no payload", { serializedTransaction: undefined }, "serializedTransaction"],
    ["an object as payload", { serializedTransaction: {} }, "serializedTransaction"],
    ["an endless payload", { serializedTransaction: "x".repeat(4_000_001) }, "serializedTransaction"],
    ["a text as hashes", { hashes: "a" }, "hashes"],
    ["a null hash", { hashes: ["a", null] }, "hashes.1"],
    ["endless hashes", { hashes: Array(10_001).fill("a") }, "hashes"],
    ["a signer without id", { signatures: [{ index: 1 }] }, "signatures.0.id"],
    ["a negative index", { index: -1 }, "index"],
    ["an index with a fraction", { index: 0.5 }, "index"],
    ["an index above 2^31 - 1", { index: 2 ** 31 }, "index"],
    ["an index as text above 2^31 - 1", { index: "2147483648" }, "index"],
    ["an index that is no number", { index: "0x1" }, "index"],
    ["an empty index", { index: "" }, "index"],
    ["a number as withdrawalId", { withdrawalId: 5 }, "withdrawalId"],
    ["an object as withdrawalResponses", { withdrawalResponses: {} }, "withdrawalResponses"],
    ["a number as txId", { txId: 5 }, "txId"],
  ];
  for (const [name, changes, place] of nameable) {
    test(`for ${name} is named with its id and the place`, () => {
      const { id, problem } = problemOf({ ...minimal, ...changes });
      expect(id).toBe(minimal.id);
      expect(problem).toContain(place);
    });
  }

  test("is told with what it is, in few words and without terminal commands", () => {
    expect(problemOf({ ...minimal, hashes: "canary" }).problem).toBe(
      'hashes must be a list, but is "canary"',
    );
    const { problem } = problemOf({ ...minimal, chain: "\u001b[2J".repeat(1000) });
    expect(problem.length).toBeLessThan(300);
    expect(problem).not.toContain("\u001b");
  });
});

describe("the digest of the content", () => {
  const digest = (changes: Readonly<Record<string, unknown>>) => read(changes).contentDigest;

  test("is the same for the same content in another order", () => {
    const responses = [{ vIn: "a", address: { b: 1, c: 2 } }];
    const reordered = [{ address: { c: 2, b: 1 }, vIn: "a" }];
    expect(digest({ withdrawalResponses: responses })).toBe(digest({ withdrawalResponses: reordered }));
    expect(digest({ unknown: 1, hashes: null })).toBe(digest({}));
  });

  test("is another one for everything that decides what is signed", () => {
    const changes = [
      {},
      { serializedTransaction: "{ }" },
      { hashes: ["a"] },
      { hashes: ["a", "b"] },
      { hashes: ["b", "a"] },
      { signatures: [{ id: "a" }] },
      { signatures: [{ id: "a", index: 0 }] },
      { index: 0 },
      { index: 1 },
      { withdrawalId: "w" },
      { withdrawalResponses: [] },
      { withdrawalResponses: [{ amount: "1" }] },
      { withdrawalResponses: [{ amount: "1.0" }] },
    ];
    expect(new Set(changes.map(digest)).size).toBe(changes.length);
  });

  test("tells large integers apart", () => {
    const [a, b] = ["9007199254740993", "9007199254740992"].map((amount) =>
      readPendingTransaction(
        parseExactJson(
          `{"id":"a","chain":"LTC","serializedTransaction":"","withdrawalResponses":[${amount}]}`,
        ),
        "LTC",
      ),
    ) as [ListedTransaction, ListedTransaction];
    expect(a.contentDigest).not.toBe(b.contentDigest);
  });
});

describe("reading never throws", () => {
  test("whatever JSON it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readPendingTransaction(parseExactJson(JSON.stringify(value)), "LTC");
      }),
      { numRuns: 2000 },
    );
  });

  test("whatever the members are", () => {
    const members = fc.record(
      {
        id: fc.oneof(fc.jsonValue(), fc.string(), fc.stringMatching(/^[0-9a-f]{24}$/)),
        chain: fc.oneof(fc.jsonValue(), fc.constant("LTC")),
        serializedTransaction: fc.oneof(fc.jsonValue(), fc.string()),
        hashes: fc.jsonValue(),
        signatures: fc.oneof(
          fc.jsonValue(),
          fc.array(fc.record({ id: fc.jsonValue(), index: fc.jsonValue() })),
        ),
        index: fc.oneof(fc.jsonValue(), fc.integer(), fc.integer().map(String)),
        withdrawalId: fc.jsonValue(),
        withdrawalResponses: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
        txId: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(members, (entry) => {
        const result = readPendingTransaction(parseExactJson(JSON.stringify(entry)), "LTC");
        if (!("transaction" in result)) return;
        expect(result.transaction.chain).toBe("LTC");
        expect(result.transaction.id).toMatch(/^[\w:-][\w.:-]{0,127}$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("however deep it is nested", () => {
    for (const depth of [100, 1000, 3000, 5000, 7000]) {
      const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      for (const member of ["withdrawalResponses", "unknown"]) {
        let entry: JsonValue;
        try {
          entry = parseExactJson(`{"id":"a","chain":"LTC","serializedTransaction":"","${member}":${nested}}`);
        } catch {
          continue;
        }
        expect(readPendingTransaction(entry, "LTC")).toEqual({ id: "a", problem: "it is nested too deeply" });
      }
    }
  });
});
