/**
 * A job that a person takes on with the content that the API has changed on purpose. What was signed of it before and what is
 * signed then must never both land: they use the same number of the same account, or spend the same output, or the network
 * proves that the old bytes can never land.
 */
import type { Proof, SignedTransaction, Spending } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { KmsError } from "../errors.ts";
import { findJob, type ShownJob, showJob } from "../journal/inspect.ts";
import { givenUpOf, type Job, type NewContent, signedOfRecord, walletsOf } from "../journal/job.ts";
import { type ListedTransaction, listedId, readPendingTransaction } from "../tatum/pending-transaction.ts";
import {
  assertNotLanded,
  assertPending,
  type DecisionArguments,
  type DecisionContext,
  decisionContext,
  isConfirmed,
  isSigned,
  type Person,
  silence,
} from "./resolve.ts";
import type { KeySource } from "./services.ts";
import { resolveSigners } from "./signers.ts";
import { PROOFS_APART, type Prove, proofOf } from "./void-proofs.ts";
import { WalletKeys } from "./wallet-keys.ts";

/** Which job, in which vault. */
export interface ChangedJob extends Pick<KeySource, "vault" | "tokens"> {
  readonly id: string;
}

/** What the new content would use up. */
interface NewSpending extends Spending {
  readonly account: string | undefined;
}

/** A transaction as the API lists it now. @throws KmsError `USAGE` when it does not, ApiUnavailable */
async function listedNow(job: Job, { vault, api }: DecisionContext): Promise<ListedTransaction> {
  const ids = await vault.signatureIds(job.chain, job.network);
  const { list } = await api.pending(job.chain, ids);
  const entry = list.find((one) => listedId(one) === job.id);
  const read = entry === undefined ? undefined : readPendingTransaction(entry, job.chain);
  if (read !== undefined && "transaction" in read) return read;
  const why =
    read === undefined
      ? "does not list it for the wallets of this vault"
      : `lists it so that ${read.problem}`;
  throw new KmsError("USAGE", `The content of transaction ${job.id} cannot be accepted: the API ${why}.`);
}

/**
 * Everything that was signed of the job and may still land as far as the journal knows. Of bytes that were given up it knows the
 * transaction id, and the number that is kept.
 */
async function earlierOf(job: Job, { journal }: DecisionContext): Promise<readonly SignedTransaction[]> {
  const { id, account, signed } = job;
  const own = signed === undefined ? [] : [signedOfRecord(signed)];
  const kept =
    account === undefined
      ? undefined
      : (await journal.usedSequences(account)).kept.find((number) => number.id === id)?.number;
  const sequence =
    own[0]?.sequence ?? (account === undefined || kept === undefined ? undefined : { account, number: kept });
  const givenUp = givenUpOf(job).map((transactionId) => ({
    transactionId,
    payload: "",
    filledIn: {},
    ...(sequence && { sequence }),
  }));
  return [...own, ...givenUp];
}

/** @throws ChainError, KmsError when it would not be signed */
async function spendingOf(
  { transaction }: ListedTransaction,
  { vault, tokens }: ChangedJob,
  { asked, journal: { scope }, note }: DecisionContext,
): Promise<NewSpending> {
  if (asked === undefined) return { account: undefined };
  const { chain } = asked;
  const keys = new WalletKeys(vault);
  try {
    const source = { vault, tokens, keys, network: scope.network };
    const signers = await resolveSigners(transaction, chain, source, note);
    return {
      ...chain.spending?.(transaction, scope.network),
      account: await chain.sendingAccount({ transaction, signers }),
    };
  } finally {
    keys.wipe();
  }
}

/** Whether of these bytes and the new content one can land at most. */
function excludes({ sequence, inputs = [] }: SignedTransaction, content: NewSpending): boolean {
  const { account, number, outputs = [] } = content;
  if (outputs.some((output) => inputs.includes(output))) return true;
  return (
    sequence !== undefined && sequence.account === account && (number ?? sequence.number) === sequence.number
  );
}

/** Without an answer there is no proof. */
async function isShown(
  prove: Prove,
  signed: SignedTransaction,
  { asked, whereabouts, wait, note }: DecisionContext,
): Promise<boolean> {
  const ask = async (): Promise<Proof> => {
    const proof = asked === undefined ? undefined : await proofOf(signed, prove, asked);
    return proof === undefined || proof === "none" || (await whereabouts(signed)) !== "absent"
      ? "none"
      : proof;
  };
  const first = await ask();
  if (first !== "several-answers") return first === "one-answer";
  note(
    `Waiting ${PROOFS_APART / 1000} s until the network is asked again whether ${signed.transactionId} can land.`,
  );
  await wait(PROOFS_APART);
  return (await ask()) !== "none";
}

/**
 * Whether the network proves that these bytes can never land: they expired unused, or blocks that are final hold another
 * transaction with their number. An output that another transaction spends is no proof: that one may be replaced again.
 */
async function isProvenVoid(signed: SignedTransaction, context: DecisionContext): Promise<boolean> {
  const ways: readonly Prove[] =
    signed.sequence === undefined
      ? ["proveExpired", "proveLapsed"]
      : ["proveExpired", "proveLapsed", "proveReplaced"];
  for (const prove of ways) if (await isShown(prove, signed, context)) return true;
  return false;
}

/**
 * How what was signed is kept from landing beside the new content.
 * @throws KmsError `USAGE` when nothing does
 */
async function exclusionOf(
  job: Job,
  content: NewSpending,
  context: DecisionContext,
): Promise<"by what they use" | "by proof"> {
  const earlier = await earlierOf(job, context);
  const rivals = earlier.filter((signed) => !excludes(signed, content));
  if (rivals.length === 0) return "by what they use";
  for (const signed of rivals) {
    if (await isProvenVoid(signed, context)) continue;
    throw new KmsError(
      "USAGE",
      `Transaction ${job.id} was signed as ${signed.transactionId}, which may still land; what the API lists now ${otherThan(signed, content)}, so that both could.`,
      {
        hint: `End it: tatum-kms job resolve ${job.id} --as=failed. Then let the payment be made by a new pending transaction.`,
      },
    );
  }
  // Of those that what they use keeps out nothing is proven: their number stays theirs.
  return rivals.length === earlier.length ? "by proof" : "by what they use";
}

function otherThan({ sequence, inputs }: SignedTransaction, { account, number }: NewSpending): string {
  if (inputs !== undefined) return "spends none of the same outputs";
  if (sequence === undefined) return "has no number that keeps both from landing";
  if (sequence.account !== account)
    return `would be signed by ${account ?? "no account with numbers"} and not by ${sequence.account}`;
  return `names the number ${number} and not ${sequence.number}`;
}

/**
 * Takes a job on with the content that the API lists for it now; it goes through the approval. What was signed before must not
 * be able to land beside it: then what holds for signing anew holds here, and the number that the old bytes had is used again.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE`, `NETWORK`, `JOURNAL`, `NOT_CONFIRMED`; ChainError
 */
export async function acceptContent(
  changed: ChangedJob,
  args: DecisionArguments,
  person: Person,
): Promise<ShownJob> {
  const { vault, id } = changed;
  const job = await findJob(vault, id);
  if (job.state === "done" || job.state === "cancelled")
    throw new KmsError("USAGE", `Job ${id} is ${job.state}.`);
  if (isSigned(job)) isConfirmed(job, args.confirm ?? "");
  const context = await decisionContext(vault, job, args, person);
  const listed = await listedNow(job, context);
  const { transaction, contentDigest } = listed;
  if (contentDigest === job.contentDigest)
    throw new KmsError(
      "USAGE",
      `The API lists transaction ${id} as it was seen first; there is nothing to accept.`,
    );
  const wasSigned = isSigned(job) || job.released !== undefined;
  const exclusion = wasSigned
    ? await exclusionOf(job, await spendingOf(listed, changed, context), context)
    : "by what they use";
  const intents = context.asked?.chain.describe(transaction, job.network) ?? [];
  await person.agree(
    `Transaction ${id} (${job.chain}, ${job.state}) is going to be approved and signed as the API lists it now: ${stringifyExactJson(intents)}`,
  );
  const content: NewContent = {
    contentDigest,
    withdrawalId: transaction.withdrawalId,
    wallets: walletsOf(transaction).wallets,
    reported: [],
  };
  await startWith(job, content, { ...context, isProven: exclusion === "by proof" });
  return showJob(vault, id);
}

async function startWith(
  job: Job,
  content: NewContent,
  context: DecisionContext & { readonly isProven: boolean },
): Promise<void> {
  const { journal, isProven } = context;
  if (!isSigned(job)) {
    await assertPending(job, context);
    await (isProven ? journal.startAfterProof(job, content) : journal.reopen(job, content));
    return;
  }
  const silent = await silence(job, "a person accepted another content", context);
  await assertPending(silent, context);
  await assertNotLanded(job, false, context);
  await (isProven ? journal.startAfterProof(silent, content) : journal.release(silent, content));
}
