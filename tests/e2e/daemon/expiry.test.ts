/** A transaction that expires: other bytes may be signed only when the network proves that the old ones never land. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RecordedRequest } from "../stand-in-api.ts";
import { Scene } from "./running-daemon.ts";

setDefaultTimeout(60_000);

const vectors = (await Bun.file(`${import.meta.dir}/../../vectors/signing/SOL.json`).json()) as {
  pending: { id: string; chain: string };
  wallets: Record<string, Record<string, unknown>>;
}[];
const [vector] = vectors;
if (vector === undefined) throw new Error("There are no vectors of SOL.");

const LAST_VALID_HEIGHT = 100;
const blockhashes = [
  "GSeYNY1AG25GFYH63gvKLT7NC9H64njRztgj2wtsYmDp",
  "7WyEshBZcZwEbJsvSeGgCkSNMxxxFAym3x7Cuj6UjAUE",
];

let scene: Scene;
afterEach(() => scene.end());

interface Call {
  readonly id: number;
  readonly method: string;
}

/** A node of Solana that the test steers. */
class Node {
  /** Whether it answers several calls at once, and so all of them from where it stands itself. */
  takesBatches = true;
  height = LAST_VALID_HEIGHT - 10;
  blockhash = blockhashes[0];
  /** The blockhash after the next time it is asked for; the same when absent. */
  next: string | undefined;
  /** The oldest slot the node has not forgotten. */
  firstHeldSlot = 0;
  /** Whether transactions reach the network. */
  isReachable = false;
  /** The error with which the network carried the transaction out. */
  failure: unknown = null;
  /** What the network says of the transaction when it is asked. */
  status: { err: null; confirmationStatus: string } | null = null;

  readonly answer = ({ path, body }: RecordedRequest): Response | undefined => {
    if (!path.startsWith("/v3/blockchain/node/SOL/")) return undefined;
    if (Array.isArray(body)) {
      return this.takesBatches
        ? Response.json((body as readonly Call[]).map((call) => this.#answerTo(call)))
        : Response.json({ error: "no batches" }, { status: 400 });
    }
    const call = body as Call;
    if (call.method === "sendTransaction" && !this.isReachable) return new Response("", { status: 503 });
    return Response.json(this.#answerTo(call));
  };

  #answerTo({ id, method }: Call): object {
    return { jsonrpc: "2.0", id, result: this.#result(method) };
  }

  #result(method: string): unknown {
    switch (method) {
      case "getLatestBlockhash": {
        const { blockhash } = this;
        this.blockhash = this.next ?? blockhash;
        return { context: { slot: 90 }, value: { blockhash, lastValidBlockHeight: LAST_VALID_HEIGHT } };
      }
      case "getEpochInfo":
        return { absoluteSlot: this.height, blockHeight: this.height };
      case "getFirstAvailableBlock":
        return this.firstHeldSlot;
      case "getSignatureStatuses":
        return { context: { slot: this.height }, value: [this.status] };
      case "getTransaction":
        return { meta: { err: this.failure } };
      default:
        return "accepted";
    }
  }
}

/** The different bytes that were handed to the node. */
function sentBytes(): Set<unknown> {
  const sent = scene.api
    .to("/v3/blockchain/node/SOL/")
    .map(({ body }) => body as { method: string; params: unknown[] })
    .filter(({ method }) => method === "sendTransaction");
  return new Set(sent.map(({ params }) => params[0]));
}

/** A job whose bytes were handed to a node that gave no clear answer. */
async function interrupted(): Promise<Node> {
  scene = await Scene.with(vector?.wallets);
  const node = new Node();
  scene.api.pending = [vector?.pending as { chain: string }];
  scene.api.answer = node.answer;
  const run = await round();
  expect(run.status).toBe(75);
  expect(sentBytes().size).toBe(1);
  return node;
}

const round = () => scene.runOnce(["--chain=SOL"], { env: { TATUM_RETRIES: "0" } });

test("two equal Solana payments on either side of a restart get different blockhashes: the network carries out one of two equal ones", async () => {
  const node = await interrupted();
  node.isReachable = true;
  scene.api.pending.push({ ...vector?.pending, id: "b".repeat(24) } as unknown as { chain: string });
  node.next = blockhashes[1];
  expect(await round()).toMatchObject({ status: 0 });
  const [first, second] = [...sentBytes()];
  expect(sentBytes().size).toBe(2);
  expect(first).not.toBe(second);
  expect(scene.api.broadcasts).toHaveLength(2);
});

describe("a Solana transaction without a clear answer", () => {
  test("is sent again with the same bytes while its blockhash is valid", async () => {
    const node = await interrupted();
    node.isReachable = true;
    expect(await round()).toMatchObject({ status: 0 });
    expect(sentBytes().size).toBe(1);
    expect(scene.api.broadcasts).toHaveLength(1);
  });

  test("is signed anew once its blockhash has expired and the network does not know it", async () => {
    const node = await interrupted();
    node.height = LAST_VALID_HEIGHT + 1;
    node.blockhash = blockhashes[1];
    const released = await round();
    expect(released.stderr).toContain("expired");
    expect(sentBytes().size).toBe(1);
    node.isReachable = true;
    expect(await round()).toMatchObject({ status: 0 });
    expect(sentBytes().size).toBe(2);
    expect(scene.api.broadcasts).toHaveLength(1);
    expect(scene.api.to("/four-eye/")).toHaveLength(2);
  });

  test("is not signed anew when the node has forgotten the blocks in which it may have landed", async () => {
    const node = await interrupted();
    node.height = LAST_VALID_HEIGHT + 1;
    node.blockhash = blockhashes[1];
    node.firstHeldSlot = 91;
    node.isReachable = true;
    await round();
    expect(sentBytes().size).toBe(1);
  });

  test("is not signed anew on answers that may be of several nodes, before they say so again later", async () => {
    const node = await interrupted();
    node.height = LAST_VALID_HEIGHT + 1;
    node.blockhash = blockhashes[1];
    node.takesBatches = false;
    await round();
    await round();
    expect(sentBytes().size).toBe(1);
  });

  test("is not signed anew when the network knows it", async () => {
    const node = await interrupted();
    node.height = LAST_VALID_HEIGHT + 1;
    node.blockhash = blockhashes[1];
    node.status = { err: null, confirmationStatus: "finalized" };
    node.isReachable = true;
    expect(await round()).toMatchObject({ status: 0 });
    expect(sentBytes().size).toBe(1);
  });

  test("is parked and reported once when the network carried it out without success", async () => {
    const node = await interrupted();
    node.isReachable = true;
    node.failure = { InstructionError: [0, { Custom: 1 }] };
    await round();
    await round();
    expect(sentBytes().size).toBe(1);
    expect(scene.api.broadcasts).toHaveLength(0);
    expect(scene.api.reported).toHaveLength(1);
    expect(scene.api.reported[0]?.error).toContain("failed on the Solana network");
    const { stdout } = await scene.installation.run(["job", "list", "parked"]);
    expect(JSON.parse(stdout)).toMatchObject([{ id: vector?.pending.id, state: "parked" }]);
  });
});
