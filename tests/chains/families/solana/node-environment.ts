import type { ChainEnvironment } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { ChainError } from "../../../../chains/error.ts";
import { offlineEnvironment } from "../../offline-signing-vectors.ts";

/** What a node says to a method: always the same, or one answer after another; an error is a refusal. */
type Answer = JsonValue | Error | undefined;

export interface NodeEnvironment extends ChainEnvironment {
  /** The calls the node got. */
  readonly calls: { readonly method: string; readonly params: readonly JsonValue[] }[];
  /** Milliseconds of every pause. */
  readonly pauses: number[];
}

/** An environment whose Solana node gives these answers by method; a list in `queue(...)` is used up, its last stays. */
export function nodeEnvironment(
  answers: Readonly<Record<string, Answer | Queue>>,
  more: Partial<ChainEnvironment> = {},
): NodeEnvironment {
  const calls: NodeEnvironment["calls"] = [];
  const pauses: number[] = [];
  return {
    ...offlineEnvironment({
      rpc: async (path, method, params) => {
        if (path !== "/v3/blockchain/node/SOL/{key}") throw new Error(`Unexpected path ${path}`);
        calls.push({ method, params });
        const planned = answers[method];
        const answer = planned instanceof Queue ? planned.next() : planned;
        if (answer instanceof Error) throw new ChainError("NODE_REFUSED", `${method}: ${answer.message}`);
        if (answer === undefined) throw new ChainError("NODE_REFUSED", `${method}: Method not found`);
        return answer;
      },
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
      ...more,
    }),
    calls,
    pauses,
  };
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
