/** Pending transactions of all chains, from the entry of a poll to signed bytes. */
import type { Chain } from "../../../chains/chain.ts";
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { testedChainOf } from "../../chains/tested-chains.ts";
import type { Random } from "../../random.ts";
import type { Damage } from "../answering-client.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { JsonMutator } from "../mutate-json.ts";
import { damageText } from "../mutate-text.ts";
import { differingFields, signedFields } from "../signed-fields.ts";
import { type ChainVectors, type FuzzVector, readAllVectors } from "../signing-vectors.ts";
import { type Outcome, type Signed, undamaged, withRememberedKeys, workOn } from "../work-on-entry.ts";

/** What somebody who decides about a transaction sees of it: its intents, and the wallets that it names. */
function visiblePart({ intents, transaction }: Signed): string {
  const { hashes, signatures, index, withdrawalId } = transaction;
  return stringifyExactJson({ intents, hashes, signatures, index, withdrawalId });
}

/** @throws Error when both look the same, and sign something different that matters. */
function assertChangeIsVisible(ticker: string, vector: FuzzVector, before: Signed, after: Signed): void {
  if (before.payload === after.payload || visiblePart(before) !== visiblePart(after)) return;
  const hidden = testedChainOf(ticker).hiddenFields;
  const differing = differingFields(
    signedFields(ticker, before.payload),
    signedFields(ticker, after.payload),
  );
  const invisible = differing.filter((name) => !Object.hasOwn(hidden, name));
  if (invisible.length === 0) return;
  throw new Error(
    `${ticker} ${vector.name}: ${invisible.join(", ")} changed without a trace in the intents\n` +
      `${before.transaction.serializedTransaction}\n${after.transaction.serializedTransaction}`,
  );
}

/** Makes the digests of a changed transaction right again, as an API that lies would. */
function withRightDigests(ticker: string, text: string): string {
  const { withRightDigests: corrected } = testedChainOf(ticker);
  if (corrected === undefined) return text;
  try {
    return stringifyExactJson(corrected(parseExactJson(text) as Record<string, JsonValue>));
  } catch {
    return text;
  }
}

export class PendingTransactions implements FuzzTarget {
  readonly name = "pending transactions";
  readonly share = 80;
  readonly #chains: readonly ChainVectors[];
  readonly #originals = new Map<FuzzVector, Promise<Outcome>>();

  private constructor(chains: readonly ChainVectors[]) {
    this.#chains = chains.map((found) => ({ ...found, chain: withRememberedKeys(found.chain) }));
  }

  static async load(): Promise<PendingTransactions> {
    return new PendingTransactions(await readAllVectors());
  }

  async run(random: Random): Promise<string> {
    const { chain, vectors, vocabulary } = random.pick(this.#chains);
    const { ticker } = chain.facts;
    const vector = random.pick(vectors);
    const mutator = new JsonMutator(random, vocabulary);
    const mutate = (pending: FuzzVector["pending"]): FuzzVector["pending"] => {
      if (random.chance(0.15)) {
        const changed = mutator.value(pending as JsonValue);
        return changed as FuzzVector["pending"];
      }
      const changed = mutator.text(String(pending["serializedTransaction"]));
      const text = random.chance(0.9) ? withRightDigests(ticker, changed) : changed;
      return { ...pending, serializedTransaction: text };
    };
    const damage: Damage = random.chance(0.15)
      ? (answer) => damagedAnswer(answer, mutator, random)
      : undamaged;

    const isPair = random.chance(0.25);
    const first = isPair ? mutate(vector.pending) : vector.pending;
    const before = isPair
      ? await workOn(first as JsonValue, chain, vector)
      : await this.#original(vector, chain);
    const isUnchanged = damage !== undamaged && random.chance(0.5);
    const second = isUnchanged || !isRecord(first) ? first : mutate(first);
    const after = await workOn(second as JsonValue, chain, vector, damage);
    if (before.signed !== undefined && after.signed !== undefined) {
      assertChangeIsVisible(ticker, vector, before.signed, after.signed);
    }
    return after.kind;
  }

  #original(vector: FuzzVector, chain: Chain): Promise<Outcome> {
    const known = this.#originals.get(vector) ?? workOn(vector.pending as JsonValue, chain, vector);
    this.#originals.set(vector, known);
    return known;
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damagedAnswer(
  answer: Parameters<Damage>[0],
  mutator: JsonMutator,
  random: Random,
): ReturnType<Damage> {
  if (random.chance(0.3)) return answer;
  const body = random.chance(0.2) ? damageText(answer.body, random) : mutator.text(answer.body);
  const status = random.chance(0.2)
    ? random.pick([100, 204, 301, 400, 401, 404, 429, 500, 502])
    : answer.status;
  return { ...answer, status, body };
}
