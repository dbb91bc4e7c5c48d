/** A job: one pending transaction on its way through the pipeline, as the journal keeps it. */
import * as v from "valibot";
import type { Intent, PendingTransaction, SignedTransaction } from "../../chains/chain.ts";

/** How one pending transaction ended a round. */
export const outcomes = [
  /** Broadcast and acknowledged. */
  "done",
  /** The four-eye server said no. */
  "denied",
  /** Not signed; the cause was or will be reported. */
  "failed",
  /** Something did not answer; it is tried again. */
  "waiting",
  /** Needs a person. */
  "parked",
  /** Not due, or finished before. */
  "skipped",
] as const;
export type Outcome = (typeof outcomes)[number];

/** Outcomes after which a single run has nothing left to do. */
export function isFinished(outcome: Outcome): boolean {
  return outcome === "done" || outcome === "denied" || outcome === "skipped";
}

/**
 * `seen`: listed, not yet approved. `denied`: the four-eye server said no (it may say yes later). `approved`: it said
 * yes. `failed`: could not be signed; nothing was. `signed`: the bytes are recorded, none left this machine. `sent`: they
 * may be on their way. `done`: the API has them. `parked`: refused again and again after it was sent, or no longer known
 * to the API; waits for a person. `cancelled`: a person ended it, or the network proves that nothing that is signed of it can land; it is
 * neither signed nor sent any more.
 */
export const jobStates = [
  "seen",
  "denied",
  "approved",
  "failed",
  "signed",
  "sent",
  "done",
  "parked",
  "cancelled",
] as const;
export type JobState = (typeof jobStates)[number];

/** The states in which signed bytes exist, so that no other bytes may ever be made for the job. */
export const signedStates: readonly JobState[] = ["signed", "sent", "done", "parked"];

/** Whether the job has ended for good. */
export function isClosed(state: JobState): boolean {
  return state === "done" || state === "cancelled";
}

/**
 * On whose word a job changes its state: `step` in the course of the pipeline; `decision` when a person, or the API that
 * has the transaction completed, closes it; `proof` when it starts anew: the network proves, or a person says, that no bytes of
 * it can land any more, where there were any.
 */
export type Ground = "step" | "decision" | "proof";

/**
 * Which state may follow which. From signed bytes there is no way back in the course of the pipeline. `approved` and `signed`
 * are states of journals of older versions: approval, bytes and the intent to send are recorded in one step.
 */
const following: Readonly<Record<JobState, Partial<Record<Ground, readonly JobState[]>>>> = {
  seen: {
    step: ["seen", "denied", "approved", "failed", "parked"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  denied: {
    step: ["denied", "seen", "approved", "failed", "parked"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  approved: {
    step: ["approved", "seen", "denied", "failed", "sent", "parked"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  failed: {
    step: ["failed", "seen", "denied", "approved", "parked"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  signed: {
    step: ["signed", "sent", "done", "parked"],
    decision: ["done", "cancelled"],
  },
  sent: {
    step: ["sent", "done", "parked"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  parked: {
    step: ["parked", "sent", "done"],
    decision: ["done", "cancelled"],
    proof: ["seen"],
  },
  done: { step: ["done"] },
  // Ended by mistake, it may turn out to be done, or be taken up again.
  cancelled: { step: ["cancelled"], decision: ["done", "cancelled"], proof: ["seen"] },
};

export function mayFollow(from: JobState, to: JobState, ground: Ground): boolean {
  return following[from][ground]?.includes(to) ?? false;
}

const decimalDigits = v.pipe(v.string(), v.regex(/^\d+$/));

const signedSchema = v.object({
  payload: v.string(),
  transactionId: v.string(),
  filledIn: v.record(v.string(), v.string()),
  sequence: v.optional(v.object({ account: v.string(), number: decimalDigits })),
  inputs: v.optional(v.array(v.string())),
  expiry: v.optional(v.object({ kind: v.picklist(["height", "time"]), value: decimalDigits })),
});

const paymentSchema = v.object({ to: v.string(), amount: v.string(), asset: v.string() });

/** What a transaction pays to whom: a decimal amount in the smallest unit of the coin or token, as its intent has it. */
export type JobPayment = Readonly<v.InferOutput<typeof paymentSchema>>;

/**
 * `missing`: the API did not know it any more. `claimed`: its transaction, or an output that it spends, is another job's.
 * `restored`: the vault was restored from a backup, and it may have been sent before.
 */
const parkingReasons = ["missing", "claimed", "restored"] as const;

const jobSchema = v.object({
  id: v.string(),
  chain: v.string(),
  network: v.picklist(["mainnet", "testnet"]),
  /** SHA-256 of the content that was seen first; only this content may be signed. */
  contentDigest: v.string(),
  withdrawalId: v.optional(v.string()),
  /** Signature IDs of the wallets that sign it; absent where there are too many, and in jobs of older versions. */
  wallets: v.optional(v.array(v.string())),
  /** The name of the API key that lists it, and that the API is told of it with; absent for the default one. */
  apiKey: v.optional(v.string()),
  /** What it pays, where that is all that it does and not too much to name. */
  payments: v.optional(v.array(paymentSchema)),
  /** Tries since the last progress that did not succeed. */
  attempts: v.number(),
  /** How often the API or the node refused the signed bytes. */
  refusals: v.number(),
  /** What went wrong last, for people. */
  problem: v.optional(v.string()),
  /** Causes that the API has been told. */
  reported: v.array(v.string()),
  /** Causes that it has still to be told. */
  owed: v.optional(v.array(v.string())),
  /** Why a job is parked that may go on by itself, or that holds no bytes. */
  parkedFor: v.optional(v.picklist(parkingReasons)),
  signed: v.optional(signedSchema),
  /** Transaction ids of bytes that were signed before and given up, because they expired or a person said so. */
  released: v.optional(v.array(v.string())),
  /** Those of them of which the network proved that they can never land. */
  voided: v.optional(v.array(v.string())),
  /** The account that keeps a number for the job, since its bytes were given up. */
  account: v.optional(v.string()),
  /**
   * By when the vault had been restored (milliseconds since 1970), as a person said that the job was not signed by what the vault
   * does not know of. After a later restore, of a backup that holds this word, it may have been. `true` tells of none.
   */
  recovered: v.optional(v.union([v.boolean(), v.pipe(v.number(), v.safeInteger())])),
  /**
   * Whether it is of no pending transaction: a person had it signed to use up a number of an account. The API knows nothing of
   * it, is asked nothing and told nothing.
   */
  isRepair: v.optional(v.boolean()),
  /** Whether a person gave its number back although it is done: its bytes are not sent again. */
  isNumberFree: v.optional(v.boolean()),
  /** The transaction id the API answered with. */
  txId: v.optional(v.string()),
  /** Milliseconds since 1970. */
  createdAt: v.number(),
});

/** What is sealed in the journal's row. */
export type JobContent = v.InferOutput<typeof jobSchema>;

export interface Job extends JobContent {
  readonly key: Uint8Array;
  readonly state: JobState;
  /** Counts the changes of the row; a change made from an older one is refused. */
  readonly revision: number;
  /** Not to be tried again before this time, in milliseconds since 1970. */
  readonly attemptAt: number;
  /** When it was changed last, in milliseconds since 1970. */
  readonly updatedAt: number;
  /** Whether it ended so long ago that only what keeps it from being signed again is left. */
  readonly isSettled?: boolean;
}

/** A job with more wallets than these does not name them. */
const MOST_NAMED_WALLETS = 100;

/** The wallets that a transaction is to be signed with, where they are not too many to name. */
export function walletsOf({
  hashes,
  signatures,
}: Pick<PendingTransaction, "hashes" | "signatures">): Pick<JobContent, "wallets"> {
  const wallets = [...new Set([...hashes, ...signatures.map(({ id }) => id)])];
  return wallets.length > MOST_NAMED_WALLETS ? {} : { wallets };
}

/** A job with more payments than these does not name them. */
const MOST_NAMED_PAYMENTS = 16;
/** In characters of an address, amount or asset. */
const LONGEST_NAMED = 256;
/** Kinds of intents that move nothing themselves. */
const besides: ReadonlySet<Intent["kind"]> = new Set(["fee", "data", "signs-for", "warning"]);

/** What a transaction pays, where it does nothing else: of a contract that is called nobody knows whom it pays. */
export function paymentsOf(intents: readonly Intent[]): Pick<JobContent, "payments"> {
  const actions = intents.filter(({ kind }) => !besides.has(kind));
  const payments = actions.flatMap((intent) =>
    intent.kind === "transfer" ? [{ to: intent.to, amount: intent.amount, asset: intent.asset }] : [],
  );
  const isNamed =
    payments.length === actions.length &&
    payments.length <= MOST_NAMED_PAYMENTS &&
    payments.every((payment) => Object.values(payment).every((text) => text.length <= LONGEST_NAMED));
  return { payments: isNamed && payments.length > 0 ? payments : undefined };
}

/** Whether a wallet of the job's chain and network may sign it; of a job that does not name its wallets each may. */
export function mayUse({ wallets }: Pick<JobContent, "wallets">, signatureId: string): boolean {
  return wallets === undefined || wallets.includes(signatureId);
}

/** What may be changed about a job between two steps. */
export interface JobChanges
  extends Partial<
    Pick<
      Job,
      "attempts" | "refusals" | "problem" | "reported" | "owed" | "parkedFor" | "txId" | "isNumberFree"
    >
  > {
  /** Not to be tried again for so many milliseconds. */
  readonly rest?: number;
}

/** What a person's word changes about a job that starts anew: what it is of, or that nothing of it was sent. */
export type NewContent = Partial<
  Pick<JobContent, "contentDigest" | "withdrawalId" | "wallets" | "reported" | "recovered">
>;

/** A job that starts anew, also with another content; bytes that it held are among those that were given up. */
export function startedAnew(
  { signed, problem: _, parkedFor: __, payments: ___, ...rest }: Job,
  content: NewContent,
): Job {
  const released = signed === undefined ? rest.released : [...(rest.released ?? []), signed.transactionId];
  const account = signed?.sequence?.account ?? rest.account;
  return {
    ...rest,
    ...content,
    state: "seen",
    attempts: 0,
    refusals: 0,
    attemptAt: 0,
    ...(released !== undefined && { released }),
    ...(account !== undefined && { account }),
  };
}

/** Transaction ids of other bytes than the present ones that were given up, and of which nothing proves that they can never land. */
export function givenUpOf({ released = [], voided = [], signed }: Job): readonly string[] {
  return released.filter((id) => id !== signed?.transactionId && !voided.includes(id));
}

/** {@link startedAnew} of a job of whose bytes, those that were given up before included, none can ever land. */
export function startedAfterProof(job: Job, content: NewContent): Job {
  const { account: _, ...rest } = startedAnew(job, content);
  return rest.released === undefined ? rest : { ...rest, voided: rest.released };
}

/** @throws ValiError when the text is not the JSON of a job. */
export function parseJobContent(text: string): JobContent {
  return v.parse(jobSchema, JSON.parse(text));
}

/** What is sealed of a job; the rest of it stands in the row. */
export function serializeJobContent(job: JobContent): string {
  return JSON.stringify(v.parse(jobSchema, job));
}

/** Signed bytes in the form the journal keeps them. */
export function recordOfSigned(signed: SignedTransaction): NonNullable<JobContent["signed"]> {
  const { payload, transactionId, filledIn, sequence, inputs, expiry } = signed;
  return {
    payload,
    transactionId,
    filledIn: { ...filledIn },
    ...(sequence === undefined
      ? {}
      : {
          sequence: {
            account: sequence.account,
            number: sequence.number.toString(),
          },
        }),
    ...(inputs === undefined ? {} : { inputs: [...inputs] }),
    ...(expiry === undefined ? {} : { expiry: { kind: expiry.kind, value: expiry.value.toString() } }),
  };
}

/** The counterpart of {@link recordOfSigned}. */
export function signedOfRecord(record: NonNullable<JobContent["signed"]>): SignedTransaction {
  const { payload, transactionId, filledIn, sequence, inputs, expiry } = record;
  return {
    payload,
    transactionId,
    filledIn,
    ...(sequence === undefined
      ? {}
      : {
          sequence: {
            account: sequence.account,
            number: BigInt(sequence.number),
          },
        }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(expiry === undefined ? {} : { expiry: { kind: expiry.kind, value: BigInt(expiry.value) } }),
  };
}
