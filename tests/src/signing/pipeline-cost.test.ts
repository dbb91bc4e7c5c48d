/** What a payment costs, counted: a figure that grows is noticed here, on any machine. Times are for `bun run bench`. */
import { heapStats } from "bun:jsc";
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, mock, setDefaultTimeout, spyOn, test } from "bun:test";
import { RootKey } from "../../../src/vault/root-key.ts";
import { payment, SigningScene } from "./signing-scene.ts";

// Each commit waits for the disk, which may have other work.
setDefaultTimeout(60_000);

/** How often something was done. */
interface Counts {
  /** Of SQL, the words that begin and end transactions included. */
  statements: number;
  /** Transactions that only read. */
  reads: number;
  /** Transactions that change something: each is waited for until the disk has it. */
  commits: number;
  /** Records that were encrypted by AES-GCM. */
  seals: number;
  /** Records that were decrypted by AES-GCM. */
  openings: number;
  /** HMAC-SHA-256 for keys of rows and for digests. */
  hashes: number;
  /** HTTP requests to API, node and approval server. */
  requests: number;
}

const PAYMENTS = 5;
const counts: Counts = {
  statements: 0,
  reads: 0,
  commits: 0,
  seals: 0,
  openings: 0,
  hashes: 0,
  requests: 0,
};

function countStatement(text: string): void {
  counts.statements += 1;
  if (text === "BEGIN") counts.reads += 1;
  if (text === "BEGIN IMMEDIATE") counts.commits += 1;
}

/** Has each statement that a connection prepares from now on counted whenever it runs. */
function countStatements(): void {
  const { prepare } = Database.prototype;
  const counting = function (this: Database, text: string): object {
    const statement = Reflect.apply(prepare, this, [text]);
    for (const name of ["all", "run", "get"] as const) {
      const own = statement[name];
      const counted = (...values: unknown[]): unknown => {
        countStatement(text);
        return Reflect.apply(own, statement, values);
      };
      Object.defineProperty(statement, name, { value: counted });
    }
    return statement;
  };
  spyOn(Database.prototype, "prepare").mockImplementation(counting as typeof prepare);
}

function countCalls(name: "seal" | "open" | "keyedHash", counted: keyof Counts): void {
  const own = RootKey.prototype[name];
  spyOn(RootKey.prototype, name).mockImplementation(function (this: RootKey, ...values: never[]) {
    counts[counted] += 1;
    return Reflect.apply(own, this, values);
  } as typeof own);
}

beforeAll(() => {
  countStatements();
  countCalls("seal", "seals");
  countCalls("open", "openings");
  countCalls("keyedHash", "hashes");
});
afterAll(() => {
  spyOn(Database.prototype, "prepare").mockRestore();
  for (const name of ["seal", "open", "keyedHash"] as const) spyOn(RootKey.prototype, name).mockRestore();
});

/** Has jobs of another account wait for a person. */
async function park({ journal }: SigningScene, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const { transaction, contentDigest } = payment(1000 + number);
    const account = "0xother";
    const transactionId = `parked-${number}`;
    const sequence = { account, number: BigInt(number) };
    const bytes = { payload: "00", transactionId, filledIn: {}, sequence };
    const job = journal.approved(journal.begin(transaction, contentDigest));
    const sent = await journal.recordSigned(job, bytes, await journal.usedSequences(account));
    await journal.move(sent, "parked", { problem: "refused", parkedFor: "missing" });
  }
}

/** What each of several payments costs, one after another, once an account has paid before. @param others jobs that wait for a person */
async function costOf(changes: Readonly<Record<string, unknown>>, others = 0): Promise<Counts> {
  const scene = await SigningScene.create();
  try {
    await park(scene, others);
    scene.api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(1) : undefined);
    for (const number of [1, 2]) await scene.process(payment(number));
    const before = { ...counts, requests: scene.api.requests.length };
    for (let number = 3; number < 3 + PAYMENTS; number++)
      expect(await scene.process(payment(number, changes))).toBe("done");
    const after = { ...counts, requests: scene.api.requests.length };
    const each = (name: keyof Counts) => [name, (after[name] - before[name]) / PAYMENTS] as const;
    return Object.fromEntries((Object.keys(counts) as (keyof Counts)[]).map(each)) as unknown as Counts;
  } finally {
    await scene.end();
  }
}

describe("a payment costs", () => {
  test("so much where it names all it needs", async () => {
    expect(await costOf({})).toEqual({
      statements: 39,
      reads: 4,
      commits: 2,
      // The job and the journal's state in each commit, the account's numbers in the first one.
      seals: 5,
      openings: 2,
      hashes: 15,
      // The approval and the broadcast.
      requests: 2,
    });
  });

  test("one request more where its nonce is asked for", async () => {
    const cost = await costOf({ nonce: undefined });
    expect(cost).toEqual({
      statements: 39,
      reads: 4,
      commits: 2,
      seals: 5,
      openings: 2,
      hashes: 15,
      requests: 3,
    });
  });

  test("the same however many jobs of other accounts wait for a person", async () => {
    expect(await costOf({}, 25)).toEqual(await costOf({}));
  });
});

/**
 * What a payment that is done leaves on the heap, what the stand-ins of this test note of it included: three times of what was
 * measured. Code that the engine compiles while it warms up is none of it.
 */
const MOST_LEFT = 30;
const WARMING_UP = 40;
const COUNTED = 60;
const compiled = /Code|Executable|Structure|Symbol|Source|Module|Scope|Environment/;

function livingObjects(): number {
  // What counts here remembers each call.
  mock.clearAllMocks();
  Bun.gc(true);
  const counts = Object.entries(heapStats().objectTypeCounts);
  return counts.reduce((sum, [type, count]) => (compiled.test(type) ? sum : sum + count), 0);
}

test("a payment that is done leaves next to nothing in memory", async () => {
  const scene = await SigningScene.create();
  const afterMore = async (from: number, count: number): Promise<number> => {
    for (let number = from; number < from + count; number++) await scene.process(payment(number));
    scene.api.requests.length = 0;
    return livingObjects();
  };
  try {
    const before = await afterMore(1, WARMING_UP);
    const after = await afterMore(1 + WARMING_UP, COUNTED);
    expect((after - before) / COUNTED).toBeLessThan(MOST_LEFT);
  } finally {
    await scene.end();
  }
});
