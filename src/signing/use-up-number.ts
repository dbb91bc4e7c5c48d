/**
 * A number of an account used up by a transaction that pays nobody: signed on a person's word, recorded as a job before it leaves,
 * sent, and from then on the daemon's work like any other. Of all that has the number one can land at most.
 */
import { createHash, randomUUID } from "node:crypto";
import type { Chain, PendingTransaction, SignedTransaction, SigningRequest } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { keptApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import { type Job, signedOfRecord } from "../journal/job.ts";
import { Journal } from "../journal/journal.ts";
import { keyLeaseKeyOf } from "../journal/records.ts";
import { besideDaemon } from "../lease/lease.ts";
import { normalAddress } from "../vault/wallet-names.ts";
import { networkOf, walletFields } from "../vault/wallet-record.ts";
import type { DecisionContext, Person, SignedJob } from "./resolve.ts";
import type { KeySource } from "./services.ts";
import { resolveSigners } from "./signers.ts";
import { submitBytes } from "./submission.ts";
import { WalletKeys } from "./wallet-keys.ts";

/** Indexes of a mnemonic whose addresses are tried where none is named. */
const TRIED_INDEXES = 20;

/** What is used up, and by which wallet. */
export interface NumberUse {
  readonly account: string;
  readonly number: bigint;
  /** Jobs with the same number: once it landed, none of them can. */
  readonly instead: readonly SignedJob[];
  /** Signature IDs of wallets that signed for the account before. */
  readonly wallets: readonly string[];
  /** Of a mnemonic, as somebody named it. */
  readonly index: number | undefined;
}

type AskedChain = NonNullable<DecisionContext["asked"]>;

/** @throws KmsError `USAGE` where the chain has no such transaction */
export function askedChain({
  asked,
  journal,
}: DecisionContext): AskedChain & { chain: Required<Pick<Chain, "noOperation">> } {
  const { chain: ticker } = journal.scope;
  if (asked?.chain.noOperation !== undefined) return asked as ReturnType<typeof askedChain>;
  const isClosed = asked?.chain.facts.status.kind === "sunset";
  throw new KmsError(
    "USAGE",
    isClosed
      ? `The network of ${ticker} is closed: no number of an account can be used up there any more.`
      : `Accounts of ${ticker} do not number their transactions one after another: there is no number to use up.`,
  );
}

interface NamedWallet {
  readonly signatureId: string;
  readonly index: number | undefined;
}

/** The wallet whose key an account has. @throws KmsError `USAGE` when the vault does not show one */
async function walletOf(
  { account, wallets, index }: NumberUse,
  { vault, asked, journal: { scope } }: DecisionContext,
): Promise<NamedWallet> {
  const named = await vault.directory.find({ address: account });
  for (const signatureId of new Set([...named.map((wallet) => wallet.signatureId), ...wallets])) {
    const found = await vault.get(signatureId);
    if (found === undefined || asked === undefined) continue;
    if (found["chain"] !== scope.chain || networkOf(found) !== scope.network) continue;
    const fields = walletFields(found);
    if (fields.mnemonic === undefined) return { signatureId, index: undefined };
    const indexes = index === undefined ? Array.from({ length: TRIED_INDEXES }, (_, at) => at) : [index];
    const at = indexes.find(
      (one) =>
        normalAddress(asked.chain.deriveAddress(fields, one, scope.network)) === normalAddress(account),
    );
    if (at !== undefined) return { signatureId, index: at };
  }
  throw new KmsError("USAGE", `No wallet of this vault is seen to have the key of ${account}.`, {
    hint: "Of a mnemonic, say with --index which of its addresses that is.",
  });
}

function pendingOf(
  { signatureId, index }: NamedWallet,
  { chain }: { readonly chain: string },
  serializedTransaction: string,
): PendingTransaction {
  return {
    id: `repair-${randomUUID()}`,
    chain,
    serializedTransaction,
    hashes: index === undefined ? [signatureId] : [],
    signatures: index === undefined ? [] : [{ id: signatureId, index }],
  };
}

/** @throws KmsError `INTERNAL` when what was signed is not what was asked for */
function assertNumber({ account, number }: NumberUse, { sequence }: SignedTransaction): void {
  if (sequence?.account === account && sequence.number === number) return;
  throw new KmsError("INTERNAL", `What was signed does not use up the number ${number} of ${account}.`);
}

/** Sends what is recorded, once. What is not clear then, the daemon finds out. */
async function send(job: Job, asked: AskedChain, { journal, api, note }: DecisionContext): Promise<void> {
  const answer = await submitBytes(job, { ...asked, api });
  if (answer.kind === "accepted") await journal.move(job, "done", { txId: answer.txId });
  else {
    const refusals = answer.kind === "refused" ? 1 : 0;
    await journal.retryLater(job, "sent", { refusals, problem: answer.reason });
    note(
      `It is recorded and was not taken yet: ${answer.reason} The daemon sends it again: job show ${job.id}`,
    );
  }
}

/** What has the number beside it is left alone from now on; what is done only tells of it. */
async function setAside(job: SignedJob, by: Job, { journal, note }: DecisionContext): Promise<void> {
  const problem = `a person has its number used up by ${by.id} as ${by.signed?.transactionId}: one of the two can land`;
  try {
    await journal.move(job, job.state === "done" ? "done" : "parked", { problem });
  } catch (failure) {
    if (!(failure instanceof KmsError) || failure.kind !== "journal") throw failure;
    note(`Job ${job.id} was changed by the daemon meanwhile; its bytes may still be sent again.`);
  }
}

/**
 * Has a number of an account used up.
 * @param consequences what a person has to know before
 * @returns the job of it
 * @throws KmsError `USAGE`, `NETWORK`, `JOURNAL`, `NOT_CONFIRMED`, `LEASE_LOST`; ChainError
 */
export async function useUpNumber(
  use: NumberUse,
  consequences: readonly string[],
  { context, person, tokens }: { context: DecisionContext; person: Person; tokens: KeySource["tokens"] },
): Promise<Job> {
  const { vault, journal: unfenced, note } = context;
  const { scope } = unfenced;
  const asked = askedChain(context);
  const apiKey = keptApiKey(context.api.apiKeyName);
  const beside = await besideDaemon(vault.store, keyLeaseKeyOf(vault, scope, apiKey));
  const journal = new Journal(vault, scope, {
    fence: {
      async assertHeld(session) {
        // Nor has the vault been moved to another store.
        await vault.journals.listedJournals(session);
        await beside.assertHeld(session);
      },
    },
  });
  const { account, number } = use;
  const used = await journal.usedSequences(account);
  const isTaken = (transactionId: string): Promise<boolean> => journal.isTaken(transactionId);
  const environment = asked.environmentOf({ account, used, kept: number, isTaken });
  const instead = use.instead.map(({ signed }) => signedOfRecord(signed));
  const payload = await asked.chain.noOperation({ account, number, instead }, environment);
  const transaction = pendingOf(await walletOf(use, context), scope, payload);
  const intents = asked.chain.describe(transaction, scope.network);
  await person.agree(...consequences, `What is signed pays nobody: ${stringifyExactJson(intents)}`);
  const keys = new WalletKeys(vault);
  try {
    const source = { vault, tokens, keys, network: scope.network };
    const signers = await resolveSigners(transaction, asked.chain, source, note);
    const request: SigningRequest = { transaction, signers };
    const signed = await asked.chain.sign(request, environment);
    assertNumber(use, signed);
    const digest = createHash("sha256").update(payload).digest("hex");
    const job = journal.approved({ ...journal.begin(transaction, digest), apiKey, isRepair: true });
    const recorded = await journal.recordSigned(job, signed, used);
    for (const other of use.instead) await setAside(other, recorded, context);
    await send(recorded, asked, { ...context, journal });
    return recorded;
  } finally {
    keys.wipe();
  }
}
