/** Two API keys that share the wallets of each chain, and who looks that each call is made with the key of its wallet. */
import { readCall } from "../weeks/answers.ts";
import type { Request } from "../weeks/fault.ts";
import type { Breach } from "../weeks/judge.ts";
import { usualApiKey } from "../weeks/server.ts";
import type { Stage } from "../weeks/stage.ts";

const NAME = "second";
const KEY = "second-api-key";

/** What every program of the cluster is told. */
export const keyEnvironment = { TATUM_API_KEY_SECOND: KEY };

/** The keys that a node works with: the first has both, the others have one each. */
export function keyOptions(node: number): string[] {
  if (node === 0) return [];
  return [`--api-key-name=${node % 2 === 0 ? NAME : "default"}`];
}

export class ApiKeys {
  readonly #stage: Stage;
  readonly #keyOf = new Map<string, string>();
  readonly #told = new Set<string>();
  readonly done = { "polls with the second key": 0 };

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Gives every other wallet to the second key. */
  static async share(stage: Stage): Promise<ApiKeys> {
    const keys = new ApiKeys(stage);
    for (const [index, { signatureId }] of stage.world.wallets.entries()) {
      const isOfSecond = index % 2 === 1;
      keys.#keyOf.set(signatureId, isOfSecond ? KEY : usualApiKey);
      if (isOfSecond) await stage.program.succeed(["wallet", "key", NAME, signatureId]);
    }
    stage.world.keys = keys;
    return keys;
  }

  /** A wallet is polled, and a payment broadcast, completed, looked up and reported, with the wallet's key alone. */
  judge(apiKey: string, request: Request): void {
    const call = readCall(request);
    if (call.kind === "list" && apiKey === KEY) this.done["polls with the second key"] += 1;
    for (const wallet of this.#walletsOf(request, call.id)) {
      const own = this.#keyOf.get(wallet);
      if (own === undefined || own === apiKey || call.kind === "four-eye") continue;
      this.#tell({ kind: "another key", id: wallet, text: `${call.kind} with ${apiKey} instead of ${own}` });
    }
  }

  #walletsOf({ body }: Request, id: string | undefined): string[] {
    const { signatureIds = [], errors = [] } = (body ?? {}) as {
      signatureIds?: readonly string[];
      errors?: readonly { signatureId: string }[];
    };
    const payments = [...(id === undefined ? [] : [id]), ...errors.map(({ signatureId }) => signatureId)];
    const { platform } = this.#stage.world;
    return [...signatureIds, ...payments.flatMap((one) => platform.get(one)?.wallet.signatureId ?? [])];
  }

  #tell(breach: Breach): void {
    const text = JSON.stringify(breach);
    if (!this.#told.has(text)) this.#stage.breaches.push(breach);
    this.#told.add(text);
  }
}
