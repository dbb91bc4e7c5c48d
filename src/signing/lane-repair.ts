/**
 * What holds up an account that numbers its transactions, and what a person can do about it: have a number used up by a transaction
 * that pays nobody, in the place of one that is stuck or where there is none, or give a number back.
 */
import type { Whereabouts } from "../../chains/chain.ts";
import { ChainError } from "../../chains/error.ts";
import { KmsError } from "../errors.ts";
import { type ShownJob, showJob } from "../journal/inspect.ts";
import { signedOfRecord, signedStates } from "../journal/job.ts";
import { allJobs } from "../journal/job-list.ts";
import type { UsedSequences } from "../journal/sequences.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import {
  assertNotLanded,
  type DecisionArguments,
  type DecisionContext,
  decisionContext,
  isSigned,
  type Person,
  resolveJob,
  type SignedJob,
} from "./resolve.ts";
import type { KeySource } from "./services.ts";
import { askedChain, useUpNumber } from "./use-up-number.ts";

/** Jobs of an account that the network is asked for in one look, the lowest numbers first. */
const MOST_LOCATED = 20;

export interface LaneRepairArguments extends DecisionArguments {
  readonly as?: string | undefined;
  readonly number?: string | undefined;
}

/** Which account, in which vault. */
export interface RepairedLane extends Pick<KeySource, "vault" | "tokens"> {
  readonly chain: string;
  readonly network: "mainnet" | "testnet";
  readonly account: string;
  readonly index: number | undefined;
}

/** A number that no block shows yet. */
export interface Obstacle {
  /** A number, or a range of free ones. */
  readonly number: string;
  /** `free`: nobody uses it; the next payment takes it. `kept`: for a job that is signed anew. `used`: by a job, or nobody knows by what. */
  readonly is: "free" | "kept" | "used";
  readonly id?: string;
  readonly state?: string;
  readonly transactionId?: string;
  /** Where its bytes stand by the network's word; absent where that was not asked. */
  readonly whereabouts?: Whereabouts | "unclear";
  readonly problem?: string;
  /** Commands that free it. */
  readonly repairs: readonly string[];
}

export interface LaneDiagnosis {
  readonly chain: string;
  readonly network: string;
  readonly account: string;
  /** How many transactions blocks hold: the number that the network waits for. */
  readonly counted: string;
  /** One above the highest number that is used. */
  readonly next?: string;
  /** The lowest one holds up all others. */
  readonly obstacles: readonly Obstacle[];
}

/** What is known of an account. */
interface Lane {
  readonly place: RepairedLane;
  readonly counted: bigint;
  readonly used: UsedSequences;
  /** Jobs whose numbers the blocks do not count, the lowest first. */
  readonly jobs: readonly SignedJob[];
  /** Signature IDs of the wallets that signed for it. */
  readonly wallets: readonly string[];
  readonly context: DecisionContext;
}

const numberOf = ({ signed }: SignedJob): bigint => BigInt(signed.sequence?.number ?? -1);

/** @throws KmsError `NETWORK` when nobody tells how many transactions blocks hold */
async function countOf(account: string, context: DecisionContext): Promise<bigint> {
  const { chain, environment } = askedChain(context);
  try {
    const counted = await chain.countTransactions?.(account, environment);
    if (counted !== undefined) return counted;
  } catch (failure) {
    if (!(failure instanceof ChainError || failure instanceof KmsError)) throw failure;
    throw new KmsError(
      "NETWORK",
      `How many transactions of ${account} blocks hold is not told: ${failure.message}`,
      {
        hint: "Nothing was changed. Try again later.",
      },
    );
  }
  throw new KmsError("USAGE", `Nobody can be asked how many transactions of ${account} blocks hold.`);
}

async function lookAt(place: RepairedLane, args: DecisionArguments, person: Person): Promise<Lane> {
  const { vault, chain, account } = place;
  const all = await allJobs(vault, { states: signedStates, chains: [chain], account });
  const context = await decisionContext(vault, { ...place, apiKey: all.at(-1)?.apiKey }, args, person);
  const counted = await countOf(account, context);
  const jobs = all
    .filter((job) => job.network === place.network && job.isNumberFree !== true)
    .filter(isSigned)
    .filter((job) => numberOf(job) >= counted)
    .sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1));
  const used = await context.journal.usedSequences(account);
  const wallets = [...new Set(all.flatMap((job) => job.wallets ?? []))];
  return { place, counted, used, jobs, wallets, context };
}

function commandFor({ chain, account, network }: RepairedLane, rest: string): string {
  const onTestnet = network === "testnet" ? " --testnet" : "";
  return `tatum-kms lane repair ${account} --chain=${chain}${onTestnet} ${rest}`;
}

/** Ranges of numbers that nobody uses below the highest that somebody does. */
function freeOf({ place, counted, used }: Lane): Obstacle[] {
  const free: Obstacle[] = [];
  let from = counted;
  for (const [first, last] of used.ranges) {
    if (last < from) continue;
    if (first > from)
      free.push({
        number: first - 1n === from ? `${from}` : `${from}-${first - 1n}`,
        is: "free",
        repairs: [commandFor(place, `--number=${from} --as=fill`)],
      });
    from = last + 1n;
  }
  return free;
}

function keptOf({ counted, used }: Lane): Obstacle[] {
  return used.kept
    .filter(({ number }) => number >= counted)
    .map(({ number, id }) => ({
      number: `${number}`,
      is: "kept",
      id,
      repairs: [`tatum-kms job resolve ${id} --as=failed`],
    }));
}

function repairsOf(
  { id, state, signed }: SignedJob,
  number: bigint,
  whereabouts: Obstacle["whereabouts"],
  place: RepairedLane,
): string[] {
  if (whereabouts === "confirmed" || whereabouts === "failed") return [];
  const confirm = `--number=${number} --confirm=${signed.transactionId}`;
  const repairs = [commandFor(place, `${confirm} --as=cancel`)];
  if (whereabouts !== "absent") return repairs;
  const again = state === "done" ? "resend" : "retry";
  return [`tatum-kms job ${again} ${id}`, ...repairs, commandFor(place, `${confirm} --as=give-back`)];
}

async function usedOf({ place, jobs, context }: Lane): Promise<Obstacle[]> {
  const obstacles: Obstacle[] = [];
  for (const [at, job] of jobs.entries()) {
    const { id, state, problem, signed } = job;
    const number = numberOf(job);
    const whereabouts = at < MOST_LOCATED ? await context.whereabouts(signedOfRecord(signed)) : undefined;
    obstacles.push({
      number: `${number}`,
      is: "used",
      id,
      state,
      transactionId: signed.transactionId,
      ...(whereabouts !== undefined && { whereabouts }),
      ...(problem !== undefined && { problem }),
      repairs: repairsOf(job, number, whereabouts, place),
    });
  }
  return obstacles;
}

/** A number that is used by what the journal does not know in full any more; only the lowest one is named. */
function unknownOf({ place, counted, used, jobs }: Lane): Obstacle[] {
  const isKnown = jobs.some((job) => numberOf(job) === counted);
  if (!used.has(counted) || isKnown || used.kept.some(({ number }) => number === counted)) return [];
  const confirm = `--number=${counted} --confirm=${counted}`;
  return [
    {
      number: `${counted}`,
      is: "used",
      repairs: [commandFor(place, `${confirm} --as=cancel`), commandFor(place, `${confirm} --as=give-back`)],
    },
  ];
}

async function diagnose(lane: Lane): Promise<LaneDiagnosis> {
  const { place, counted, used } = lane;
  const obstacles = [...freeOf(lane), ...keptOf(lane), ...unknownOf(lane), ...(await usedOf(lane))];
  const first = ({ number }: Obstacle): bigint => BigInt(number.replace(/-.*/, ""));
  return {
    chain: place.chain,
    network: place.network,
    account: place.account,
    counted: `${counted}`,
    ...(used.next !== undefined && { next: `${used.next}` }),
    obstacles: obstacles.sort((a, b) => (first(a) < first(b) ? -1 : 1)),
  };
}

/** @throws KmsError `USAGE` when blocks count the number already, or it is kept for a job */
function readNumber({ counted, used }: Lane, text: string | undefined): bigint {
  if (text === undefined || !/^\d{1,78}$/.test(text))
    throw new KmsError("USAGE", "Option --number has to name the number that is to be repaired.");
  const number = BigInt(text);
  if (number < counted)
    throw new KmsError("USAGE", `Blocks count the number ${number} already: there is nothing to repair.`);
  const keeper = used.kept.find((kept) => kept.number === number);
  if (keeper === undefined) return number;
  throw new KmsError(
    "USAGE",
    `The number ${number} is kept for job ${keeper.id}, which is signed anew with it.`,
    {
      hint: `To end it instead: tatum-kms job resolve ${keeper.id} --as=failed`,
    },
  );
}

/**
 * That a person named everything that becomes impossible: the transaction ids of the number's jobs, or the number itself where
 * nobody knows what used it.
 * @throws KmsError `USAGE`
 */
function assertNamed(number: bigint, jobs: readonly SignedJob[], confirmed = ""): void {
  const named = confirmed.split(",").map((text) => text.trim());
  const wanted = jobs.length === 0 ? [`${number}`] : jobs.map(({ signed }) => signed.transactionId);
  if (wanted.every((one) => named.some((name) => name === one || sameTransactionId(name, one)))) return;
  const what =
    jobs.length === 0
      ? `by what the journal does not know in full any more; it may be a payment that still lands`
      : `by ${jobs.map(({ id, signed }) => `payment ${id}, signed as ${signed.transactionId}`).join(" and ")}; that may still land`;
  throw new KmsError("USAGE", `The number ${number} is used ${what}.`, {
    hint: `If it shall never be made, repeat with --confirm=${wanted.join(",")}`,
  });
}

/** What a person is told of each payment that can never land once the number is used up. */
function impossible({ id, signed, state }: SignedJob): string {
  const told =
    state === "done" ? " The API has it as completed: whoever waits for it is not told by this." : "";
  return `Payment ${id} (${state}), signed as ${signed.transactionId}, becomes impossible, unless it lands before.${told}`;
}

/** Uses a number up, in the place of its jobs where it has some. */
async function useUp(
  lane: Lane,
  number: bigint,
  instead: readonly SignedJob[],
  person: Person,
): Promise<ShownJob> {
  const { place, context } = lane;
  const { vault, tokens, account, index, chain, network } = place;
  const consequences = [
    `The number ${number} of ${account} (${chain}, ${network}) is going to be used up.`,
    ...instead.map(impossible),
    ...(vault.restoredAt === undefined
      ? []
      : ["The vault was restored from a backup: a payment that it does not know of may have the number."]),
  ];
  const use = { account, number, instead, wallets: lane.wallets, index };
  const { id } = await useUpNumber(use, consequences, { context, person, tokens });
  return showJob(vault, id);
}

async function fill(lane: Lane, number: bigint, person: Person): Promise<ShownJob> {
  const { used } = lane;
  if (used.has(number))
    throw new KmsError(
      "USAGE",
      `The number ${number} is used already; --as=cancel takes the place of what uses it.`,
    );
  if (used.highest === undefined || number > used.highest)
    throw new KmsError("USAGE", `Nothing of the journal waits behind the number ${number}.`);
  return useUp(lane, number, [], person);
}

async function cancel(
  lane: Lane,
  number: bigint,
  args: LaneRepairArguments,
  person: Person,
): Promise<ShownJob> {
  const jobs = lane.jobs.filter((job) => numberOf(job) === number);
  if (!lane.used.has(number))
    throw new KmsError("USAGE", `The number ${number} is not used; --as=fill uses it up.`);
  assertNamed(number, jobs, args.confirm);
  for (const { id, signed } of jobs) {
    const where = await lane.context.whereabouts(signedOfRecord(signed));
    if (where === "confirmed" || where === "failed")
      throw new KmsError("USAGE", `Blocks hold transaction ${signed.transactionId} of job ${id} already.`);
  }
  return useUp(lane, number, jobs, person);
}

/** Of a payment that is done its number alone; one that is not done is ended. */
async function giveBackOf(
  job: SignedJob,
  lane: Lane,
  args: LaneRepairArguments,
  person: Person,
): Promise<void> {
  const { context, place } = lane;
  const { id, signed, state } = job;
  if (state !== "done") {
    await resolveJob(place.vault, id, { ...args, as: "failed", confirm: signed.transactionId }, person);
    return;
  }
  await assertNotLanded(job, false, context);
  const problem = `its number was given back: it counts as done, and was never carried out as ${signed.transactionId}`;
  await context.journal.freeNumber(job, problem);
}

async function giveBack(
  lane: Lane,
  number: bigint,
  args: LaneRepairArguments,
  person: Person,
): Promise<LaneDiagnosis> {
  const { place, context, used } = lane;
  if (!used.has(number)) throw new KmsError("USAGE", `The number ${number} is not used.`);
  const jobs = lane.jobs.filter((job) => numberOf(job) === number);
  assertNamed(number, jobs, args.confirm);
  await person.agree(
    `The number ${number} of ${place.account} (${place.chain}, ${place.network}) is going to be given to the next payment.`,
    ...jobs.map(({ id, state, signed }) =>
      state === "done"
        ? `Payment ${id} is done at the API, but is not made: ${signed.transactionId} is not sent again.`
        : `Payment ${id} is reported to the API as failed, and never sent again.`,
    ),
  );
  const agreed = { ...person, agree: async () => undefined };
  for (const job of jobs) await giveBackOf(job, lane, args, agreed);
  if (jobs.length === 0) await context.journal.changeSequences(place.account, (all) => all.without(number));
  return diagnose(await lookAt(place, args, person));
}

/**
 * Shows what holds up an account, or frees a number of it.
 * @returns what there is to repair, or the job of the transaction that uses the number up
 * @throws KmsError `USAGE`, `NETWORK`, `JOURNAL`, `NOT_CONFIRMED`; ChainError
 */
export async function repairLane(
  place: RepairedLane,
  args: LaneRepairArguments,
  person: Person,
): Promise<LaneDiagnosis | ShownJob> {
  const lane = await lookAt(place, args, person);
  if (args.as === undefined) return diagnose(lane);
  const number = readNumber(lane, args.number);
  switch (args.as) {
    case "fill":
      return fill(lane, number, person);
    case "cancel":
      return cancel(lane, number, args, person);
    case "give-back":
      return giveBack(lane, number, args, person);
    default:
      throw new KmsError("USAGE", "Option --as is fill, cancel or give-back.");
  }
}
