import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SignedTransaction } from "../../../chains/chain.ts";
import { KmsError } from "../../../src/errors.ts";
import { isClosed, type Job } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { type Merged, mergeVault } from "../../../src/journal/merge.ts";
import { quarantine } from "../../../src/journal/quarantine.ts";
import { type JournalScope, leaseKeyOf } from "../../../src/journal/records.ts";
import { verifyWhole } from "../../../src/journal/whole-vault.ts";
import { Lease } from "../../../src/lease/lease.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

// Argon2, on a busy machine.
setDefaultTimeout(60_000);

const path = useTemporaryFolder();
const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
const DIGEST = createHash("sha256").update("content").digest("hex");
const notes: string[] = [];
let target: Vault;
let other: Vault;

const wallet = (privateKey: string) => ({ privateKey, chain: "ETH", testnet: true });
const listed = (id: string) => ({
  id,
  chain: "ETH",
  serializedTransaction: "{}",
  hashes: [],
  signatures: [],
});

/** Records the bytes of a transaction with a number of one account. */
async function send(vault: Vault, id: string, number: bigint): Promise<Job> {
  const journal = new Journal(vault, SCOPE);
  const job = await journal.move(journal.begin(listed(id), DIGEST), "seen");
  const signed: SignedTransaction = {
    payload: "00",
    transactionId: `tx-${id}`,
    filledIn: {},
    sequence: { account: "0xa", number },
  };
  return journal.recordSigned(journal.approved(job), signed, await journal.usedSequences("0xa"));
}

async function pay(vault: Vault, id: string, number: bigint): Promise<Job> {
  return new Journal(vault, SCOPE).move(await send(vault, id, number), "done", { txId: `tx-${id}` });
}

/** @param agreed whether a person leaves open jobs behind */
const merge = (from = other, agreed = false): Promise<Merged> =>
  mergeVault(target, from, {
    note: (text) => notes.push(text),
    leaveBehind: async (open) => {
      if (!agreed) throw new KmsError("NOT_CONFIRMED", `open: ${open.map(({ id }) => id).join(", ")}`);
    },
  });

const find = (id: string) => new Journal(target, SCOPE).find(id);

beforeEach(async () => {
  notes.length = 0;
  target = await freshVault(path("target"));
  other = await freshVault(path("other"), "another");
});
afterEach(async () => {
  await target.close();
  await other.close();
});

test("how far it is, is told of each step up to its end", async () => {
  await other.add([["id", { privateKey: "k1", chain: "ETH", testnet: false }]]);
  await pay(other, "1", 1n);
  const told = new Map<string, [number, number]>();
  const telling = (step: string) => (done: number, total: number) => void told.set(step, [done, total]);
  other.onProgress = telling("checked");
  target.onProgress = telling("taken in");
  await mergeVault(target, other, {
    note: () => undefined,
    leaveBehind: async () => undefined,
    carried: telling("carried"),
  });
  for (const [step, [done, total]] of told) expect([step, done]).toEqual([step, total]);
  expect([...told.keys()].sort()).toEqual(["carried", "checked", "taken in"]);
});

describe("wallets of another vault", () => {
  test("come with their signature IDs, labels, groups and times, and the vault is whole behind it", async () => {
    await target.add([["own", wallet("k0")]]);
    await other.add([
      ["old", wallet("k1"), { createdAt: 5, label: "Treasury", groups: ["hot"], firstAddress: "0x1" }],
    ]);
    await other.add([["new", wallet("k2"), { firstAddress: null }]]);
    const before = readFileSync(path("other"));
    expect(await merge()).toMatchObject({ imported: 2, skipped: 0, perChain: { ETH: 2 }, payments: 0 });
    expect((await target.exportAll()).map(([id]) => id)).toEqual(["new", "old", "own"]);
    expect(await target.directory.find({ label: "treasury" })).toMatchObject([
      { signatureId: "old", createdAt: 5, groups: ["hot"], firstAddress: "0x1" },
    ]);
    expect(await target.get("old")).toEqual(wallet("k1"));
    expect(await verifyWhole(target)).toMatchObject({ wallets: 3 });
    expect(readFileSync(path("other"))).toEqual(before);
  });

  test("that the vault holds with the same content are told and skipped; a second merge changes nothing more", async () => {
    await other.add([["id", wallet("k1")]]);
    await merge();
    expect(await merge()).toMatchObject({ imported: 0, skipped: 1 });
    expect(notes).toEqual(["The vault holds these wallets already, with the same content: id."]);
    expect(await verifyWhole(target)).toMatchObject({ wallets: 1 });
  });

  test("keep both signature IDs of one key, and give up a label that another wallet has, which is told", async () => {
    await target.add([["here", wallet("k1"), { label: "Hot", firstAddress: "0x1" }]]);
    await other.add([["there", wallet("k1"), { label: "hot", firstAddress: "0x1", groups: ["g"] }]]);
    await merge();
    expect(notes.join("\n")).toContain("comes without its label hot");
    expect(notes.join("\n")).toContain("Wallet there has the keys of wallet here");
    expect(await target.directory.get("there")).toMatchObject({ label: undefined, groups: ["g"] });
  });

  test("with a signature ID that means another wallet here refuse all of it", async () => {
    await target.add([["id", wallet("k1")]]);
    await other.add([["id", wallet("k2")]]);
    await other.add([["fresh", wallet("k3")]]);
    await pay(other, "paid", 0n);
    const before = readFileSync(path("target"));
    const failure = await caught(merge);
    expect([failure.code, failure.message]).toEqual([
      "IMPORT_CONFLICT",
      "Nothing was merged: the vault holds other wallets under the signature IDs id.",
    ]);
    expect(readFileSync(path("target"))).toEqual(before);
  });
});

describe("what the other vault paid", () => {
  test("is never paid here, with its transaction and its numbers taken", async () => {
    await pay(other, "paid", 4n);
    const cancelled = await new Journal(other, SCOPE).move(
      new Journal(other, SCOPE).begin(listed("ended"), DIGEST),
      "seen",
    );
    await new Journal(other, SCOPE).close(cancelled, "cancelled", {});
    expect(await merge()).toMatchObject({ payments: 2 });
    expect(await find("paid")).toMatchObject({
      id: "paid",
      state: "done",
      txId: "tx-paid",
      contentDigest: DIGEST,
    });
    expect(await find("ended")).toMatchObject({ state: "cancelled" });
    expect(await find("unknown")).toBeUndefined();
    const journal = new Journal(target, SCOPE);
    expect(await journal.isTaken("tx-paid")).toBe(true);
    expect((await journal.usedSequences("0xa")).next).toBe(5n);
    expect(await journal.resting(["paid", "ended", "unknown"])).toEqual(
      new Map([
        ["paid", "done"],
        ["ended", "done"],
      ]),
    );
    expect(await verifyWhole(target)).toMatchObject({ jobs: 2, accounts: 1, claims: 1 });
  });

  test("so long ago that its id is not kept is known as well, also through a second merge", async () => {
    await pay(other, "paid", 0n);
    await new Journal(other, SCOPE).settle(Date.now() + 1000, 10);
    const last = target;
    const between = await freshVault(path("between"), "between");
    target = between;
    await merge();
    target = last;
    expect(await merge(between)).toMatchObject({ payments: 1 });
    await between.close();
    expect(await find("paid")).toMatchObject({ id: "paid", state: "done", isSettled: true });
    expect(await verifyWhole(target)).toMatchObject({ jobs: 1 });
  });

  test("is not begun by a daemon that looked before the merge", async () => {
    await pay(other, "paid", 0n);
    const beside = await reopen(path("target"));
    const journal = new Journal(beside, SCOPE);
    const begun = journal.begin(listed("paid"), DIGEST);
    await merge();
    await beside.refresh();
    expect((await caught(() => journal.move(begun, "seen"))).code).toBe("JOURNAL");
    await beside.close();
  });

  test("and waits here refuses the merge, naming it", async () => {
    await pay(other, "paid", 0n);
    await other.add([["id", wallet("k1")]]);
    const journal = new Journal(target, SCOPE);
    await journal.move(journal.begin(listed("paid"), DIGEST), "failed");
    const before = readFileSync(path("target"));
    const failure = await caught(merge);
    expect(failure).toMatchObject({ code: "IMPORT_CONFLICT", message: expect.stringContaining("paid") });
    expect(readFileSync(path("target"))).toEqual(before);
  });

  test("may have been in a row that was set aside", async () => {
    const { key } = await pay(other, "paid", 0n);
    await other.store.transaction((session) =>
      session.execute("UPDATE job SET sealed = $1 WHERE job_key = $2", [new Uint8Array(40), key]),
    );
    await quarantine(other, "paid");
    await merge();
    expect(await find("paid")).toMatchObject({ state: "cancelled" });
  });
});

describe("jobs of the other vault that are open", () => {
  test("are named, and nothing is changed without a person's word", async () => {
    await other.add([["id", wallet("k1")]]);
    await send(other, "sent", 0n);
    expect(await caught(merge)).toMatchObject({ message: "open: sent" });
    expect(await target.get("id")).toBeUndefined();
  });

  test("with bytes are never signed here, those without begin anew", async () => {
    await send(other, "sent", 0n);
    const journal = new Journal(other, SCOPE);
    await journal.move(journal.begin(listed("denied"), DIGEST), "denied");
    expect(await merge(other, true)).toMatchObject({ payments: 1 });
    const job = await find("sent");
    expect(job !== undefined && isClosed(job.state)).toBe(true);
    expect(await find("denied")).toBeUndefined();
    expect(await new Journal(target, SCOPE).isTaken("tx-sent")).toBe(true);
  });
});

describe("a vault is not merged", () => {
  test("while a daemon works on it", async () => {
    const { store } = other;
    const leaseKey = leaseKeyOf(other, SCOPE);
    const log = { info() {}, warn() {}, error() {}, debug() {} } as never;
    const lease = await Lease.take({ store, leaseKey, log, chain: "ETH" }, undefined, 300);
    expect((await caught(merge)).code).toBe("VAULT_BUSY");
    await lease?.release();
    expect(await merge()).toMatchObject({ imported: 0 });
  });

  test("into itself or a copy of it", async () => {
    const same = await reopen(path("target"));
    expect((await caught(() => merge(same))).code).toBe("WRONG_VAULT");
    await same.close();
  });
});
