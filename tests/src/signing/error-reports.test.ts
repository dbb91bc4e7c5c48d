import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Secret } from "../../../providers/secret.ts";
import { HttpClient } from "../../../src/http/client.ts";
import type { Job } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import { createLog } from "../../../src/operations/log.ts";
import { ErrorReports, owing } from "../../../src/signing/error-reports.ts";
import { TatumApi } from "../../../src/tatum/api.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { createVaultAt } from "../vault/vault-at.ts";

const folder = useSharedFolder();
let vault: Vault;
let journal: Journal;
let api: TatumApi;
let server: Bun.Server<undefined>;
let batches: { signatureId: string; error: string }[][] = [];
let status = 204;
let logged: string[] = [];
const log = createLog({ write: (line) => void logged.push(line) });
let number = 0;

beforeAll(async () => {
  vault = await createVaultAt(folder("wallet.dat"), new Secret("correct horse battery"));
  journal = new Journal(vault, { chain: "ETH", network: "mainnet" });
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      batches.push(((await request.json()) as { errors: { signatureId: string; error: string }[] }).errors);
      return new Response(null, { status });
    },
  });
  const baseUrl = new URL(`http://127.0.0.1:${server.port}`);
  const retries = { retries: 0, delay: 1, maximumDelay: 1 };
  api = new TatumApi(
    new TatumConnection({ baseUrl, apiKey: "key", http: new HttpClient([baseUrl]), timeout: 2000, retries }),
  );
});

afterAll(async () => {
  await server.stop(true);
  await vault.close();
});

beforeEach(() => {
  batches = [];
  logged = [];
  status = 204;
});

async function newJob(): Promise<Job> {
  const transaction = {
    id: `job${number++}`,
    chain: "ETH",
    serializedTransaction: "",
    hashes: [],
    signatures: [],
  };
  return journal.move(journal.begin(transaction, ""), "seen");
}

/** The job, once it failed for a cause. */
async function fail(job: Job, reports: ErrorReports, cause: string): Promise<Job> {
  const failed = await journal.move(job, "failed", owing(job, cause));
  reports.note(failed);
  return failed;
}

async function current({ id }: Job): Promise<Job> {
  return (await journal.find(id)) as Job;
}

describe("reports of errors to the API", () => {
  test("of one round go in one call, and are remembered with their jobs", async () => {
    const [a, b] = [await newJob(), await newJob()];
    const reports = new ErrorReports();
    await fail(a, reports, "Error: one");
    await fail(b, reports, "Error: two");
    await reports.send(api, journal, log);
    expect(batches).toEqual([
      [
        { signatureId: a.id, error: "Error: one" },
        { signatureId: b.id, error: "Error: two" },
      ],
    ]);
    expect((await current(a)).reported).toEqual(["Error: one"]);
  });

  test("are sent once for a cause, by every process", async () => {
    const job = await newJob();
    const reports = new ErrorReports();
    for (const processReports of [reports, reports, new ErrorReports()]) {
      await fail(await current(job), processReports, "Error: same");
      await processReports.send(api, journal, log);
    }
    expect(batches).toHaveLength(1);
  });

  test("that were not taken are sent again after a while, by this process or the next", async () => {
    const job = await newJob();
    let now = 0;
    const reports = new ErrorReports(() => now);
    status = 400;
    await fail(job, reports, "Error: one");
    await reports.send(api, journal, log);
    expect(logged.join()).toContain("did not take the report of 1 failed transactions: HTTP 400");
    await reports.send(api, journal, log);
    expect(batches).toHaveLength(1);
    now = 5_000;
    await reports.send(api, journal, log);
    expect(batches).toHaveLength(2);
    status = 204;
    await new ErrorReports().send(api, journal, log);
    expect(batches).toHaveLength(3);
    expect(await current(job)).toMatchObject({ reported: ["Error: one"], state: "failed" });
    expect((await current(job)).owed).toBeUndefined();
    await new ErrorReports().send(api, journal, log);
    expect(batches).toHaveLength(3);
  });

  test("of a job that was ended with its signed bytes are sent once", async () => {
    const { id } = await newJob();
    const job = journal.approved((await journal.find(id)) as Job);
    const signed = { payload: "00", transactionId: `tx of ${id}`, filledIn: {} };
    const sent = await journal.recordSigned(job, signed, UsedSequences.none());
    const refused = await journal.move(sent, "sent", owing(sent, "Error: refused"));
    await journal.close(refused, "cancelled", { problem: "a person ended it" });
    await new ErrorReports().send(api, journal, log);
    await new ErrorReports().send(api, journal, log);
    expect(batches).toHaveLength(1);
    expect(await current(job)).toMatchObject({ state: "cancelled", reported: ["Error: refused"] });
  });

  test("are noted at a job that changed while they were on their way, so that they are not sent again", async () => {
    const job = await newJob();
    const reports = new ErrorReports();
    const failed = await fail(job, reports, "Error: one");
    const changing = {
      reportErrors: async (errors: Parameters<TatumApi["reportErrors"]>[0]) => {
        await journal.move(failed, "failed", { attempts: 7 });
        return api.reportErrors(errors);
      },
    } as unknown as TatumApi;
    await reports.send(changing, journal, log);
    expect(await current(job)).toMatchObject({ attempts: 7, reported: ["Error: one"] });
    await reports.send(api, journal, log);
    expect(batches).toHaveLength(1);
  });

  test("of causes that differ in a number only are one", async () => {
    const job = await newJob();
    const reports = new ErrorReports();
    for (let fee = 0; fee < 40; fee++) {
      await fail(await current(job), reports, `Error: the fee is ${fee}`);
      await reports.send(api, journal, log);
    }
    expect(batches).toEqual([[{ signatureId: job.id, error: "Error: the fee is 0" }]]);
  });

  test("of many causes do not fill the journal", async () => {
    const job = await newJob();
    const reports = new ErrorReports();
    for (let at = 0; at < 40; at++) {
      await fail(await current(job), reports, `Error: ${"x".repeat(at)}`);
      await reports.send(api, journal, log);
    }
    expect((await current(job)).reported.length).toBeLessThan(30);
    expect((await current(job)).reported.at(-1)).toBe(`Error: ${"x".repeat(39)}`);
  });

  test("are cut to a length that the API can take", async () => {
    const reports = new ErrorReports();
    await fail(await newJob(), reports, `Error: ${"x".repeat(100_000)}`);
    await reports.send(api, journal, log);
    expect(batches[0]?.[0]?.error).toHaveLength(2000);
  });

  test("beyond 500 go in several calls", async () => {
    const reports = new ErrorReports();
    for (let at = 0; at < 1001; at++) reports.addMalformed(`many${at}`, "Error: odd");
    await reports.send(api, journal, log);
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 1]);
  });
});

describe("reports of entries that could not be read", () => {
  test("are new once", async () => {
    const reports = new ErrorReports();
    expect(reports.addMalformed("x", "Error: odd")).toBe(true);
    await reports.send(api, journal, log);
    expect(reports.addMalformed("x", "Error: odd")).toBe(false);
    expect(reports.addMalformed("x", "Error: odder")).toBe(true);
    expect(reports.addMalformed("y", "Error: odd")).toBe(true);
  });

  test("without an id are new once as well, but cannot be sent", async () => {
    const reports = new ErrorReports();
    expect(reports.addMalformed(undefined, "odd")).toBe(true);
    expect(reports.addMalformed(undefined, "odd")).toBe(false);
    await reports.send(api, journal, log);
    expect(batches).toEqual([]);
  });
});
