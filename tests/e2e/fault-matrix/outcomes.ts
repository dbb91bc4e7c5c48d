/** The specification of the matrix: what each fault means for each kind of call. */
import { type FaultName, faultNames } from "./faults.ts";

export const callKinds = [
  /** The list of pending transactions. */
  "poll",
  /** The operator's decision. */
  "four-eye",
  /** What a chain asks, or hands over, at a node, behind the Tatum API or at a third party. */
  "node",
  /** The look whether the network has carried out what it was handed. */
  "look",
  /** The signed transaction, handed to the Tatum API. */
  "broadcast",
  /** What is asked after an unclear broadcast. */
  "question",
  /** Telling the API that a transaction is done. */
  "completion",
  /** Telling the API of transactions that failed. */
  "report",
] as const;
export type CallKind = (typeof callKinds)[number];

/**
 * In all cases the payment is done in the end, with one content, approved before it was signed. `again`: the call is made
 * again until it is answered; nobody is told. `counts`: an answer as good as any other. `denied`: not signed, and asked
 * about again later. `told`: the API is told of the failure, once; then the call is made again. `found`: the API took it,
 * is asked, and says so; nothing is sent again. `goes on`: the job goes on without the answer, with the same bytes.
 * `later`: told again when the API lists it once more. `believed`: taken for the API's word, as it has no other.
 * `confirmed`: the chain, which had the bytes before the API was told, shows them; the refusal is no failure.
 */
export type Outcome =
  | "again"
  | "counts"
  | "denied"
  | "told"
  | "found"
  | "goes on"
  | "later"
  | "believed"
  | "confirmed";

const table = `
                                    | poll   | four-eye | node   | look   | broadcast | question | completion | report
connection refused                  | again  | again    | again  | again  | again     | goes on  | later      | again
reset before the request was applied| again  | again    | again  | again  | again     | goes on  | later      | again
reset after the request was applied | again  | again    | again  | again  | found     | goes on  | later      | again
no answer                           | again  | again    | again  | again  | found     | goes on  | later      | again
an answer byte by byte              | again  | again    | again  | again  | found     | goes on  | later      | again
a truncated answer                  | again  | again    | again  | again  | found     | goes on  | later      | again
the wrong content type              | counts | counts   | counts | counts | counts    | counts   | counts     | counts
a page with status 200              | again  | counts   | again  | again  | again     | goes on  | believed   | believed
no body with status 200             | again  | counts   | again  | again  | again     | goes on  | believed   | believed
400                                 | again  | denied   | told   | again  | told      | goes on  | later      | again
401                                 | again  | denied   | again  | again  | again     | goes on  | later      | again
403                                 | again  | denied   | told   | again  | told      | goes on  | later      | again
404                                 | again  | denied   | told   | again  | again     | goes on  | later      | again
409                                 | again  | denied   | told   | again  | told      | goes on  | later      | again
429 with Retry-After in seconds     | again  | again    | again  | again  | again     | goes on  | later      | again
429 with Retry-After as a date      | again  | again    | again  | again  | again     | goes on  | later      | again
500                                 | again  | again    | again  | again  | again     | goes on  | later      | again
503                                 | again  | again    | again  | again  | again     | goes on  | later      | again`;

function readTable(): ReadonlyMap<string, Outcome> {
  const [head = [], ...rows] = table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((field) => field.trim()));
  const columns = head.slice(1);
  return new Map(
    rows.flatMap(([fault, ...outcomes]) =>
      outcomes.map((outcome, at) => [`${columns[at]}/${fault}`, outcome as Outcome] as const),
    ),
  );
}

const outcomes = readTable();

/** @throws Error for a field that the table does not have. */
export function outcomeOf(kind: CallKind, fault: FaultName): Outcome {
  const outcome = outcomes.get(`${kind}/${fault}`);
  if (outcome === undefined) throw new Error(`The table says nothing about ${kind}, ${fault}.`);
  return outcome;
}

for (const kind of callKinds) for (const fault of faultNames) outcomeOf(kind, fault);
