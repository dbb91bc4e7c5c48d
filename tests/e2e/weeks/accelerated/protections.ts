/**
 * What keeps the journal's promise, piece by piece, and how each is taken out of a test build: whether the weeks notice that is
 * what the weeks are worth.
 */

import type { Emphasis } from "../hazards.ts";

/** A place in the sources, and what stands there without the protection. */
interface Edit {
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly replace: string;
}

interface Protection {
  /** What is lost without it. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Chains of the weeks that look for it; all of them without it. */
  readonly tickers?: readonly string[];
  /** What strikes more often in these weeks, or not at all. */
  readonly emphasis?: Emphasis;
}

/** By the points of the promise, as the scenarios are named. */
export const protections: Readonly<Record<string, Protection>> = {
  "1": {
    what: "the row of an account's numbers is read as far as it was written",
    edits: [
      {
        file: "src/journal/records.ts",
        find: "return UsedSequences.parse(",
        replace: "if (sealed.length > 1024) throw new Error('too long'); return UsedSequences.parse(",
      },
    ],
    tickers: ["XRP", "XLM"],
    emphasis: { "gaps in numbers": 1.6 },
  },
  "2": {
    what: "a transaction id belongs to one job",
    edits: [
      {
        file: "src/journal/change.ts",
        find: "throw new ClaimTaken(",
        replace: "if (claim.kind === 'transaction') return; throw new ClaimTaken(",
      },
    ],
    tickers: ["ALGO", "TRON", "XLM", "SOL"],
  },
  "3": {
    what: "the chain is asked before a person's decision",
    edits: [
      {
        file: "src/signing/resolve.ts",
        find: "const { transactionId } = signed;\n  const where",
        replace:
          "if (mayBeUnclear || !mayBeUnclear) return;\n  const { transactionId } = signed;\n  const where",
      },
    ],
    tickers: ["ETH", "BTC", "XRP", "SOL"],
    emphasis: { decisions: 4, "unmarked payments": 4, repairs: 0 },
  },
  "4": {
    what: "a number may have several users",
    edits: [
      {
        file: "src/journal/sequences.ts",
        find: "if (this.has(number)) return this.#shareMore(number);",
        replace:
          "if (this.#details.shared.size < 0) return this.#shareMore(number); if (this.has(number)) return this;",
      },
    ],
    tickers: ["ETH"],
    emphasis: {
      "explicit nonces": 8,
      "slow blocks": 3,
      decisions: 4,
      "abandoned chains": 0,
      "foreign transactions": 0,
      "forgetful pools": 0,
      "numbers taken meanwhile": 0,
    },
  },
  "5": {
    what: "signed bytes are sent whatever wallets there are",
    edits: [
      {
        file: "src/daemon/chain-loop.ts",
        find: "if ((await this.#openJobs()) > 0) return true;",
        replace: "if ((await this.#openJobs()) < 0) return true;",
      },
      {
        file: "src/daemon/poll.ts",
        find: "if (signatureIds.length === 0) return { ...nothing, isWhole: true, isComplete: true };",
        replace: "if (signatureIds.length === 0) throw new Error('no wallets');",
      },
    ],
    tickers: ["ETH", "BTC", "XRP"],
  },
  "6": {
    what: "what is signed is looked up again when its list is old",
    edits: [
      {
        file: "src/signing/signers.ts",
        find: "if (now - seenAt < LIST_STAYS_FRESH) return;",
        replace: "if (now - seenAt < 1e9 * LIST_STAYS_FRESH) return;",
      },
      {
        file: "src/daemon/round.ts",
        find: "(this.#shared.isListed(id) ? work.run() : ",
        replace: "(this.#shared.isListed(id) || work ? work.run() : ",
      },
    ],
    tickers: ["ETH", "XLM", "BTC"],
    emphasis: { "slow calls": 6, cancellations: 4 },
  },
  "8": {
    what: "what was denied does not keep others from their turn",
    edits: [
      {
        file: "src/tatum/pending-list.ts",
        find: "return rows.flat().slice(0, MAXIMUM_WORKED_ON);",
        replace: "return rows.length < 0 ? rows.flat().slice(0, MAXIMUM_WORKED_ON) : entries.slice(0, 6);",
      },
    ],
    tickers: ["ETH", "BTC", "TRON"],
    emphasis: { "crowds of denied payments": 10 },
  },
  "10": {
    what: "an acceptance counts only under the id of the bytes",
    edits: [
      {
        file: "src/signing/submission.ts",
        find: 'if (answer.kind !== "accepted" || sameTransactionId(answer.txId, transactionId)) return answer;',
        replace: 'if (answer.kind !== "accepted" || transactionId !== answer.kind) return answer;',
      },
    ],
    tickers: ["ETH", "BTC", "XRP", "XLM", "TRON"],
    emphasis: { "lying answers": 4 },
  },
  "11": {
    what: "a count that jumps is confirmed",
    edits: [
      {
        file: "src/signing/account-count.ts",
        find: "const { sightings } = believing;",
        replace: "const { sightings } = believing; if (counted >= 0n) return;",
      },
    ],
    tickers: ["ETH"],
  },
  "12": {
    what: "what is listed again goes on",
    edits: [
      {
        file: "src/signing/pipeline.ts",
        find: 'if (!isListed || job.parkedFor !== "missing") return "parked";',
        replace: 'if (!isListed || job.parkedFor !== "never") return "parked";',
      },
    ],
    tickers: ["ETH", "BTC", "XRP", "TRON"],
    emphasis: { glitches: 6 },
  },
  "13": {
    what: "reports that the API did not take are owed",
    edits: [
      {
        file: "src/signing/error-reports.ts",
        find: "if (problem === undefined) {",
        replace: "if (problem !== null) {",
      },
    ],
    tickers: ["SOL"],
    emphasis: { "failures on the network": 8, "reports that are not taken": 4 },
  },
  "14": {
    what: "an expiry is proven by one answer",
    edits: [
      {
        file: "chains/families/vechain/submit.ts",
        find: "`head=",
        replace: "`other=",
      },
      {
        file: "chains/families/solana/submit.ts",
        find: 'typeof seen === "number" && seen >= absoluteSlot',
        replace: "(seen === undefined || absoluteSlot > 0)",
      },
      {
        file: "chains/families/solana/submit.ts",
        find: 'return isOneAnswer ? "one-answer" : "several-answers";',
        replace: 'return isOneAnswer || results ? "one-answer" : "several-answers";',
      },
    ],
    tickers: ["SOL", "VET"],
    emphasis: { "nodes that stay behind": 18, "unmarked payments": 3 },
  },
  "15": {
    what: "an output belongs to one job",
    edits: [
      {
        file: "src/journal/change.ts",
        find: "throw new ClaimTaken(",
        replace: "if (claim.kind === 'input') return; throw new ClaimTaken(",
      },
    ],
    tickers: ["BTC"],
    emphasis: { "abandoned chains": 0, "shared inputs": 3, "slow blocks": 3 },
  },
  "18": {
    what: "the number of what a person ended is given back",
    edits: [
      {
        file: "src/journal/change.ts",
        find: "return;\n    await this.sequences(sequence.account, (used) => used.without(BigInt(sequence.number)));",
        replace: "return;",
      },
    ],
    tickers: ["ETH"],
    emphasis: { "abandoned chains": 0, decisions: 4, repairs: 0, "slow blocks": 0 },
  },
  "18-forgotten": {
    what: "what a pool forgot is noticed and sent again",
    edits: [
      {
        file: "src/signing/landings.ts",
        find: "if (this.#looking?.aborted === false || this.#clock() < this.#nextLook) return;",
        replace: "if (this.#looking?.aborted === false || this.#clock() > 0) return;",
      },
    ],
    tickers: ["ETH", "XRP", "XLM"],
    emphasis: { "forgetful pools": 4, "slow blocks": 3 },
  },
  "19": {
    what: "bytes whose number another transaction used are given up",
    edits: [
      {
        file: "src/signing/broadcast.ts",
        find: 'return (await isProven(signed, "proveReplaced", asked)) ? this.#tellReplaced(job) : undefined;',
        replace: "return undefined;",
      },
    ],
    tickers: ["ETH"],
    emphasis: {
      "abandoned chains": 0,
      "numbers taken meanwhile": 4,
      "foreign transactions": 4,
      decisions: 0,
      repairs: 0,
    },
  },
};

/** The text of a source file without a protection. @throws Error when a place stands there no more, or more than once */
export function withoutProtection(file: string, source: string, { edits }: Protection): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((text, { find, replace }) => {
      if (text.split(find).length !== 2) throw new Error(`${file} does not hold once: ${find}`);
      return text.replace(find, () => replace);
    }, source);
}
