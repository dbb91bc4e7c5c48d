/** What a person decides about a job that the daemon cannot finish: it is done, it is over, or it is to be signed anew. */
import type { Chain, ChainEnvironment, SignedTransaction, Whereabouts } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { KmsError } from "../errors.ts";
import { HttpClient } from "../http/client.ts";
import { judgePlainHttp, plainHttpReach } from "../http/endpoints.ts";
import type { PlainHttpReach } from "../http/plain-http.ts";
import { pause } from "../http/retry.ts";
import { findJob, type ShownJob, showJob } from "../journal/inspect.ts";
import { givenUpOf, type Job, signedOfRecord } from "../journal/job.ts";
import { Journal } from "../journal/journal.ts";
import type { JournalScope } from "../journal/records.ts";
import type { AskSecret } from "../settings/secret-sources.ts";
import type { Config } from "../settings/settings.ts";
import { type Completion, TatumApi } from "../tatum/api.ts";
import { NodeCalls } from "../tatum/node.ts";
import { apiEndpoint, connectToTatum, readTatumSettings, type TatumSettings } from "../tatum/settings.ts";
import { sameTransactionId, TRANSACTION_ID } from "../tatum/transaction-id.ts";
import type { Vault } from "../vault/vault.ts";
import { createChainEnvironment, type JournalView, namedThirdParties } from "./environment.ts";
import { MAXIMUM_CAUSES, owing } from "./error-reports.ts";
import { Sightings } from "./sightings.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** What was on its way when a job was parked has arrived after so many milliseconds at the earliest. */
const MINIMUM_QUIET = 60_000;

/**
 * Milliseconds after which nothing of a parked job is on its way any more. Chains that hand bytes to a node do so with all
 * the retries of a call, which nothing stops once it has begun.
 */
export function quietPeriod({ timeout, retries }: Pick<TatumSettings, "timeout" | "retries">): number {
  const longestCall = (retries.retries + 1) * timeout + retries.retries * retries.maximumDelay;
  return Math.max(MINIMUM_QUIET, 3 * timeout, longestCall);
}

/** What the API is told of a transaction that a person ended. Of bytes that exist nobody can say that they will never land. */
function reportedText({ signed }: Job): string {
  const ended = "Error: An operator ended the transaction;";
  if (signed === undefined) return `${ended} it will not be signed.`;
  return `${ended} it was signed as ${signed.transactionId}, and that is not sent any more.`;
}

/** What every decision of a person takes from the command line. */
export interface DecisionArguments {
  readonly confirm?: string | undefined;
  readonly "api-key"?: string | undefined;
  readonly "allow-plain-http"?: boolean | undefined;
}

export interface ResolveArguments extends DecisionArguments {
  readonly as?: string | undefined;
  readonly "tx-id"?: string | undefined;
}

type Resolution =
  | { readonly as: "done"; readonly txId: string }
  /** `confirmed`: the bytes of which the person knows that they cannot land, by their transaction id. */
  | { readonly as: "failed" | "resign"; readonly confirmed: string | undefined };

/** @throws KmsError `USAGE` */
function readResolution(args: ResolveArguments): Resolution {
  const { as, confirm: confirmed } = args;
  const txId = args["tx-id"];
  if (as !== "done" && txId !== undefined) throw new KmsError("USAGE", "Option --tx-id goes with --as=done.");
  if (as === "failed" || as === "resign") return { as, confirmed };
  if (confirmed !== undefined)
    throw new KmsError("USAGE", "Option --confirm goes with --as=failed and --as=resign.");
  if (as !== "done") throw new KmsError("USAGE", "Option --as is done, failed, resign or changed.");
  if (txId === undefined || !TRANSACTION_ID.test(txId)) {
    throw new KmsError("USAGE", "Option --tx-id has to name the transaction that was carried out.");
  }
  return { as, txId };
}

/** With what a decision is carried out. */
export interface DecisionContext {
  readonly vault: Vault;
  readonly journal: Journal;
  readonly api: TatumApi;
  /** The job's chain and what it asks; `undefined` for a chain that this version does not know. */
  readonly asked:
    | {
        readonly chain: Chain;
        readonly environment: ChainEnvironment;
        /** The same for one transaction that is signed, with what the journal knows. */
        environmentOf(view: JournalView): ChainEnvironment;
      }
    | undefined;
  /** Where the signed bytes of the job stand, by everybody who can be asked. */
  whereabouts(signed: SignedTransaction): Promise<Whereabouts | "unclear">;
  /** Milliseconds after which nothing of a parked job is on its way any more. */
  readonly quiet: number;
  wait(milliseconds: number): Promise<void>;
  /** Tells the person something. */
  note(text: string): void;
}

function unclear({ id }: Job, reason: string): KmsError {
  return new KmsError("NETWORK", `The API does not tell whether transaction ${id} was completed: ${reason}`, {
    hint: "Nothing was decided. Try again later.",
  });
}

function completedAs(job: Job, txId: string): KmsError {
  return new KmsError("USAGE", `The API has transaction ${job.id} as completed, under the id ${txId}.`, {
    hint: `If that is right: tatum-kms job resolve ${job.id} --as=done --tx-id=${txId}`,
  });
}

/** @throws KmsError `NETWORK`, `USAGE` when the API has it as completed */
async function assertNotCompleted(job: Job, { api }: DecisionContext): Promise<Completion> {
  const completion = await api.completion(job.id);
  if (completion.kind === "completed") throw completedAs(job, completion.txId);
  if (completion.kind === "unclear") throw unclear(job, completion.reason);
  return completion;
}

/**
 * That the API still has it to be paid.
 * @throws KmsError `NETWORK`, `USAGE` when the API has it as completed, or does not know it
 */
export async function assertPending(job: Job, context: DecisionContext): Promise<void> {
  if ((await assertNotCompleted(job, context)).kind !== "missing") return;
  throw new KmsError(
    "USAGE",
    `The API does not know transaction ${job.id} any more: nothing is to be signed.`,
    { hint: `It stays as it is. To end it: tatum-kms job resolve ${job.id} --as=failed` },
  );
}

async function asDone(job: Job, txId: string, { journal, api, note }: DecisionContext): Promise<void> {
  const completion = await api.completion(job.id);
  if (completion.kind === "unclear") throw unclear(job, completion.reason);
  if (completion.kind === "completed" && !sameTransactionId(completion.txId, txId))
    throw completedAs(job, completion.txId);
  if (completion.kind === "missing")
    note(`The API does not know transaction ${job.id}; only the journal is changed.`);
  if (completion.kind === "not-completed" && !(await api.markComplete(job.id, txId))) {
    throw new KmsError("NETWORK", `The API did not mark transaction ${job.id} as completed.`, {
      hint: "The journal was not changed. Try again later.",
    });
  }
  await journal.close(job, "done", { txId });
}

/** Has the daemon leave the job alone, and waits until nothing of it can be on its way any more. */
export async function silence(job: Job, problem: string, context: DecisionContext): Promise<Job> {
  const { journal, quiet, wait, note } = context;
  if (job.state === "cancelled") return job;
  const parked = job.state === "parked" ? job : await journal.move(job, "parked", { problem });
  const rest = Math.min(Math.max(parked.updatedAt + quiet - Date.now(), 0), quiet);
  if (rest > 0) {
    note(`Waiting ${Math.ceil(rest / 1000)} s for what may be on its way.`);
    await wait(rest);
  }
  return parked;
}

/** A job whose bytes exist. */
export type SignedJob = Job & { readonly signed: NonNullable<Job["signed"]> };

export function isSigned(job: Job): job is SignedJob {
  return job.signed !== undefined;
}

/** Whether the person named the very bytes that exist, be it among others. @throws KmsError `USAGE` for others alone */
export function isConfirmed({ id, signed }: SignedJob, confirmed: string | undefined): boolean {
  if (confirmed === undefined) return false;
  const named = confirmed.split(",").map((txId) => txId.trim());
  if (named.some((txId) => sameTransactionId(txId, signed.transactionId))) return true;
  throw new KmsError(
    "USAGE",
    `Transaction ${id} was signed as ${signed.transactionId}; that may still land.`,
    {
      hint: `If it cannot land any more, so that nothing is paid twice, repeat with --confirm=${signed.transactionId}`,
    },
  );
}

/**
 * That signed bytes have not landed, as far as anybody can tell. What is unclear is not taken for a no.
 *
 * @param mayBeUnclear a person knows that they cannot land, and nothing else will be signed
 * @throws KmsError `USAGE` when the network has them, `NETWORK` when it cannot be asked
 */
export async function assertNotLanded(
  { id, signed }: SignedJob,
  mayBeUnclear: boolean,
  { whereabouts, note }: DecisionContext,
): Promise<void> {
  const { transactionId } = signed;
  const where = await whereabouts(signedOfRecord(signed));
  if (where === "confirmed" || where === "pooled") {
    const place = where === "confirmed" ? "knows" : "still waits with";
    throw new KmsError("USAGE", `The network ${place} transaction ${transactionId}. Nothing was decided.`, {
      hint: `If it succeeded: tatum-kms job resolve ${id} --as=done --tx-id=${transactionId}`,
    });
  }
  if (where !== "unclear") return;
  const problem = `It is not clear whether the network has transaction ${transactionId}.`;
  if (mayBeUnclear) return note(problem);
  throw new KmsError("NETWORK", problem, {
    hint:
      "Nothing was decided. Try again later. If it can surely not land any more, end it: " +
      `tatum-kms job resolve ${id} --as=failed --confirm=${transactionId}`,
  });
}

async function asFailed(job: Job, confirmed: string | undefined, context: DecisionContext): Promise<void> {
  const { journal, api } = context;
  const problem = "a person ended it";
  const silent = isSigned(job) ? await silence(job, problem, context) : job;
  await assertNotCompleted(silent, context);
  if (isSigned(silent)) await assertNotLanded(silent, isConfirmed(silent, confirmed), context);
  const error = reportedText(job);
  // Should this process end before the API has the report, the next daemon sends it.
  const ended =
    silent.state === "cancelled"
      ? silent
      : await journal.close(silent, "cancelled", { problem, ...owing(silent, error) });
  if (silent.isRepair === true) return;
  const refusal = await api.reportErrors([{ signatureId: job.id, error }]);
  if (refusal === undefined) return noteReport(ended, error, journal);
  throw new KmsError("NETWORK", `Job ${job.id} is ended, but the API did not take the report: ${refusal}`, {
    hint: "Run the command again to report it; a daemon that starts does so as well.",
  });
}

/** That the API has a report. Where another process changed the job meanwhile, the report may be sent once more. */
async function noteReport(job: Job, error: string, journal: Journal): Promise<void> {
  const left = (job.owed ?? []).filter((text) => text !== error);
  const told = {
    reported: [...job.reported, error].slice(-MAXIMUM_CAUSES),
    owed: left.length > 0 ? left : undefined,
  };
  try {
    if (job.owed?.includes(error) === true) await journal.move(job, job.state, told);
  } catch (failure) {
    if (!(failure instanceof KmsError) || failure.kind !== "journal") throw failure;
  }
}

async function asResign(job: Job, confirmed: string | undefined, context: DecisionContext): Promise<void> {
  if (!isSigned(job) || job.state === "cancelled") {
    throw new KmsError("USAGE", `Job ${job.id} is ${job.state}: it holds no signed bytes to release.`);
  }
  isConfirmed(job, confirmed ?? "");
  const silent = await silence(job, "a person wants it signed anew", context);
  await assertPending(silent, context);
  await assertNotLanded(job, false, context);
  await context.journal.release(silent);
}

/**
 * Carries out what a person decided about a job; safe to repeat.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE`, `NETWORK`, `JOURNAL`
 */
async function resolve(id: string, resolution: Resolution, context: DecisionContext): Promise<void> {
  const job = await findJob(context.vault, id);
  if (job.state === "done") throw new KmsError("USAGE", `The job of transaction ${id} is done.`);
  if (resolution.as === "done") await asDone(job, resolution.txId, context);
  else if (resolution.as === "failed") await asFailed(job, resolution.confirmed, context);
  else await asResign(job, resolution.confirmed, context);
}

/** Who can be asked about the bytes of a job, or an account, from a command. */
async function askersFor(
  job: JournalScope,
  config: Config,
  {
    tatum,
    plainHttp,
    note,
  }: { tatum: TatumSettings; plainHttp: PlainHttpReach; note: (text: string) => void },
): Promise<Pick<DecisionContext, "api" | "asked" | "whereabouts">> {
  const http = new HttpClient([tatum.apiUrl], { plainHttp });
  const connection = connectToTatum(tatum, http);
  const api = new TatumApi(connection);
  const chain = await loadChain(job.chain);
  if (chain === undefined) return { api, asked: undefined, whereabouts: async () => "unclear" };
  const outside = {
    network: job.network,
    nodes: new NodeCalls(connection),
    http,
    setting: (name: string) => config.get(name),
    timeout: tatum.timeout,
    sightings: new Sightings(),
    runOnce: true,
    stopping: new AbortController().signal,
  };
  const environment = createChainEnvironment(chain, outside, note);
  const environmentOf = (view: JournalView) => createChainEnvironment(chain, outside, note, view);
  const asked = { chain, environment, environmentOf };
  return { api, asked, whereabouts: (signed) => whereaboutsOf(signed, { ...asked, api }) };
}

/** Who decides: the settings, what the person is told, and what the person has to agree to. */
export interface Person {
  readonly config: Config;
  /** Gives the API key where a provider has it. */
  readonly ask: AskSecret;
  note(text: string): void;
  /** @throws KmsError `NOT_CONFIRMED` */
  agree(...consequences: readonly string[]): Promise<void>;
  /** How it is waited, in milliseconds; absent for by the clock. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What is told of other bytes of a job than those that it is done by. */
function stillOut(job: Job, txId: string): string {
  const own = job.signed === undefined ? [] : [job.signed.transactionId];
  const others = [...own, ...givenUpOf(job)].filter((one) => !sameTransactionId(one, txId));
  if (others.length === 0) return "";
  return ` Bytes that were signed for it here, ${others.join(" and ")}, may still land beside it.`;
}

/** What follows from a decision, as a person is asked to agree to it. */
function consequence(decided: Job, resolution: Resolution): string {
  const { id, chain, state } = decided;
  const job = `Transaction ${id} (${chain}, ${state}) is going to be`;
  if (resolution.as === "done")
    return `${job} completed at the API as ${resolution.txId}, and never signed or sent again.${stillOut(decided, resolution.txId)}`;
  if (resolution.as === "failed")
    return `${job} reported to the API as failed, and never signed or sent again.`;
  return `${job} approved and signed anew; the bytes that were signed are given up.`;
}

/**
 * With what a decision about a job, or an account, is carried out.
 * @throws KmsError `CONFIGURATION`, `USAGE`, `NETWORK` where plain http is not allowed
 */
export async function decisionContext(
  vault: Vault,
  job: JournalScope & Pick<Job, "apiKey">,
  args: DecisionArguments,
  { config, ask, note, wait = pause }: Pick<Person, "config" | "ask" | "note" | "wait">,
): Promise<DecisionContext> {
  const tatum = await readTatumSettings(config, {
    option: args["api-key"],
    name: job.apiKey,
    ask,
    warn: note,
  });
  const plainHttp = plainHttpReach(job.network, args["allow-plain-http"], config);
  const nodes = await namedThirdParties([job.chain], job.network, (name) => config.setting(name));
  await judgePlainHttp([apiEndpoint(tatum), ...nodes], plainHttp);
  return {
    vault,
    journal: new Journal(vault, job),
    ...(await askersFor(job, config, { tatum, plainHttp, note })),
    quiet: quietPeriod(tatum),
    wait,
    note,
  };
}

/** {@link resolve} for the command line; the job as it is then. */
export async function resolveJob(
  vault: Vault,
  id: string,
  args: ResolveArguments,
  person: Person,
): Promise<ShownJob> {
  const resolution = readResolution(args);
  const job = await findJob(vault, id);
  // Before a person is asked.
  const { config, ask } = person;
  await readTatumSettings(config, { option: args["api-key"], name: job.apiKey, ask });
  if (job.state !== "done") await person.agree(consequence(job, resolution));
  await resolve(id, resolution, await decisionContext(vault, job, args, person));
  return showJob(vault, id);
}

/**
 * {@link resolveJob} for several jobs: has the daemon leave alone at once what is going to be waited for, so that it is
 * waited for once.
 * @throws KmsError `USAGE` when that cannot be decided about several
 */
export async function silenceAll(vault: Vault, jobs: readonly Job[], args: ResolveArguments): Promise<void> {
  const resolution = readResolution(args);
  if (resolution.as === "done") throw new KmsError("USAGE", "Option --as=done goes with one job.");
  const { as, confirmed = "" } = resolution;
  for (const job of jobs) {
    if (!isSigned(job) || ["parked", "cancelled", "done"].includes(job.state)) continue;
    const isNamed = confirmed.split(",").some((txId) => sameTransactionId(txId, job.signed.transactionId));
    if (as === "failed" || isNamed)
      await new Journal(vault, job).move(job, "parked", { problem: "a person decides about it" });
  }
}
