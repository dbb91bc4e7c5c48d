/** Every signing vector through the built executable: import the wallets, run the daemon once, look at its requests. */
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import { fromRlp, parseTransaction } from "viem";
import { loadChain, tickers } from "../../chains/index.ts";
import { answersOf, type FlowVector, withTransactionId } from "../chains/families/flow/flow-vectors.ts";
import { Installation, type Run } from "./executable.ts";
import { type RecordedRequest, StandInApi } from "./stand-in-api.ts";

// Every test starts the executable and opens a vault, and waits for its lane before.
setDefaultTimeout(300_000);

interface VectorRequest {
  readonly method: string;
  /** Of the Tatum API unless it says so. */
  readonly host?: string;
  /** A path, or the whole URL of a third party. */
  readonly path: string;
  readonly requestBodySubset?: unknown;
  readonly response: unknown;
  readonly status?: number;
}

interface Broadcast {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

interface SignedVector {
  /** Absent where it depends on texts that are the program's own. */
  readonly txData?: string;
  readonly broadcast?: Broadcast;
  /** All calls of the broadcast path, where there are several; the last one is the broadcast. */
  readonly broadcastCalls?: readonly Broadcast[];
}

interface Vector {
  readonly name: string;
  readonly chain: string;
  readonly testnet: boolean;
  readonly pending: { readonly id: string; readonly chain: string };
  readonly wallets: Readonly<Record<string, unknown>>;
  readonly http: readonly VectorRequest[];
  readonly expected?:
    | SignedVector
    | {
        readonly error: string;
        readonly errorMatch: string;
        readonly broadcastCalls?: readonly Broadcast[];
      };
  /** Whether the same bytes are signed every time; yes when absent. */
  readonly deterministic?: boolean;
  /** What the original does wrong: as an object where `expected` is what is right all the same. */
  readonly upstreamBug?: string | { readonly explanation: string };
  readonly upstream?: SignedVector;
  readonly correct?: SignedVector;
  readonly alternative?: SignedVector;
  readonly lenient?: boolean;
  readonly mayRefuse?: boolean;
  /** The outcomes that are fine, where there are several. */
  readonly acceptable?: readonly ("expected" | "error")[];
}

/** Variables that a chain's vectors need: the original's old behaviour behind a switch. */
const switches: Readonly<Record<string, Record<string, string>>> = {
  CELO: { TATUM_KMS_CELO_LEGACY: "true" },
};

/** Where the stand-in answers in the place of another host. */
function standInPath(url: URL): string {
  return `/host/${url.host}${url.pathname}`;
}

function pathOf({ host, path }: VectorRequest): string {
  if (host !== undefined) return `/host/${host}${path}`;
  return path.startsWith("https://") ? standInPath(new URL(path)) : path;
}

/** Points the third parties of a chain to the stand-in. */
async function thirdPartyVariables(
  ticker: string,
  testnet: boolean,
  url: string,
): Promise<Record<string, string>> {
  const thirdParties = Object.entries((await loadChain(ticker))?.facts.thirdParties ?? {});
  return Object.fromEntries(
    thirdParties.map(([name, { mainnet, testnet: test }]) => [
      `TATUM_KMS_${name}_URL`,
      url + standInPath(new URL(testnet ? test : mainnet)),
    ]),
  );
}

/** The API key is part of some paths, and the vectors write it differently. */
function apiKeyOf(vector: Vector): string {
  return JSON.stringify(vector.http).includes("TEST-API-KEY") ? "TEST-API-KEY" : "test-api-key";
}

function holds(whole: unknown, part: unknown): boolean {
  if (part === undefined) return true;
  if (typeof part !== "object" || part === null) return whole === part;
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([name, value]) =>
    holds((whole as Record<string, unknown>)[name], value),
  );
}

function answerFor(vector: Vector, { method, path, body }: RecordedRequest): Response | undefined {
  const found = vector.http.find(
    (call) => call.method === method && pathOf(call) === path && holds(body, call.requestBodySubset),
  );
  if (found === undefined) return undefined;
  const response =
    typeof found.response === "function"
      ? (found.response as (body: unknown) => unknown)(body)
      : found.response;
  const isRpc = typeof response === "object" && response !== null && "jsonrpc" in response;
  const answer = isRpc ? { ...response, id: (body as { id: number }).id } : response;
  return Response.json(answer, { status: found.status ?? 200 });
}

function isSigned(expected: Vector["expected"]): expected is SignedVector {
  return (
    expected !== undefined &&
    ("txData" in expected || ("broadcastCalls" in expected && !("error" in expected)))
  );
}

/** What the vector allows to be broadcast; nothing when only a reported error is right. */
function allowed({ expected, correct, alternative, lenient, upstream, upstreamBug }: Vector): SignedVector[] {
  const either = typeof upstreamBug === "string" && upstreamBug.includes("Either behaviour");
  const results = [isSigned(expected) ? expected : undefined, correct, lenient ? alternative : undefined];
  if (either) results.push(upstream);
  return results.filter((result) => result !== undefined);
}

function mayBeRefused({ expected, mayRefuse, acceptable = [], upstreamBug }: Vector): boolean {
  const isRight = typeof upstreamBug !== "string" && isSigned(expected);
  return mayRefuse === true || acceptable.includes("error") || !isRight;
}

/**
 * The vectors of some chains use one signature ID for different wallets. Here every vector gets ids of its own, so that
 * one vault can hold the wallets of all.
 */
function withOwnSignatureIds(vector: Vector, number: number): Vector {
  const suffix = number.toString(16).padStart(4, "0");
  const renamed = Object.keys(vector.wallets).reduce(
    (text, id) => text.replaceAll(id, id.slice(0, -suffix.length) + suffix),
    JSON.stringify(vector),
  );
  return JSON.parse(renamed) as Vector;
}

function asBroadcast({ method, path, body }: RecordedRequest): Broadcast {
  return { method, path, body };
}

/** The signatures of Flow's remote signers depend on what they are asked to sign. */
function withComputedAnswers(vector: Vector): Vector {
  return vector.chain === "FLOW" ? { ...vector, http: answersOf(vector as unknown as FlowVector) } : vector;
}

/** What has to be equal: all of it, or of a VeChain transaction without a given nonce all but nonce and signature. */
function comparable(txData: string | undefined, { deterministic = true }: Vector): unknown {
  if (deterministic || txData === undefined) return txData;
  const [nonce, signature] = [7, 9];
  const items = fromRlp(txData as `0x${string}`) as readonly unknown[];
  return items.filter((_, item) => item !== nonce && item !== signature);
}

/** Each vector meets a journal that knows nothing, and an API of its own. */
interface Scene {
  readonly installation: Installation;
  readonly api: StandInApi;
}

function onOwnScene(work: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const scene = { installation: new Installation(), api: new StandInApi() };
    try {
      await work(scene);
    } finally {
      await scene.api.stop();
      scene.installation.remove();
    }
  };
}

/** While one daemon waits, another one works; more of them would only take each other's time. */
const lanes = pLimit(2);

for (const chain of tickers) {
  const file = Bun.file(join(import.meta.dir, `../vectors/signing/${chain}.json`));
  const vectors = ((await file.json()) as Vector[]).map(withOwnSignatureIds).map(withComputedAnswers);

  describe(`${chain} signing vectors through the executable`, () => {
    let pristine: Uint8Array;

    beforeAll(async () => {
      const installation = new Installation();
      const wallets = join(installation.home, "wallets.json");
      writeFileSync(wallets, JSON.stringify(Object.assign({}, ...vectors.map((vector) => vector.wallets))));
      const imported = await installation.run(["import", wallets]);
      expect(imported).toMatchObject({ status: 0 });
      pristine = await Bun.file(installation.vaultPath).bytes();
      installation.remove();
    });

    async function runDaemon(vector: Vector, { installation, api }: Scene): Promise<Run> {
      mkdirSync(dirname(installation.vaultPath), { mode: 0o700 });
      writeFileSync(installation.vaultPath, pristine, { mode: 0o600 });
      api.pending = [vector.pending];
      api.network = vector.testnet ? "testnet" : "mainnet";
      api.answer = (request) => answerFor(vector, request);
      const network = vector.testnet ? ["--testnet"] : [];
      const args = [
        "daemon",
        "--runOnce",
        `--chain=${chain}`,
        `--external-url=${api.fourEyeUrl}`,
        ...network,
      ];
      return installation.run(args, {
        env: {
          ...api.env,
          ...switches[chain],
          ...(await thirdPartyVariables(chain, vector.testnet, api.url)),
          TATUM_API_KEY: apiKeyOf(vector),
        },
      });
    }

    for (const vector of vectors) {
      const testOfVector = onOwnScene(async (scene) => {
        const { api } = scene;
        const run = await runDaemon(vector, scene);
        const results = allowed(vector);
        // Other calls of the same path belong to signing.
        const broadcasts = api.broadcasts.filter(({ body }) => "signatureId" in (body as object));
        const [broadcast] = broadcasts;
        if (broadcast !== undefined) {
          expect(broadcasts).toHaveLength(1);
          expect(api.reported).toEqual([]);
          const { txData } = broadcast.body as { txData: string };
          const [first, ...others] = results;
          if (vector.name === "value-unsafe-json-number") {
            // The vector holds no right bytes, only what the original signs instead of the exact amount.
            expect(parseTransaction(txData as `0x${string}`).value).toBe(123_456_789_012_345_678n);
            return;
          }
          if (vector.lenient && vector.alternative === undefined) return;
          const match = others.find((result) => result.txData === txData) ?? first;
          if (match === undefined) throw new Error(`signed: ${txData}`);
          if (match.txData !== undefined) {
            expect(comparable(txData, vector)).toEqual(comparable(match.txData, vector));
          }
          if (match.broadcast !== undefined && vector.deterministic !== false) {
            expect(asBroadcast(broadcast)).toEqual(match.broadcast);
          }
          if (match.broadcastCalls !== undefined) {
            expect(api.broadcasts.map(asBroadcast)).toEqual(
              withTransactionId([...match.broadcastCalls], txData),
            );
          }
          expect(run.status).toBe(0);
          return;
        }
        if (!mayBeRefused(vector)) throw new Error(`not signed: ${run.stderr}`);
        expect(api.reported.map(({ signatureId }) => signatureId)).toEqual([vector.pending.id]);
        const { expected } = vector;
        if (expected !== undefined && "error" in expected && expected.errorMatch === "exact") {
          expect(api.reported[0]?.error).toBe(expected.error);
        }
        expect(api.broadcasts.map(asBroadcast)).toEqual([
          ...((expected as SignedVector)?.broadcastCalls ?? []),
        ]);
        expect(run.status).toBe(75);
      });
      test.concurrent(vector.name, () => lanes(testOfVector));
    }
  });
}
