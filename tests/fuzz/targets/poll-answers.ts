/** Whole answers to a poll, as text. */
import { type JsonValue, stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { ApiUnavailable } from "../../../src/errors.ts";
import { TatumApi } from "../../../src/tatum/api.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import { readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import type { Random } from "../../random.ts";
import { AnsweringClient, API_HOST, API_KEY, answerOf } from "../answering-client.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { JsonMutator } from "../mutate-json.ts";
import { damageText, HOSTILE_TEXTS } from "../mutate-text.ts";
import { type ChainVectors, readAllVectors } from "../signing-vectors.ts";

const IDENTIFIER = /^[\w:-][\w.:-]{0,127}$/;
const STATUSES = [200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503];

export class PollAnswers implements FuzzTarget {
  readonly name = "poll answers";
  readonly share = 8;
  readonly #chains: readonly ChainVectors[];

  private constructor(chains: readonly ChainVectors[]) {
    this.#chains = chains;
  }

  static async load(): Promise<PollAnswers> {
    return new PollAnswers(await readAllVectors());
  }

  async run(random: Random): Promise<string> {
    const { chain, vectors, vocabulary } = random.pick(this.#chains);
    const { ticker } = chain.facts;
    const entries = Array.from({ length: random.below(4) }, () => random.pick(vectors).pending);
    const text = stringifyExactJson(entries as unknown as JsonValue);
    const mutator = new JsonMutator(random, vocabulary);
    const body = random.chance(0.2) ? damageText(text, random) : mutator.text(text);
    const status = random.chance(0.2) ? random.pick(STATUSES) : 200;
    const headers = { "retry-after": headerValue(random), "x-ttm-kms-latest-version": headerValue(random) };
    const http = new AnsweringClient(() => answerOf(body, status, headers));
    const retries = { retries: 0, delay: 0, maximumDelay: 0 };
    const baseUrl = new URL(`https://${API_HOST}`);
    const api = new TatumApi(new TatumConnection({ baseUrl, apiKey: API_KEY, http, timeout: 1000, retries }));
    try {
      const { list } = await api.pending(ticker, ["id"]);
      const read = list.map((entry) => readPendingTransaction(entry, ticker));
      const listed = read.flatMap((entry) => ("transaction" in entry ? [entry.transaction] : []));
      const wrong = listed.find(({ id, hashes }) => ![id, ...hashes].every((text) => IDENTIFIER.test(text)));
      if (wrong !== undefined) throw new Error(`${JSON.stringify(wrong.id)} came through as an identifier`);
      return listed.length === list.length ? "understood" : "partly understood";
    } catch (failure) {
      if (failure instanceof ApiUnavailable) return "no list";
      throw failure;
    }
  }
}

/** Text that a header may hold. */
function headerValue(random: Random): string {
  return random.pick(HOSTILE_TEXTS).replace(/[^\x20-\x7e]/g, "?");
}
