import { describe, expect, test } from "bun:test";
import type { ChainEnvironment, SignedTransaction } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { flow } from "../../../../chains/flow.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

const ID = "11".repeat(32);
const SIGNED: SignedTransaction = {
  payload: JSON.stringify({ reference_block_id: "33".repeat(32), proposal_key: { key_index: "70" } }),
  transactionId: ID,
  filledIn: {},
  expiry: { kind: "height", value: 90_000_601n },
};

const host = "rest-mainnet.onflow.org";
const ACCEPTED: Exchange = { method: "POST", host, path: "/v1/transactions", response: { id: ID } };
const REFUSED: Exchange = { ...ACCEPTED, status: 400, response: { message: "transaction is expired" } };
const RELEASE: Exchange = { method: "POST", path: "/v3/flow/broadcast", response: {} };
const UNKNOWN: Exchange = { ...results(), status: 404, response: { message: "not found" } };

/** The results of one look after the other; the last one stays. */
function results(...statuses: readonly (string | JsonValue)[]): Exchange {
  let look = 0;
  return {
    method: "GET",
    host,
    path: `/v1/transaction_results/${ID}`,
    response: () => {
      const status = statuses[Math.min(look++, statuses.length - 1)]!;
      return typeof status === "string" ? { status, error_message: "" } : status;
    },
  };
}

function environmentOf(
  exchanges: readonly Exchange[],
  requests: Request[],
  more: Partial<ChainEnvironment> = {},
) {
  return offlineEnvironment({ ...answeringEnvironment(exchanges, flow.facts, "mainnet", requests), ...more });
}

const releases = (requests: readonly Request[]): unknown[] =>
  requests.filter(({ path }) => path === RELEASE.path).map(({ body }) => body);

describe("submitting a recorded Flow transaction", () => {
  test("hands over the recorded bytes, waits for the seal and lets the proposer's key go", async () => {
    const requests: Request[] = [];
    const pauses: number[] = [];
    const exchanges = [ACCEPTED, results("Pending", "Executed", "Sealed"), RELEASE];
    const environment = environmentOf(exchanges, requests, { pause: async (time) => void pauses.push(time) });
    expect(await flow.submit!(SIGNED, environment)).toBe(ID);
    expect<unknown>(requests[0]?.body).toEqual(JSON.parse(SIGNED.payload));
    expect(pauses).toEqual([2_500, 2_500]);
    expect(releases(requests)).toEqual([{ txData: ID, proposalKey: 70 }]);
  });

  test("tells the network's words when the transaction failed on the chain", async () => {
    const requests: Request[] = [];
    const failed = { status: "Sealed", error_message: "[Error Code: 1101] cadence runtime error" };
    const submission = flow.submit!(SIGNED, environmentOf([ACCEPTED, results(failed), RELEASE], requests));
    await expect(submission).rejects.toMatchObject({
      code: "FAILED_ON_CHAIN",
      message: failed.error_message,
    });
    expect(releases(requests)).toEqual([{ txData: ID, proposalKey: 70 }]);
  });

  test("goes on when the node refuses what the network has taken before", async () => {
    const requests: Request[] = [];
    const environment = environmentOf([REFUSED, results("Sealed"), RELEASE], requests);
    expect(await flow.submit!(SIGNED, environment)).toBe(ID);
  });

  test("lets the proposer's key go when the node refuses and the network knows nothing", async () => {
    const requests: Request[] = [];
    const submission = flow.submit!(SIGNED, environmentOf([REFUSED, UNKNOWN, RELEASE], requests));
    await expect(submission).rejects.toThrow("transaction is expired");
    expect(releases(requests)).toEqual([{ txData: "", proposalKey: 70 }]);
  });

  test("gives up for now when the seal does not come, and keeps the proposer's key", async () => {
    const requests: Request[] = [];
    const submission = flow.submit!(SIGNED, environmentOf([ACCEPTED, results("Pending"), RELEASE], requests));
    await expect(submission).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
    expect(requests.filter(({ method }) => method === "GET")).toHaveLength(25);
    expect(releases(requests)).toEqual([]);
  });

  test("refuses to go on when the node gives the bytes another id", async () => {
    const other = { ...ACCEPTED, response: { id: "22".repeat(32) } };
    await expect(flow.submit!(SIGNED, environmentOf([other], []))).rejects.toMatchObject({
      code: "NODE_ANSWER_INVALID",
    });
  });

  test("succeeds when only the release of the key fails", async () => {
    const warnings: string[] = [];
    const exchanges = [ACCEPTED, results("Sealed"), { ...RELEASE, status: 500 }];
    const environment = environmentOf(exchanges, [], { warn: (message) => warnings.push(message) });
    expect(await flow.submit!(SIGNED, environment)).toBe(ID);
    expect(warnings).toEqual([expect.stringContaining("proposal key 70")]);
  });
});

describe("a recorded Flow transaction", () => {
  const sealed = (height: string): Exchange => ({
    method: "GET",
    host,
    path: "/v1/blocks?height=sealed&expand=payload",
    response: [{ header: { id: "5a".repeat(32), height } }],
  });

  const reference: Exchange = {
    method: "GET",
    host,
    path: `/v1/blocks/${"33".repeat(32)}`,
    response: [{ header: { id: "33".repeat(32), height: "90000000" } }],
  };
  const over = [sealed("90000601"), reference];

  test.each([
    ["may still land while its last block is not sealed", [sealed("90000600")], "none"],
    ["is told to be expired when a node does not know it after that", [...over, UNKNOWN], "several-answers"],
    ["is expired when the network says so", [...over, results("Expired")], "one-answer"],
    ["is not expired while a node still waits with it", [...over, results("Pending")], "none"],
    ["has landed when it is sealed", [...over, results("Sealed")], "none"],
    [
      "is not known to be expired by a node that is younger than it",
      [sealed("90000601"), { ...reference, status: 404 }, UNKNOWN],
      "none",
    ],
  ] as const)("%s", async (_, exchanges, expected) => {
    expect(await flow.proveExpired!(SIGNED, environmentOf(exchanges, []))).toBe(expected);
  });

  test.each([401, 403, 429])("is not shown to be expired by a refusal with HTTP %d", async (status) => {
    const exchanges = [...over, { ...UNKNOWN, status }];
    await expect(flow.proveExpired!(SIGNED, environmentOf(exchanges, []))).rejects.toMatchObject({
      code: "NODE_REFUSED",
    });
  });

  test.each([
    ["nowhere", UNKNOWN, "absent"],
    ["in a pool", results("Pending"), "pooled"],
    ["in a block", results("Sealed"), "confirmed"],
    ["in a block, without success", results({ status: "Sealed", error_message: "out of gas" }), "failed"],
  ] as const)("is found %s", async (_, exchange, expected) => {
    expect(await flow.locate!(SIGNED, environmentOf([exchange], []))).toBe(expected);
  });
});
