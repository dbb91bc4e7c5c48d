/** Vaults of any size in seconds: what commands would write one by one goes in as rows, many in a commit. */
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { loadChain, tickers } from "../../chains/index.ts";
import { Secret } from "../../providers/secret.ts";
import { JournalChange } from "../../src/journal/change.ts";
import type { Job } from "../../src/journal/job.ts";
import { ChangingState, JournalWatch } from "../../src/journal/journal-state.ts";
import { jobKeyOf, journalNameOf, leaseKeyOf } from "../../src/journal/records.ts";
import { sqliteFile } from "../../src/store/sqlite/sqlite-store.ts";
import { preparePasswordSlot } from "../../src/vault/key-slots/password-slot.ts";
import { createVault } from "../../src/vault/sealed-vault.ts";
import type { Vault } from "../../src/vault/vault.ts";
import type { WalletRecord } from "../../src/vault/wallet-record.ts";
import { fileNamed, password } from "./place.ts";

const ROWS_A_COMMIT = 25_000;

/** A vault that is made once, and found again. */
async function madeOnce(name: string, fill: (vault: Vault) => Promise<void>): Promise<string> {
  const path = fileNamed(name);
  if (existsSync(path)) return path;
  const vault = await createVault(sqliteFile(path), preparePasswordSlot(new Secret(password)));
  try {
    await fill(vault);
  } finally {
    await vault.close();
  }
  return path;
}

/** Signature ids of a vault that {@link vaultWith} makes count from 0. */
export function signatureIdOf(number: number): string {
  return `77777777-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function recordOf(chain: string): WalletRecord {
  return { privateKey: `0x${randomBytes(32).toString("hex")}`, chain, testnet: true };
}

/**
 * A vault of private keys, as many of each chain, whose chains take turns.
 * @param chains tickers
 */
export function vaultWith(wallets: number, chains: readonly string[] = tickers): Promise<string> {
  return madeOnce(`${wallets}-of-${chains.length}.dat`, async (vault) => {
    for (let from = 0; from < wallets; from += ROWS_A_COMMIT) {
      const count = Math.min(ROWS_A_COMMIT, wallets - from);
      const entries = Array.from({ length: count }, (_, at) => {
        const chain = chains[(from + at) % chains.length] ?? "ETH";
        return [signatureIdOf(from + at), recordOf(chain)] as const;
      });
      await vault.add(entries);
    }
  });
}

/** A wallet that pays. */
export interface Payer {
  readonly signatureId: string;
  readonly address: string;
}

export interface Payers {
  readonly vault: string;
  /** By ticker. */
  readonly of: ReadonlyMap<string, readonly Payer[]>;
}

/** The derivation index that mnemonic wallets pay from. */
export const PAYING_INDEX = 3;

/** A vault of so many wallets of each chain that can sign. */
export async function payersOf(
  chains: readonly string[],
  count: number,
  kind: "mnemonic" | "private-key",
): Promise<Payers> {
  const of = new Map<string, readonly Payer[]>();
  const vault = await madeOnce(`payers-${randomUUID()}.dat`, async (open) => {
    for (const ticker of chains) {
      const chain = await loadChain(ticker);
      if (chain === undefined) throw new Error(`There is no chain ${ticker}.`);
      const payers: Payer[] = [];
      for (let number = 0; number < count; number++) {
        const wallet = chain.generateWallet("testnet");
        const fields =
          kind === "mnemonic" || wallet.mnemonic === undefined
            ? wallet
            : { privateKey: chain.derivePrivateKey(wallet, PAYING_INDEX, "testnet") };
        const address = chain.deriveAddress(fields, PAYING_INDEX, "testnet");
        const signatureId = randomUUID();
        await open.add([[signatureId, { ...fields, chain: ticker, testnet: true }]]);
        payers.push({ signatureId, address });
      }
      of.set(ticker, payers);
    }
  });
  return { vault, of };
}

/** How a journal is filled: as the daemon leaves it, or as it is once the details were dropped. */
export type Ending = "done" | "settled";

const scope = { chain: "ETH", network: "testnet" } as const;

/** A payment of a native coin that ended some time ago. */
function endedJob(vault: Vault, number: number, isSettled: boolean): Job {
  const id = `journal-${number}`;
  const transactionId = `0x${randomBytes(32).toString("hex")}`;
  const time = Date.now() - 1000 - number;
  return {
    id,
    ...scope,
    contentDigest: randomBytes(32).toString("hex"),
    attempts: 0,
    refusals: 0,
    reported: [],
    createdAt: time,
    signed: { payload: `0x${randomBytes(110).toString("hex")}`, transactionId, filledIn: {} },
    txId: transactionId,
    key: jobKeyOf(vault, id),
    state: "done",
    revision: 1,
    attemptAt: 0,
    updatedAt: time,
    ...(isSettled && { isSettled }),
  };
}

async function addJobs(vault: Vault, from: number, count: number, isSettled: boolean): Promise<void> {
  const watch = new JournalWatch(vault, { name: journalNameOf(scope), leaseKey: leaseKeyOf(vault, scope) });
  await vault.store.transaction(async (session) => {
    const state = new ChangingState((await watch.look(session)).state);
    const change = new JournalChange({ vault, scope, session, state });
    for (let number = from; number < from + count; number++) {
      const job = endedJob(vault, number, isSettled);
      await change.claim(job, { kind: "transaction", name: job.txId ?? "" });
      await change.replace(undefined, job);
    }
    await watch.write(session, state.result());
  });
}

/** A vault with one wallet of Ethereum, and so many payments that ended. */
export function vaultWithJobs(jobs: number, ending: Ending): Promise<string> {
  return madeOnce(`${jobs}-${ending}.dat`, async (vault) => {
    await vault.add([[signatureIdOf(0), recordOf("ETH")]]);
    for (let from = 0; from < jobs; from += ROWS_A_COMMIT)
      await addJobs(vault, from, Math.min(ROWS_A_COMMIT, jobs - from), ending === "settled");
  });
}
