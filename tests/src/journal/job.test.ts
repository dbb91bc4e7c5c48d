import { describe, expect, test } from "bun:test";
import type { Intent } from "../../../chains/chain.ts";
import {
  type JobContent,
  jobStates,
  mayFollow,
  parseJobContent,
  paymentsOf,
  recordOfSigned,
  serializeJobContent,
  signedOfRecord,
  signedStates,
} from "../../../src/journal/job.ts";

const content: JobContent = {
  id: "5f0e1d2c3b4a59687766554a",
  chain: "ETH",
  network: "mainnet",
  contentDigest: "ab".repeat(32),
  attempts: 2,
  refusals: 1,
  reported: ["Error: no"],
  createdAt: 1_700_000_000_000,
};

describe("the states of a job", () => {
  test("allow these steps and no others", () => {
    const steps = Object.fromEntries(
      jobStates.map((from) => [from, jobStates.filter((to) => to !== from && mayFollow(from, to, "step"))]),
    );
    expect(steps).toEqual({
      seen: ["denied", "approved", "failed", "parked"],
      denied: ["seen", "approved", "failed", "parked"],
      approved: ["seen", "denied", "failed", "sent", "parked"],
      failed: ["seen", "denied", "approved", "parked"],
      signed: ["sent", "done", "parked"],
      sent: ["done", "parked"],
      done: [],
      parked: ["sent", "done"],
      cancelled: [],
    });
  });

  test("may stay what they are, so that attempts and causes can be noted", () => {
    for (const state of jobStates) expect(mayFollow(state, state, "step")).toBe(true);
  });

  test("lead from signed bytes never back to where others could be made", () => {
    for (const from of signedStates) {
      for (const to of jobStates) {
        if (!signedStates.includes(to)) expect(mayFollow(from, to, "step")).toBe(false);
      }
    }
  });

  test("are closed by a decision from wherever they stand, but for what is done", () => {
    for (const from of jobStates) {
      const closed = jobStates.filter((to) => mayFollow(from, to, "decision"));
      expect(closed).toEqual(from === "done" ? [] : ["done", "cancelled"]);
    }
  });

  test("begin anew, on a proof or a person's word, from each but those that are done or about to be sent", () => {
    for (const from of jobStates) {
      const anew = jobStates.filter((to) => mayFollow(from, to, "proof"));
      expect(anew).toEqual(from === "signed" || from === "done" ? [] : ["seen"]);
    }
  });

  test("lead to signed bytes over an approval only", () => {
    for (const from of jobStates) {
      if (!signedStates.includes(from)) expect(mayFollow(from, "sent", "step")).toBe(from === "approved");
    }
  });
});

describe("what a job pays", () => {
  const transfer = { kind: "transfer", to: "a", amount: "1", asset: "ETH" } as const;
  const paid = { to: "a", amount: "1", asset: "ETH" };

  test("is each of its transfers, whatever fee and data come with them", () => {
    const besides = [
      { kind: "fee", amount: "2", asset: "ETH" },
      { kind: "data", hex: "00" },
      { kind: "warning", reason: "odd" },
      { kind: "signs-for", account: "a", signer: "b" },
    ] as const;
    expect(paymentsOf([transfer, ...besides, { ...transfer, from: "f", authority: "x" }]).payments).toEqual([
      paid,
      paid,
    ]);
  });

  test.each([
    [
      "a call",
      [transfer, { kind: "contract-call", to: "a", amount: "0", method: "0x00000000", arguments: [] }],
    ],
    ["a creation", [transfer, { kind: "contract-creation", amount: "0", codeBytes: 1, codeDigest: "" }]],
    ["what is not understood", [transfer, { kind: "opaque", reason: "?" }]],
    ["nothing", [{ kind: "fee", amount: "2", asset: "ETH" }]],
    ["too much to name", Array.from({ length: 17 }, () => transfer)],
    ["a name without end", [{ ...transfer, asset: "x".repeat(257) }]],
  ] as const)("is not told of %s", (_, intents) => {
    expect(paymentsOf(intents as readonly Intent[]).payments).toBeUndefined();
  });
});

describe("the content of a job", () => {
  test("survives writing and reading", () => {
    const signed = {
      payload: "0xf86c",
      transactionId: `0x${"cd".repeat(32)}`,
      filledIn: { nonce: "7" },
      sequence: { account: "0xabc", number: 2n ** 60n },
      expiry: { kind: "height", value: 2n ** 63n },
    } as const;
    const full = { ...content, withdrawalId: "w", problem: "p", txId: "t", signed: recordOfSigned(signed) };
    const read = parseJobContent(serializeJobContent(full));
    expect(read).toEqual(full);
    expect(signedOfRecord(read.signed as NonNullable<JobContent["signed"]>)).toEqual(signed);
  });

  test("is written without what belongs to the row", () => {
    const row = { ...content, key: new Uint8Array(32), state: "seen", revision: 3, attemptAt: 5 };
    expect(JSON.parse(serializeJobContent(row))).toEqual(content);
  });

  test("is refused when it has another shape", () => {
    for (const text of ["", "{}", "null", JSON.stringify({ ...content, network: "moon" })]) {
      expect(() => parseJobContent(text)).toThrow();
    }
    const badNumber = {
      payload: "",
      transactionId: "",
      filledIn: {},
      sequence: { account: "a", number: "-1" },
    };
    expect(() => parseJobContent(JSON.stringify({ ...content, signed: badNumber }))).toThrow();
  });
});
