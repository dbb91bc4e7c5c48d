/** What a person decides about a job that the daemon cannot finish: it is done, it is over, or it is to be signed anew. */
import { loadChain } from "../../chains/index.ts";
import { KmsError } from "../errors.ts";
import { HttpClient } from "../http/client.ts";
import { judgePlainHttp, plainHttpReach } from "../http/endpoints.ts";
import { pause } from "../http/retry.ts";
import { findJob, type ShownJob, showJob } from "../journal/inspect.ts";
import type { Job } from "../journal/job.ts";
import { Journal } from "../journal/journal.ts";
import type { Config } from "../settings/settings.ts";
import { type Completion, TatumApi } from "../tatum/api.ts";
import { apiEndpoint, connectToTatum, readTatumSettings, type TatumSettings } from "../tatum/settings.ts";
import { sameTransactionId, TRANSACTION_ID } from "../tatum/transaction-id.ts";
import type { Vault } from "../vault/vault.ts";

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

const REPORTED = "Error: An operator ended the transaction; it will not be signed.";

export interface ResolveArguments {
  readonly as?: string | undefined;
  readonly "tx-id"?: string | undefined;
  readonly confirm?: string | undefined;
  readonly "api-key"?: string | undefined;
  readonly "allow-plain-http"?: boolean | undefined;
}

type Resolution =
  | { readonly as: "done"; readonly txId: string }
  | { readonly as: "failed" }
  | { readonly as: "resign"; readonly confirmed: string | undefined };

/** @throws KmsError `USAGE` */
function readResolution(args: ResolveArguments): Resolution {
  const { as, confirm: confirmed } = args;
  const txId = args["tx-id"];
  if (as !== "done" && txId !== undefined) throw new KmsError("USAGE", "Option --tx-id goes with --as=done.");
  if (as !== "resign" && confirmed !== undefined)
    throw new KmsError("USAGE", "Option --confirm goes with --as=resign.");
  if (as === "failed") return { as };
  if (as === "resign") return { as, confirmed };
  if (as !== "done") throw new KmsError("USAGE", "Option --as is done, failed or resign.");
  if (txId === undefined || !TRANSACTION_ID.test(txId)) {
    throw new KmsError("USAGE", "Option --tx-id has to name the transaction that was carried out.");
  }
  return { as, txId };
}

interface ResolveContext {
  readonly journal: Journal;
  readonly api: TatumApi;
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
async function assertNotCompleted(job: Job, { api }: ResolveContext): Promise<Completion> {
  const completion = await api.completion(job.id);
  if (completion.kind === "completed") throw completedAs(job, completion.txId);
  if (completion.kind === "unclear") throw unclear(job, completion.reason);
  return completion;
}

async function asDone(job: Job, txId: string, { journal, api, note }: ResolveContext): Promise<void> {
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

async function asFailed(job: Job, context: ResolveContext): Promise<void> {
  const { journal, api } = context;
  await assertNotCompleted(job, context);
  const problem = "a person ended it";
  if (job.state !== "cancelled") await journal.close(job, "cancelled", { problem });
  const refusal = await api.reportErrors([{ signatureId: job.id, error: REPORTED }]);
  if (refusal === undefined) return;
  throw new KmsError("NETWORK", `Job ${job.id} is ended, but the API did not take the report: ${refusal}`, {
    hint: "Run the command again to report it.",
  });
}

/** Has the daemon leave the job alone, and waits until nothing of it can be on its way any more. */
async function silence(job: Job, { journal, quiet, wait, note }: ResolveContext): Promise<Job> {
  const isParked = job.state === "parked";
  const problem = "a person wants it signed anew";
  const parked = isParked ? job : await journal.move(job, "parked", { problem });
  const rest = Math.min(Math.max(parked.updatedAt + quiet - Date.now(), 0), quiet);
  if (rest > 0) {
    note(`Waiting ${Math.ceil(rest / 1000)} s for what may be on its way.`);
    await wait(rest);
  }
  return parked;
}

async function asResign(job: Job, confirmed: string | undefined, context: ResolveContext): Promise<void> {
  const { journal, api, note } = context;
  if (job.signed === undefined || job.state === "cancelled") {
    throw new KmsError("USAGE", `Job ${job.id} is ${job.state}: it holds no signed bytes to release.`);
  }
  const { transactionId } = job.signed;
  if (confirmed === undefined || !sameTransactionId(confirmed, transactionId)) {
    throw new KmsError(
      "USAGE",
      `Transaction ${job.id} was signed as ${transactionId}; that may still land.`,
      {
        hint: `If it cannot land any more, so that nothing is paid twice, repeat with --confirm=${transactionId}`,
      },
    );
  }
  const parked = await silence(job, context);
  if ((await assertNotCompleted(parked, context)).kind === "missing") {
    throw new KmsError(
      "USAGE",
      `The API does not know transaction ${job.id} any more: nothing is to be signed.`,
      {
        hint: `It stays parked. To end it: tatum-kms job resolve ${job.id} --as=failed`,
      },
    );
  }
  const chain = await loadChain(job.chain);
  const isOnChain = chain && (await api.isOnChain(chain.facts.broadcastPath, transactionId));
  if (isOnChain !== "no" && isOnChain !== "yes")
    note("The API did not tell whether the network has the transaction.");
  if (isOnChain === "yes") {
    throw new KmsError(
      "USAGE",
      `The network knows transaction ${transactionId}: it will not be signed anew.`,
      {
        hint: `It stays parked. If it succeeded: tatum-kms job resolve ${job.id} --as=done --tx-id=${transactionId}`,
      },
    );
  }
  await journal.release(parked);
}

/**
 * Carries out what a person decided about a job; safe to repeat.
 * @throws KmsError `NO_SUCH_JOB`, `USAGE`, `NETWORK`, `JOURNAL`
 */
async function resolve(id: string, resolution: Resolution, context: ResolveContext): Promise<void> {
  const job = await findJob(context.journal, id);
  if (job.state === "done") throw new KmsError("USAGE", `The job of transaction ${id} is done.`);
  if (resolution.as === "done") await asDone(job, resolution.txId, context);
  else if (resolution.as === "failed") await asFailed(job, context);
  else await asResign(job, resolution.confirmed, context);
}

/** {@link resolve} for the command line; the job as it is then. */
export async function resolveJob(
  vault: Vault,
  id: string,
  args: ResolveArguments,
  config: Config,
  note: (text: string) => void,
): Promise<ShownJob> {
  const resolution = readResolution(args);
  const tatum = readTatumSettings(args["api-key"], config);
  const journal = new Journal(vault);
  const { network } = await findJob(journal, id);
  const plainHttp = plainHttpReach(network, args["allow-plain-http"], config);
  await judgePlainHttp([apiEndpoint(tatum)], plainHttp);
  await resolve(id, resolution, {
    journal,
    api: new TatumApi(connectToTatum(tatum, new HttpClient([tatum.apiUrl], { plainHttp }))),
    quiet: quietPeriod(tatum),
    wait: pause,
    note,
  });
  return showJob(vault, id);
}
