import type { ChainEnvironment } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ChainError } from "../../../../chains/error.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

/** What a node says to a method: always the same, or one answer after another; an error is a refusal. */
type Answer = JsonValue | Error | undefined;

type Answers = Readonly<Record<string, Answer | Queue>>;

export interface NodeEnvironment extends ChainEnvironment {
  /** The calls the node got. */
  readonly calls: { readonly method: string; readonly params: readonly JsonValue[] }[];
  /** How many batches of calls it got. */
  batches: number;
  /** Milliseconds of every pause. */
  readonly pauses: number[];
}

/**
 * An environment whose Solana node gives these answers by method; a list in `queue(...)` is used up, its last stays. It takes
 * batches of calls where `inBatches` is given: the answers of the node that gets them, which may be another one.
 */
export function nodeEnvironment(
  answers: Answers,
  more: Partial<ChainEnvironment> = {},
  inBatches?: Answers,
): NodeEnvironment {
  const calls: NodeEnvironment["calls"] = [];
  const pauses: number[] = [];
  const answerOf = (from: Answers, method: string): JsonValue => {
    const planned = from[method];
    const answer = planned instanceof Queue ? planned.next() : planned;
    if (answer instanceof Error) throw new ChainError("NODE_REFUSED", `${method}: ${answer.message}`);
    if (answer === undefined) throw new ChainError("NODE_REFUSED", `${method}: Method not found`);
    return answer;
  };
  const environment: NodeEnvironment = {
    ...offlineEnvironment({
      rpc: async (path, method, params) => {
        if (path !== "/v3/blockchain/node/SOL/{key}") throw new Error(`Unexpected path ${path}`);
        calls.push({ method, params });
        return answerOf(answers, method);
      },
      post: async (path, body) => {
        if (path !== "/v3/blockchain/node/SOL/{key}") throw new Error(`Unexpected path ${path}`);
        if (inBatches === undefined) throw new ChainError("NODE_REFUSED", "no batches here");
        environment.batches += 1;
        const batch = body as unknown as readonly { readonly id: number; readonly method: string }[];
        return batch.map(({ id, method }) => ({ jsonrpc: "2.0", id, result: answerOf(inBatches, method) }));
      },
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
      ...more,
    }),
    calls,
    batches: 0,
    pauses,
  };
  return environment;
}

class Queue {
  readonly #answers: Answer[];

  constructor(answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  next(): Answer {
    return this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
  }
}

export function queue(...answers: readonly Answer[]): Queue {
  return new Queue(answers);
}
