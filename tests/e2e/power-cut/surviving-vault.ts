/** Opens the vaults that power cuts leave behind. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../../providers/secret.ts";
import { type Job, jobStates } from "../../../src/journal/job.ts";
import { listJobs } from "../../../src/journal/job-list.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { rememberingOpener } from "../../src/vault/remembering-opener.ts";
import { openVaultAt } from "../../src/vault/vault-at.ts";

const openers = new Map<string, ReturnType<typeof rememberingOpener>>();

function openerOf(password: string) {
  const opener = openers.get(password) ?? rememberingOpener(new Secret(password));
  openers.set(password, opener);
  return opener;
}

export interface Content {
  readonly wallets: ReadonlyMap<string, unknown>;
  readonly jobs: readonly Job[];
}

export function vaultPath(home: string): string {
  return join(home, ".tatumrc", "wallet.dat");
}

/**
 * All that is in a vault, after a full check.
 * @throws Error when it does not open
 */
export async function contentOf(path: string, password: string): Promise<Content> {
  if (!existsSync(path)) throw new Error("the vault is gone");
  const vault = await openVaultAt(path, openerOf(password)).catch((cause: unknown) => {
    throw new Error(`the vault does not open: ${cause}`, { cause });
  });
  try {
    await vault.verify();
    return { wallets: new Map(await vault.exportAll()), jobs: await allJobs(vault) };
  } finally {
    await vault.close();
  }
}

async function allJobs(vault: Vault): Promise<readonly Job[]> {
  const { jobs, damaged } = await listJobs(vault, { states: jobStates }, Number.MAX_SAFE_INTEGER - 1);
  if (damaged[0] !== undefined) throw damaged[0];
  return jobs;
}

/** @throws Error when one of these wallets is missing or another than it was */
export function assertHolds({ wallets }: Content, expected: Readonly<Record<string, unknown>>): void {
  for (const [id, record] of Object.entries(expected)) {
    if (!wallets.has(id)) throw new Error(`wallet ${id} is lost`);
    if (!Bun.deepEquals(wallets.get(id), record)) throw new Error(`wallet ${id} has another content`);
  }
}

/** @throws Error when a wallet whose signature ID was printed is missing */
export function assertHoldsPrinted({ wallets }: Content, stdout: string): void {
  for (const [, id = ""] of stdout.matchAll(/"signatureId":\s*"([^"]+)"/g)) {
    if (!wallets.has(id)) throw new Error(`wallet ${id} was printed and is lost`);
  }
}
