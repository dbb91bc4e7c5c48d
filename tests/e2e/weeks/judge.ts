/**
 * The independent ledger: it compares what landed on the networks with what was ordered, approved and told, and names every
 * breach of the promise.
 */
import type { KnownPayment, Network } from "./network.ts";
import type { Payment } from "./payment.ts";
import type { World } from "./world.ts";

export type BreachKind =
  | "paid twice"
  | "paid after it was ended"
  | "used for two"
  | "unapproved"
  | "signed after it was cancelled"
  | "done that cannot land"
  | "lost"
  | "stuck"
  | "never told"
  | "told too often"
  | "damage not told"
  | "offered in vain"
  | "parked for nothing"
  | "another key";

export interface Breach {
  readonly kind: BreachKind;
  readonly id: string;
  readonly text: string;
}

/** A job as `job show` prints it, as far as the judge looks at it. */
export interface SeenJob {
  readonly id: string;
  readonly state: string;
  readonly problem?: string;
  readonly parkedFor?: string;
  readonly account?: string;
  /** The number that its bytes used. */
  readonly sequence?: string;
  readonly transactionId?: string;
}

/**
 * Milliseconds: so old may the word that a payment is pending be when it is signed, with room for a busy machine and for bytes
 * that reach the network late. What the processes stood still is not counted.
 */
const STALE = 240_000;

/** Bytes that can land no more are offered so often and so long (milliseconds) at most, where blocks prove it. */
const MOST_IN_VAIN = 10;
const LONGEST_IN_VAIN = 30 * 60_000;

export interface Verdicts {
  readonly world: World;
  readonly jobs: ReadonlyMap<string, SeenJob>;
  /** Payments that need not be carried out; what is wrong with them has to be told all the same. */
  readonly mayStayOpen?: (payment: Payment) => boolean;
}

/** Every breach; none is what has to be. */
export function judge(verdicts: Verdicts): Breach[] {
  const { world } = verdicts;
  const byContent = Map.groupBy(world.platform.payments.values(), ({ content }) => content);
  const landed = landedByContent(world);
  const contents = [...byContent].flatMap(([content, payments]) => [
    ...payments.flatMap((payment) => [...judgeSigning(payment, world), ...judgeOffers(payment)]),
    ...judgeContent(payments, landed.get(content) ?? [], verdicts),
  ]);
  return [...contents, ...judgeEnded(verdicts)];
}

/** What a person ended must not hold up for ever what was signed for its account. */
function judgeEnded({ world, jobs }: Verdicts): Breach[] {
  const waiting = world.networks.flatMap(({ pool }) => [...pool.values()]);
  return [...world.platform.payments.values()].flatMap(({ id, isEnded, model, wallet }): Breach[] => {
    const sequence = jobs.get(id)?.sequence;
    if (!isEnded || model.uniqueness !== "nonce" || sequence === undefined) return [];
    if (world.network(model.ticker).count(wallet.address) !== BigInt(sequence)) return [];
    const behind = waiting.filter(({ account }) => account === wallet.address);
    const names = behind.map((one) => one.id ?? one.transactionId).join(", ");
    return behind.length === 0
      ? []
      : [{ kind: "stuck", id, text: `its number ${sequence} holds up ${names}` }];
  });
}

function landedByContent(world: World): Map<string, KnownPayment[]> {
  const all = world.networks.flatMap((network) =>
    [...network.landed.values()].map((payment) => ({ payment, content: contentOf(network, payment) })),
  );
  const found = new Map<string, KnownPayment[]>();
  for (const { payment, content } of all) found.set(content, [...(found.get(content) ?? []), payment]);
  return found;
}

function contentOf({ model }: Network, { account, amount }: KnownPayment): string {
  return `${model.ticker} ${account} ${amount}`;
}

/** What must not have been signed. */
function judgeSigning(payment: Payment, world: World): Breach[] {
  const { id, sent, approvals, cancelledAt, firstSentAt, toldPendingBefore, usedWhatIsOf } = payment;
  if (firstSentAt === undefined) return [];
  const found: Breach[] = [];
  if (approvals === 0) found.push({ kind: "unapproved", id, text: `sent as ${sent.join(", ")}` });
  if (usedWhatIsOf !== undefined)
    found.push({
      kind: "used for two",
      id,
      text: `number or output are those of ${usedWhatIsOf}, which is done`,
    });
  const age = firstSentAt - toldPendingBefore - world.stoodStill(toldPendingBefore, firstSentAt);
  if (cancelledAt !== undefined && cancelledAt < firstSentAt && age > STALE) {
    const text = `on a word ${Math.round(age / 1000)} s old`;
    found.push({ kind: "signed after it was cancelled", id, text });
  }
  return found;
}

/** What was offered again and again, for nothing. */
function judgeOffers({ id, model, inVain }: Payment): Breach[] {
  if (model.uniqueness !== "nonce" || inVain === undefined) return [];
  const { times, since, until, transactionId } = inVain;
  if (times < MOST_IN_VAIN || until - since < LONGEST_IN_VAIN) return [];
  const text = `${times} times as ${transactionId}, whose number is used`;
  return [{ kind: "offered in vain", id, text }];
}

/** What became of the payments of one content. */
function judgeContent(
  payments: readonly Payment[],
  landed: readonly KnownPayment[],
  verdicts: Verdicts,
): Breach[] {
  const [first] = payments;
  if (first === undefined) return [];
  const ids = payments.map(({ id }) => id).join(", ");
  const names = landed.map(({ transactionId }) => transactionId).join(", ");
  if (landed.length > payments.length) return [{ kind: "paid twice", id: ids, text: `as ${names}` }];
  const ended = payments.filter(({ isEnded }) => isEnded);
  if (landed.length > payments.length - ended.length) {
    return [{ kind: "paid after it was ended", id: ids, text: `as ${names}` }];
  }
  const completed = payments.filter(({ status }) => status === "completed");
  if (completed.length > landed.length) {
    const lacking = completed.filter(({ id }) => !isTold(id, verdicts));
    return lacking.length === 0
      ? []
      : [{ kind: "done that cannot land", id: ids, text: `${names || "nothing"} landed` }];
  }
  return payments.flatMap((payment) => judgeOpen(payment, landed, verdicts));
}

/** What is neither carried out nor over. */
function judgeOpen(payment: Payment, landed: readonly KnownPayment[], verdicts: Verdicts): Breach[] {
  const { id, status, isDenied, isEnded, reports } = payment;
  const own = landed.find(({ transactionId }) => payment.sent.includes(transactionId));
  if (own?.hasFailed === true) {
    return reports.length > 0
      ? []
      : [{ kind: "never told", id, text: "failed on the network, not reported" }];
  }
  if (status !== "pending" || isDenied || isEnded || verdicts.world.isUnsignable(payment)) return [];
  if (payment.isSetAside) return [];
  if (!isTold(id, verdicts)) {
    const text =
      own === undefined ? "neither carried out nor told" : `landed as ${own.transactionId}, not completed`;
    return [{ kind: own === undefined ? "lost" : "never told", id, text }];
  }
  const job = verdicts.jobs.get(id);
  if (verdicts.mayStayOpen?.(payment) === true) return [];
  return [{ kind: "stuck", id, text: `${job?.state ?? "no job"}: ${job?.problem ?? reports.at(-1) ?? ""}` }];
}

/** Whether somebody was told that something is wrong with a payment: the API in a report, or a person who asks for the job. */
function isTold(id: string, { world, jobs }: Verdicts): boolean {
  const payment = world.platform.get(id);
  // Who sets a row aside or puts a backup back is told by the command that nothing is known of these.
  if (payment?.isSetAside === true || (payment !== undefined && world.isLost(payment))) return true;
  const reports = payment?.reports ?? [];
  const job = jobs.get(id);
  return reports.length > 0 || (job !== undefined && job.problem !== undefined);
}
